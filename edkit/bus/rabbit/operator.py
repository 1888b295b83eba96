"""What the user `operator` does by hand: declares the topology, lists dead letters, gives them a new start."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, HeadersType

from edkit.bus import DeadLetter
from edkit.bus.rabbit.consumer import DIED_AT, ISSUER, REASON, issuer_of
from edkit.bus.rabbit.supervise import CONNECT_S, FAULTS, honest_cancels
from edkit.bus.rabbit.topology import DELIVERY_LIMIT, OPERATOR, Table, dead_queue, own_exchange, queue_of
from edkit.errors import Unavailable

LOOKS = 200
AWAY = "The message broker did not do it ({reason})."


@contextlib.asynccontextmanager
async def _channel(url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of our own for a moment. What was taken from queues and not acknowledged goes back when it ends."""
    try:
        with honest_cancels():
            connection = await aio_pika.connect(url, timeout=CONNECT_S)
            try:
                yield await connection.channel(on_return_raises=True)
            finally:
                with contextlib.suppress(*FAULTS):
                    await asyncio.wait_for(connection.close(), CONNECT_S)
    except FAULTS as fault:
        raise Unavailable(AWAY.format(reason=str(fault) or type(fault).__name__)) from fault


async def declare(url: str, table: Table) -> None:
    """Make what is missing on the broker. What is there with other arguments raises Unavailable and stays."""
    async with _channel(url) as channel:
        for name, kind in table.exchanges:
            await channel.declare_exchange(name, kind, durable=True)
        for name, arguments in table.queues:
            await channel.declare_queue(name, durable=True, arguments=arguments)
        for exchange, queue, key in table.bindings:
            await (await channel.get_queue(queue, ensure=False)).bind(exchange, key)


async def dead_letters(url: str, services: Sequence[str], limit: int) -> list[DeadLetter]:
    """The dead letters that died first. A letter that lies twice in a queue, because a worker died while it buried it,
    is listed once."""
    found: dict[tuple[str, str], DeadLetter] = {}
    async with _channel(url) as channel:
        for service in services:
            async with _dead(channel, service, limit) as messages:
                for message in messages:
                    letter = _letter(message, service)
                    found.setdefault((letter.id, letter.queue), letter)
    return sorted(found.values(), key=lambda letter: letter.died_at)[:limit]


async def replay(url: str, services: Sequence[str], message_id: str) -> bool:
    """Send a dead letter to its queue again, in the name of who sent it first, and remove it; every copy of it."""
    replayed = False
    async with _channel(url) as channel:
        for service in services:
            async with _dead(channel, service) as messages:
                copies = [message for message in messages if message.message_id == message_id]
                if copies:
                    exchange = await channel.get_exchange(own_exchange(service), ensure=False)
                    await asyncio.wait_for(exchange.publish(_reborn(copies[0], service), queue_of(service)), CONNECT_S)
                    replayed = True
                for message in copies:
                    await message.ack()
                    messages.remove(message)
    return replayed


@contextlib.asynccontextmanager
async def _dead(
    channel: AbstractChannel, service: str, limit: int | None = None
) -> AsyncIterator[list[AbstractIncomingMessage]]:
    """What lies in the dead queue of a service now, `limit` different letters at most, the oldest first. What is in the
    list at the end goes back."""
    queue = await channel.get_queue(dead_queue(service))
    messages: list[AbstractIncomingMessage] = []
    ids: set[str | None] = set()
    for _ in range(queue.declaration_result.message_count or 0):
        message = await queue.get(fail=False, timeout=CONNECT_S)
        if message is None:
            break
        messages.append(message)
        ids.add(message.message_id)
        if len(ids) == limit:
            break
    yield messages
    for message in messages:
        await message.nack(requeue=True)
    for _ in range(LOOKS):  # the broker puts them back in its own time; whoever comes next should find them
        if not messages or ((await queue.declare()).message_count or 0) >= len(messages):
            break


def _reborn(message: AbstractIncomingMessage, service: str) -> aio_pika.Message:
    return aio_pika.Message(
        message.body,
        headers={ISSUER: issuer_of(message, service)},
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        type=message.type,
        user_id=OPERATOR,
    )


def _letter(message: AbstractIncomingMessage, service: str) -> DeadLetter:
    reason, died_at = _end(message.headers)
    return DeadLetter(message.message_id or "", service, message.type or "", reason, died_at)


def _end(headers: HeadersType) -> tuple[str, int]:
    """Why and when: the consumer's word, or the broker's if it was the broker that gave up."""
    died_at = headers.get(DIED_AT)
    if isinstance(died_at, int):
        return str(headers.get(REASON, "")), died_at
    deaths = headers.get("x-death")
    death = deaths[0] if isinstance(deaths, list) and deaths else {}
    if not isinstance(death, dict):
        return "", 0
    reason, when = str(death.get("reason", "")), death.get("time")
    if reason == "delivery_limit":
        reason = f"handed out {DELIVERY_LIMIT} times, and no worker lived to the end of it"
    return reason, int(when.timestamp() * 1000) if isinstance(when, datetime) else 0
