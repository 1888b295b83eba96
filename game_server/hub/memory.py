"""The hub of one process: bytes travel, and no subscriber ever runs inside `publish`."""

import asyncio

from game_server.hub import Receive


class MemoryHub:
    """Servers that share one of these hear each other."""

    def __init__(self) -> None:
        self._channels: dict[str, list[Receive]] = {}

    async def publish(self, game_id: str, message: bytes) -> None:
        loop = asyncio.get_running_loop()
        for receive in self._channels.get(game_id, ()):
            loop.call_soon(receive, game_id, message)

    async def subscribe(self, game_id: str, receive: Receive) -> None:
        self._channels.setdefault(game_id, []).append(receive)

    async def unsubscribe(self, game_id: str, receive: Receive) -> None:
        channel = self._channels.get(game_id, [])
        if receive in channel:
            channel.remove(receive)
        if not channel:
            self._channels.pop(game_id, None)

    async def close(self) -> None:
        """Others may share it: it ends with the last of them."""
