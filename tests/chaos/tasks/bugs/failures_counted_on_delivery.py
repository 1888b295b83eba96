"""Every delivery counts as a failure, also one that ended with the process."""

from edkit.bus import MAX_FAILURES
from edkit.bus.journal import Stored
from edkit.bus.memory import MemoryBus
from edkit.message import Envelope

CAUGHT_BY = {"M4"}


def plant() -> None:
    async def deliver(self: MemoryBus, stored: Stored) -> None:
        journal, now = self._broker.journal, self._broker.clock.now()
        if stored.failures >= MAX_FAILURES:
            await journal.bury(stored.seq, "planted: delivered too often", now)
            return
        await journal.failed(stored.seq, now)
        reply = await self._handled(Envelope.model_validate_json(stored.envelope))
        if reply.ok:
            await journal.done(stored.seq)

    MemoryBus._deliver = deliver
