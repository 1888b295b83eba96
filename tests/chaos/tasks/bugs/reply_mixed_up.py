"""A reply that came too late for its caller is handed to the next one."""

import asyncio

from edkit.message import Envelope, Reply
from tests.chaos.tasks.watch import WatchedBus

CAUGHT_BY = {"M6"}


def plant() -> None:
    left: list[asyncio.Future[Reply]] = []

    async def request(self: WatchedBus, service: str, envelope: Envelope, timeout: float) -> Reply:
        asked = left.pop() if left else asyncio.ensure_future(self._inner.request(service, envelope, timeout))
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            left.append(asked)
            raise

    WatchedBus.request = request
