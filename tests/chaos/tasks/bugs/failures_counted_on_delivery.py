"""Every delivery counts as a failure, also one that ended with the process."""

from aio_pika.abc import AbstractIncomingMessage

from edkit.bus import MAX_FAILURES, guarded
from edkit.bus.journal import Stored
from edkit.bus.memory import MemoryBus
from edkit.bus.rabbit import consumer
from edkit.message import Envelope

CAUGHT_BY = {"M4"}


def plant() -> None:
    async def deliver(self: MemoryBus, stored: Stored) -> None:
        journal, now = self._broker.journal, self._broker.clock.now()
        if stored.failures >= MAX_FAILURES:
            await journal.bury(stored.seq, "planted: delivered too often", now)
            return
        await journal.failed(stored.seq, now)
        reply = await guarded(self._handler, Envelope.model_validate_json(stored.envelope))
        if reply.ok:
            await journal.done(stored.seq)

    MemoryBus._deliver = deliver
    honest_count, honest_deal = consumer.failures_of, consumer.Consumer._deal

    def failures_of(message: AbstractIncomingMessage, service: str) -> int:
        return honest_count(message, service) + int(message.headers.get("x-delivery-count", 0))

    async def deal(self: consumer.Consumer, message: AbstractIncomingMessage) -> str:
        if failures_of(message, self._role) >= MAX_FAILURES:
            return await self._bury(message, "planted: delivered too often", MAX_FAILURES)
        return await honest_deal(self, message)

    consumer.failures_of, consumer.Consumer._deal = failures_of, deal
