"""What a role may not do on the broker, tried with its own user: read others' mail, break queues, borrow a name."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelClosed, ChannelPreconditionFailed
from aiormq.exceptions import ChannelAccessRefused

from edkit.bus import Broker, DeadLetter
from edkit.bus.rabbit.topology import (
    DELIVERY_LIMIT,
    EVENTS,
    NOTICES,
    REQUESTS,
    TASKS,
    dead_queue,
    own_exchange,
    queue_of,
    requests_queue,
    retry_queue,
)
from edkit.errors import Invalid
from edkit.message import Reply
from tests.contract.stages import PATIENCE_S, Inbox, RabbitStage, envelope, rabbit_stage
from tests.servers import RabbitMQ

pytestmark = pytest.mark.rabbitmq


@pytest.fixture
async def stage(rabbitmq_server: RabbitMQ, tmp_path: Path) -> AsyncIterator[RabbitStage]:
    async with rabbit_stage(rabbitmq_server, tmp_path) as opened:
        yield opened


@pytest.fixture
async def broker(stage: RabbitStage) -> AsyncIterator[Broker]:
    opened = stage.open()
    yield opened
    await opened.close()


@pytest.fixture
async def other(stage: RabbitStage) -> AsyncIterator[AbstractChannel]:
    """A channel of the role `other`, by the stock driver: what hostile code in that process could use."""
    connection = await aio_pika.connect(stage.url.replace("{service}", "other"))
    yield await connection.channel(on_return_raises=True)
    await connection.close()


async def buried(broker: Broker, count: int = 1) -> list[DeadLetter]:
    async with asyncio.timeout(PATIENCE_S):
        while len(letters := await broker.dead_letters()) < count:
            await asyncio.sleep(0.01)
    return list(letters)


def message(body: bytes = b"", **properties: object) -> aio_pika.Message:
    return aio_pika.Message(body or envelope("Work", "task").model_dump_json().encode(), **properties)  # type: ignore[arg-type]


THEIRS = [queue_of("echo"), dead_queue("echo"), retry_queue("echo", RabbitStage.tiers_ms[0]), dead_queue("other")]


@pytest.mark.parametrize("name", THEIRS)
async def test_a_role_reads_no_queue_but_its_own(other: AbstractChannel, name: str) -> None:
    queue = await other.get_queue(name, ensure=False)
    with pytest.raises(ChannelAccessRefused):
        await queue.get()


@pytest.mark.parametrize("name", [*THEIRS, queue_of("other")])
async def test_a_role_deletes_no_lasting_queue(other: AbstractChannel, name: str) -> None:
    with pytest.raises(ChannelAccessRefused):
        await other.queue_delete(name)


async def test_a_role_empties_no_queue_of_another(other: AbstractChannel) -> None:
    queue = await other.get_queue(queue_of("echo"), ensure=False)
    with pytest.raises(ChannelAccessRefused):
        await queue.purge()


@pytest.mark.parametrize("name", [requests_queue("echo"), "edtech.notices.echo.1", "anything"])
async def test_a_role_makes_no_queue_but_its_own_passing_ones(other: AbstractChannel, name: str) -> None:
    with pytest.raises(ChannelAccessRefused):
        await other.declare_queue(name, auto_delete=True)


async def test_a_role_makes_no_exchange(other: AbstractChannel) -> None:
    with pytest.raises(ChannelAccessRefused):
        await other.declare_exchange("edtech.mine")


@pytest.mark.parametrize(("exchange", "key"), [(REQUESTS, "echo"), (REQUESTS, "#"), (TASKS, "echo"), (EVENTS, "#")])
async def test_a_role_listens_to_nobody_else_s_messages(other: AbstractChannel, exchange: str, key: str) -> None:
    queue = await other.declare_queue(requests_queue("other"), auto_delete=True)
    with pytest.raises(ChannelAccessRefused):
        await queue.bind(exchange, key)


async def test_a_role_serves_under_its_own_name(other: AbstractChannel) -> None:
    queue = await other.declare_queue(requests_queue("other"), auto_delete=True)
    await queue.bind(REQUESTS, "other")
    with pytest.raises(ChannelAccessRefused):
        await queue.bind(own_exchange("echo"), "other")


@pytest.mark.parametrize("name", [queue_of("echo"), dead_queue("echo")])
async def test_a_role_sends_nothing_through_another_s_own_exchange(other: AbstractChannel, name: str) -> None:
    exchange = await other.get_exchange(own_exchange("echo"), ensure=False)
    with pytest.raises(ChannelAccessRefused):
        await exchange.publish(message(user_id="other"), name)


@pytest.mark.parametrize("exchange", [TASKS, EVENTS, NOTICES, REQUESTS])
async def test_a_role_borrows_no_name(other: AbstractChannel, exchange: str) -> None:
    target = await other.get_exchange(exchange, ensure=False)
    with pytest.raises(ChannelPreconditionFailed, match="user_id"):
        await target.publish(message(user_id="caller"), "echo")


async def test_a_message_that_nobody_vouches_for_is_refused(broker: Broker, other: AbstractChannel) -> None:
    inbox = Inbox()
    await broker.connect("echo").serve(inbox)
    tasks = await other.get_exchange(TASKS, ensure=False)
    await tasks.publish(message(message_id="anonymous"), "echo")
    await tasks.publish(message(user_id="other"), "echo")
    await inbox.holds(1)
    assert [(one.id, one.issuer) for one in inbox.seen] == [("m1", "other")]
    (letter,) = await buried(broker)
    assert letter.id == "anonymous"
    assert "no user_id" in letter.reason
    assert await broker.replay("anonymous")  # the operator does not vouch for it either
    (letter,) = await buried(broker)
    assert letter.id == "anonymous"
    assert len(inbox.seen) == 1


async def test_what_is_no_envelope_is_refused(broker: Broker, other: AbstractChannel) -> None:
    inbox = Inbox()
    await broker.connect("echo").serve(inbox)
    tasks = await other.get_exchange(TASKS, ensure=False)
    await tasks.publish(message(b"{", message_id="odd", user_id="other"), "echo")
    (letter,) = await buried(broker)
    assert (letter.id, inbox.seen) == ("odd", [])
    assert "not an envelope" in letter.reason


@pytest.mark.parametrize("kind", ["request", "notice"])
async def test_what_does_not_wait_in_queues_is_refused(broker: Broker, other: AbstractChannel, kind: str) -> None:
    inbox = Inbox()
    await broker.connect("echo").serve(inbox)
    body = envelope("Ask", kind).model_dump_json().encode()
    tasks, notices = [await other.get_exchange(name, ensure=False) for name in (TASKS, NOTICES)]
    await tasks.publish(message(body, message_id="odd", user_id="other"), "echo")
    assert [letter.id for letter in await buried(broker)] == ["odd"]
    await notices.publish(message(user_id="other"), "")  # a task for everybody
    await notices.publish(message(envelope("Nudge", "notice").model_dump_json().encode()), "")  # from nobody
    await notices.publish(message(envelope("Nudge", "notice").model_dump_json().encode(), user_id="other"), "")
    await inbox.holds(1)
    assert [(one.kind, one.issuer) for one in inbox.seen] == [("notice", "other")]


async def test_headers_of_a_stranger_are_not_believed(broker: Broker, other: AbstractChannel) -> None:
    inbox = Inbox(lambda _: Reply(ok=False, body=Invalid("no").to_data().model_dump_json().encode()))
    await broker.connect("echo").serve(inbox)
    tasks = await other.get_exchange(TASKS, ensure=False)
    await tasks.publish(message(user_id="other", headers={"issuer": "caller", "failures": 4}), "echo")
    await inbox.holds(2)  # four failures more would have made it a dead letter at once
    assert [one.issuer for one in inbox.seen] == ["other", "other"]


async def test_a_message_that_no_worker_survives_ends_in_the_dead_letters(broker: Broker, stage: RabbitStage) -> None:
    await broker.connect("caller").publish("echo", envelope("Work", "task"))
    connection = await aio_pika.connect(stage.url.replace("{service}", "echo"))
    channel = await connection.channel()
    queue = await channel.get_queue(queue_of("echo"), ensure=False)
    handed_out = 0
    async with queue.iterator() as deliveries, asyncio.timeout(PATIENCE_S):
        async for delivery in deliveries:
            handed_out += 1
            await delivery.nack(requeue=True)
            if handed_out > DELIVERY_LIMIT:
                break
    await connection.close()
    (letter,) = await buried(broker)
    assert (letter.id, letter.queue, letter.type) == ("m1", "echo", "Work")
    assert f"handed out {DELIVERY_LIMIT} times" in letter.reason
    assert letter.died_at > 0
    inbox = Inbox()
    await broker.connect("echo").serve(inbox)
    assert await broker.replay("m1")
    await inbox.holds(1)
    assert inbox.seen[0].issuer == "caller"


async def test_a_user_of_another_name_is_not_taken(stage: RabbitStage) -> None:
    stage.url = stage.url.replace("{service}", "caller")
    broker = stage.open()
    assert broker.connect("caller")
    with pytest.raises(ValueError, match="must be echo"):
        broker.connect("echo")
    with pytest.raises(ValueError, match="must be operator"):
        await broker.dead_letters()


async def test_a_wrong_password_opens_nothing(stage: RabbitStage) -> None:
    url = stage.url.replace("{service}", "echo").replace("secret", "guess")
    with pytest.raises((ChannelClosed, ConnectionError)):
        await aio_pika.connect(url)
