"""The bus inside one process. A product, not a double: it carries bytes, times out, expires, redelivers, dead-letters.

Requests and Notices live in memory; Tasks and Events in the journal. A handler never runs inside `publish`.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from pathlib import Path

from edkit import log
from edkit.bus import MAX_FAILURES, MOST_DEAD_LETTERS, Bus, DeadLetter, Handler, Topology, dead_total, guarded
from edkit.bus.journal import Journal, Stored
from edkit.clock import Clock
from edkit.errors import AppError, ErrorData, TimedOut, Unavailable
from edkit.message import Envelope, Reply

logger = log.get(__name__)

CONCURRENT_REQUESTS = 64
"""Requests of one role under way at once; more wait their turn until they expire."""


class MemoryBroker:
    """See `edkit.bus.Broker`."""

    def __init__(self, path: Path, topology: Topology, clock: Clock, retry_tiers_ms: Sequence[int]) -> None:
        self.topology, self.clock, self.retry_tiers_ms = topology, clock, tuple(retry_tiers_ms)
        self.journal = Journal(path)
        self._connections: dict[str, list[MemoryBus]] = {}
        self._turn = 0

    def connect(self, role: str) -> Bus:
        return MemoryBus(self, role)

    async def declare(self) -> None:
        """Nothing: the journal makes itself."""

    def join(self, bus: "MemoryBus") -> None:
        self._connections.setdefault(bus.role, []).append(bus)

    def leave(self, bus: "MemoryBus") -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._connections[bus.role].remove(bus)

    def replica(self, service: str) -> "MemoryBus":
        """One of the replicas that serve `service` now, in turn."""
        replicas = self._connections.get(service)
        if not replicas:
            raise Unavailable(f"The {service.replace('_', ' ')} does not answer right now. Try again in a moment.")
        self._turn += 1
        return replicas[self._turn % len(replicas)]

    def everyone(self) -> list["MemoryBus"]:
        return [bus for replicas in self._connections.values() for bus in replicas]

    def wake(self, queue: str) -> None:
        for bus in self._connections.get(queue, ()):
            bus.arrived.set()

    async def dead_letters(self, limit: int = MOST_DEAD_LETTERS) -> Sequence[DeadLetter]:
        return await self.journal.dead(limit)

    async def replay(self, message_id: str) -> bool:
        queues = await self.journal.revive(message_id)
        for queue in queues:
            self.wake(queue)
        return bool(queues)

    async def close(self) -> None:
        for bus in self.everyone():
            await bus.close()
        await self.journal.close()


class MemoryBus:
    """See `edkit.bus.Bus`."""

    def __init__(self, broker: MemoryBroker, role: str) -> None:
        self.role = role
        self.arrived = asyncio.Event()
        self._broker = broker
        self._handler: Handler | None = None
        self._slots = asyncio.Semaphore(CONCURRENT_REQUESTS)
        self._running: set[asyncio.Task[None]] = set()
        self._consumer: asyncio.Task[None] | None = None

    def _encode(self, envelope: Envelope) -> bytes:
        return envelope.model_copy(update={"issuer": self.role}).model_dump_json().encode()

    async def request(self, service: str, envelope: Envelope, timeout: float) -> Reply:
        replica = self._broker.replica(service)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        _ = replica.begin(replica.answer(self._encode(envelope), answer))
        try:
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError:
            raise TimedOut() from None

    async def publish(self, service: str | None, envelope: Envelope) -> None:
        body = self._encode(envelope)
        if envelope.kind == "notice":
            for bus in self._broker.everyone():
                _ = bus.begin(bus.take_notice(body))
            return
        queues = (service,) if service else self._broker.topology.subscriptions.get(envelope.type, ())
        unknown = [queue for queue in queues if queue not in self._broker.topology.services]
        if unknown:
            raise Unavailable(f"No service called {unknown[0]} is part of this installation.")
        if queues:
            await self._broker.journal.add([(envelope.id, queue, envelope.type, body) for queue in queues])
        for queue in queues:
            self._broker.wake(queue)

    async def serve(self, handler: Handler) -> None:
        self._handler = handler
        self._broker.join(self)
        self._consumer = asyncio.create_task(self._consume(), name=f"bus-{self.role}")

    async def ping(self) -> None:
        await self._broker.journal.next_due(self.role)

    async def close(self) -> None:
        self._broker.leave(self)
        if self._consumer is not None:
            self._consumer.cancel()
            await asyncio.wait([self._consumer])
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=2)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    def begin(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Run `work` beside the caller, never inside it."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def answer(self, body: bytes, answer: asyncio.Future[Reply]) -> None:
        envelope = Envelope.model_validate_json(body)
        async with self._slots:
            if answer.done() or (envelope.expires_at is not None and envelope.expires_at <= self._broker.clock.now()):
                return  # the caller has given up
            reply = await self._handled(envelope)
        if not answer.done():
            answer.set_result(reply)

    async def take_notice(self, body: bytes) -> None:
        await self._handled(Envelope.model_validate_json(body))

    async def _handled(self, envelope: Envelope) -> Reply:
        assert self._handler is not None
        return await guarded(self._handler, envelope)

    async def _consume(self) -> None:
        """Deliver this role's Tasks and Events, the oldest first, one after the other."""
        journal, clock = self._broker.journal, self._broker.clock
        while True:
            self.arrived.clear()
            batch = await journal.due(self.role, clock.now())
            for stored in batch:
                await asyncio.shield(self.begin(self._deliver(stored)))
            if not batch:
                due = await journal.next_due(self.role)
                await self._wait(None if due is None else max(0.0, (due - clock.now()) / 1000))

    async def _wait(self, seconds: float | None) -> None:
        """Until something arrives, or `seconds` have passed."""
        waits: set[asyncio.Task[object]] = {asyncio.ensure_future(self.arrived.wait())}
        if seconds is not None:
            waits.add(asyncio.ensure_future(self._broker.clock.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _deliver(self, stored: Stored) -> None:
        journal, now = self._broker.journal, self._broker.clock.now()
        reply = await self._handled(Envelope.model_validate_json(stored.envelope))
        if reply.ok:
            await journal.done(stored.seq)
            return
        error = AppError.from_data(ErrorData.model_validate_json(reply.body))
        if stored.failures + 1 >= MAX_FAILURES:
            logger.error("dead_letter", queue=stored.queue, seq=stored.seq, reason=str(error))
            dead_total.labels(stored.queue).inc()
            await journal.bury(stored.seq, str(error), now)
            return
        tiers = self._broker.retry_tiers_ms
        wait = tiers[min(stored.failures, len(tiers) - 1)]
        logger.warning("retry_later", queue=stored.queue, seq=stored.seq, wait_ms=wait, reason=str(error))
        await journal.failed(stored.seq, now + wait)
