"""The hub of one process: bytes travel, and no subscriber ever runs inside `publish`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from game_server.hub import Receive


class MemoryHub:
    """Servers that share one of these hear each other."""

    def __init__(self) -> None:
        self._channels: dict[str, list[Receive]] = {}

    async def publish(self, game_id: str, message: bytes) -> None:
        loop = asyncio.get_running_loop()
        for receive in self._channels.get(game_id, ()):
            loop.call_soon(receive, message)

    @contextlib.asynccontextmanager
    async def subscribed(self, game_id: str, receive: Receive) -> AsyncIterator[None]:
        self._channels.setdefault(game_id, []).append(receive)
        try:
            yield
        finally:
            self._channels[game_id].remove(receive)
            if not self._channels[game_id]:
                del self._channels[game_id]
