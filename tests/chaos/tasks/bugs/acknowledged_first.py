"""A message is acknowledged when it arrives, and worked on afterwards."""

import asyncio

from edkit.message import Envelope, Reply
from edkit.runner import Runner

CAUGHT_BY = {"M2", "M3"}


def plant() -> None:
    honest = Runner.handle
    beside: set[asyncio.Task[Reply]] = set()

    async def handle(self: Runner, envelope: Envelope) -> Reply:
        if envelope.kind not in ("task", "event"):
            return await honest(self, envelope)
        task = asyncio.create_task(honest(self, envelope))
        beside.add(task)
        task.add_done_callback(beside.discard)
        return Reply(ok=True, body=b"null")

    Runner.handle = handle
