"""Taking what lasts: one message after the other, acknowledged when its effect has happened.

A handled failure is copied to a queue that gives it back later, with its count as a header; the fifth goes to the dead
letters with its reason. A death in between only means that the message comes again.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import ChannelInvalidStateError
from pamqp.common import FieldValue
from pydantic import ValidationError

from edkit import log, metrics
from edkit.bus import MAX_FAILURES, Handler, dead_total, guarded
from edkit.bus.rabbit.publisher import Publisher
from edkit.bus.rabbit.supervise import FAULTS, Doubt, Link, Probe, Unwell, honest_cancels
from edkit.bus.rabbit.topology import (
    NOTICES,
    OPERATOR,
    dead_queue,
    notices_queue,
    own_exchange,
    queue_of,
    retry_queue,
)
from edkit.chance import SystemChance
from edkit.clock import Clock
from edkit.errors import AppError, ErrorData, Unavailable
from edkit.message import Envelope

logger = log.get(__name__)
consumed_total = metrics.counter("bus_consumed", "Messages handled", ["queue", "outcome"])

PREFETCH = 16
"""Messages on their way to a replica while it handles one. More would only wait here instead of at another replica."""
PREFETCH_NOTICES = 64
MOST_NOTICES = 10_000
LEAVE_S = 2.0
REASON_LENGTH = 1000

FAILURES, ISSUER, REASON, DIED_AT = "failures", "issuer", "reason", "died_at"


def issuer_of(message: AbstractIncomingMessage, service: str) -> str:
    """Who sent a message first: the user that the broker vouches for, or whom our own copy or the operator names.
    Empty when nobody vouches."""
    sender = message.user_id or ""
    return str(message.headers.get(ISSUER, sender)) if sender in (service, OPERATOR) else sender


def failures_of(message: AbstractIncomingMessage, service: str) -> int:
    """How often it failed before, by our own word."""
    count = message.headers.get(FAILURES, 0) if message.user_id in (service, OPERATOR) else 0
    return count if isinstance(count, int) else 0


def _is_lost(message: AbstractIncomingMessage) -> bool:
    """Whether the channel that it came by is closed, so that it cannot be acknowledged any more."""
    try:
        return message.channel.is_closed
    except ChannelInvalidStateError:  # how the driver says so
        return True


class Consumer:
    """One replica's Tasks, Events and Notices, from `start` to `close`."""

    def __init__(
        self,
        url: str,
        role: str,
        clock: Clock,
        publisher: Publisher,
        retry_tiers_ms: Sequence[int],
        handler: Handler,
    ) -> None:
        self._role, self._clock, self._publisher = role, clock, publisher
        self._tiers, self._handler = tuple(retry_tiers_ms), handler
        self._link = Link(url, role, "consumer", clock, self._set_up)
        self._chance = SystemChance()
        self._waiting: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None
        self._current: asyncio.Task[None] | None = None
        self._notices: set[asyncio.Task[None]] = set()
        self._taken, self._was_stuck, self._leaving = 0, -1, False

    def start(self) -> None:
        self._begin_work()
        self._link.start()

    async def ready(self, within_s: float = 0) -> None:
        """Return when messages are taken. Raises Unavailable when not so in time."""
        await self._link.up(within_s)

    async def close(self) -> None:
        """Take nothing new, let what is under way end (2 s at most), and hand the rest back."""
        if self._worker is None:
            return
        self._leaving = True
        self._worker.cancel()
        await asyncio.wait([self._worker])
        under_way = {*self._notices, *([self._current] if self._current else [])}
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=LEAVE_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        await self._link.close()  # what was not acknowledged goes back to its place in the queue

    # Connecting

    async def _set_up(self, connection: AbstractConnection, doubt: Doubt) -> Probe:
        channel, side = await connection.channel(), await connection.channel()
        await channel.set_qos(PREFETCH)
        await side.set_qos(PREFETCH_NOTICES)
        for name in (dead_queue(self._role), *(retry_queue(self._role, wait) for wait in self._tiers)):
            await channel.get_queue(name)  # raises when the broker's topology is not the one of our settings
        queue = await channel.get_queue(queue_of(self._role))
        name = notices_queue(self._role, self._chance.digits(12))
        limits: dict[str, FieldValue] = {"x-max-length": MOST_NOTICES, "x-overflow": "drop-head"}
        notices = await side.declare_queue(name, exclusive=True, auto_delete=True, arguments=limits)
        await notices.bind(NOTICES)
        for one in (channel, side):
            one.close_callbacks.add(lambda _, fault: doubt(f"a channel was closed: {fault}"))
            (await one.get_underlay_channel()).on_consumer_cancel_callbacks.add(
                lambda _: doubt("the broker cancelled a consumer")
            )
        await queue.consume(self._waiting.put)
        await notices.consume(self._take_notice)
        return lambda: self._probe(queue, notices)

    async def _probe(self, queue: AbstractQueue, notices: AbstractQueue) -> None:
        """Raises when the broker does not count us among the consumers, or has messages and hands us none."""
        taken, idle = self._taken, self._waiting.empty() and self._current is None
        seen = await queue.channel.get_queue(queue.name)
        if not seen.declaration_result.consumer_count:
            raise Unwell("the queue has no consumer")
        if not (await notices.channel.get_queue(notices.name)).declaration_result.consumer_count:
            raise Unwell("the queue of notices has no consumer")
        stuck = idle and taken == self._taken and bool(seen.declaration_result.message_count)
        if stuck and self._was_stuck == taken:
            raise Unwell("messages wait and none comes")
        self._was_stuck = taken if stuck else -1

    # Handling

    async def _work(self) -> None:
        while True:
            message = await self._waiting.get()
            self._taken += 1
            if _is_lost(message):
                continue  # the broker gives it to somebody again
            self._current = asyncio.create_task(self._deliver(message), name=f"bus-{self._role}-message")
            await asyncio.wait([self._current])
            self._current = None

    def _worker_died(self, worker: "asyncio.Task[None]") -> None:
        """Never, we think. If it does, say so and begin again, or this replica would hold messages and handle none."""
        if not worker.cancelled():
            logger.error("bus_worker_died", queue=self._role, reason=repr(worker.exception()))
            self._begin_work()
            self._link.distrust("the worker died")

    def _begin_work(self) -> None:
        self._worker = asyncio.create_task(self._work(), name=f"bus-{self._role}-work")
        self._worker.add_done_callback(self._worker_died)

    async def _deliver(self, message: AbstractIncomingMessage) -> None:
        try:
            with honest_cancels():
                outcome = await self._deal(message)
                async with asyncio.timeout(LEAVE_S):
                    await message.ack()
            consumed_total.labels(self._role, outcome).inc()
        except (Unavailable, *FAULTS) as fault:
            logger.warning(
                "bus_delivery_not_settled", queue=self._role, message_id=message.message_id, reason=str(fault)
            )
            await self._give_back(message)
        except Exception:
            logger.exception("bus_delivery_crashed", queue=self._role, message_id=message.message_id)
            self._link.distrust("a delivery crashed")

    async def _give_back(self, message: AbstractIncomingMessage) -> None:
        """To the queue, after a second: what could not be settled now cannot be settled at once either."""
        if _is_lost(message):
            return
        await self._clock.sleep(1)
        with contextlib.suppress(*FAULTS):
            async with asyncio.timeout(LEAVE_S):
                await message.nack(requeue=True)

    async def _deal(self, message: AbstractIncomingMessage) -> str:
        """Handle a message, or put it where it belongs. When this returns, the original may be acknowledged."""
        issuer = issuer_of(message, self._role)
        if not issuer:
            return await self._bury(message, "nobody vouches for its sender: the message carries no user_id")
        try:
            envelope = Envelope.model_validate_json(message.body).model_copy(update={"issuer": issuer})
        except ValidationError as error:
            return await self._bury(message, f"it is not an envelope: {error.error_count()} faults")
        if envelope.kind not in ("task", "event"):
            return await self._bury(message, f"a {envelope.kind} does not wait here")
        reply = await guarded(self._handler, envelope)
        if reply.ok:
            return "ok"
        reason = str(AppError.from_data(ErrorData.model_validate_json(reply.body)))
        failures = failures_of(message, self._role) + 1
        if failures >= MAX_FAILURES:
            return await self._bury(message, reason, failures)
        wait = self._tiers[min(failures, len(self._tiers)) - 1]
        logger.warning("retry_later", queue=self._role, message_id=envelope.id, wait_ms=wait, reason=reason)
        await self._copy(message, retry_queue(self._role, wait), {FAILURES: failures, REASON: reason[:REASON_LENGTH]})
        return "retry"

    async def _bury(self, message: AbstractIncomingMessage, reason: str, failures: int = 0) -> str:
        logger.error("dead_letter", queue=self._role, message_id=message.message_id, reason=reason)
        headers: dict[str, str | int] = {FAILURES: failures, REASON: reason[:REASON_LENGTH], DIED_AT: self._clock.now()}
        await self._copy(message, dead_queue(self._role), headers)
        dead_total.labels(self._role).inc()
        return "dead"

    async def _copy(self, message: AbstractIncomingMessage, queue: str, headers: dict[str, str | int]) -> None:
        headers = {**headers, ISSUER: issuer_of(message, self._role)}
        copy = self._publisher.message(message.body, message.message_id or "", message.type or "", headers)
        await self._publisher.send(own_exchange(self._role), queue, copy)

    async def _take_notice(self, message: AbstractIncomingMessage) -> None:
        """Beside everything else: a Notice waits for nobody and is never repeated."""
        if self._leaving:
            return
        task = asyncio.get_running_loop().create_task(self._notice(message))
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)

    async def _notice(self, message: AbstractIncomingMessage) -> None:
        with contextlib.suppress(ValidationError):
            envelope = Envelope.model_validate_json(message.body).model_copy(update={"issuer": message.user_id or ""})
            if envelope.issuer and envelope.kind == "notice":
                reply = await guarded(self._handler, envelope)
                consumed_total.labels(NOTICES, "ok" if reply.ok else "failed").inc()
        with contextlib.suppress(*FAULTS):
            async with asyncio.timeout(LEAVE_S):
                await message.ack()
