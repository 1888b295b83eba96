"""An answer that came after its caller had gone is handed to the next one."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.breaker import Breaker

CAUGHT_BY = {"M6 own only", "M6 same answer"}


def plant() -> None:
    honest = Breaker.call
    left: list[asyncio.Future[bytes]] = []

    async def call(self: Breaker, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        asked = left.pop() if left else asyncio.ensure_future(honest(self, ask))
        done, _ = await asyncio.wait({asked}, timeout=0.03)
        if not done:
            left.append(asked)
            asked = asyncio.ensure_future(honest(self, ask))
        return await asked

    Breaker.call = call
