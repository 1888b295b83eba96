"""A failure waits for its next attempt in the consumer's hand."""

import asyncio

from edkit.bus import Handler
from edkit.message import Envelope, Reply
from tests.chaos.tasks.watch import WatchedBus

CAUGHT_BY = {"M4"}


def plant() -> None:
    honest = WatchedBus.serve

    async def serve(self: WatchedBus, handler: Handler) -> None:
        async def patient(envelope: Envelope) -> Reply:
            reply = await handler(envelope)
            if not reply.ok and envelope.kind == "task":
                await asyncio.sleep(1)
            return reply

        await honest(self, patient)

    WatchedBus.serve = serve
