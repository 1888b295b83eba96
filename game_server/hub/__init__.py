"""What game servers tell each other: a channel for each game, subscribed to only while a server has its sockets.

The hub may lose, repeat or reorder anything without harm: an entry that is not the next is read from the log, and a
look each second finds what was never announced. So nothing is ever stored here, and nothing waits for it. What comes
from another process is sealed: it was said by a server of this installation about this very game, or it is not heard.
"""

from collections.abc import Callable
from typing import Protocol

from edkit.seal import Seal

Receive = Callable[[str, bytes | None], None]
"""Takes the game and one message; None instead of one says that some may have been missed. Must not block or raise."""


class Hub(Protocol):
    """Publish and subscribe by game."""

    async def publish(self, game_id: str, message: bytes) -> None:
        """Hand `message` to every present subscriber of the game, those of this hub first. Never raises, never waits
        for anybody to hear it."""

    async def subscribe(self, game_id: str, receive: Receive) -> None:
        """Call `receive` with what is published from now on."""

    async def unsubscribe(self, game_id: str, receive: Receive) -> None:
        """Stop calling it. Doing so twice changes nothing."""

    async def close(self) -> None:
        """Carry nothing any more."""


def open_hub(url: str, seal: Seal) -> Hub:
    """The engine that `url` names: `memory:` or `redis://...`."""
    if url == "memory:":
        from game_server.hub.memory import MemoryHub

        return MemoryHub()
    if url.startswith(("redis://", "rediss://", "unix://")):
        from game_server.hub.redis import RedisHub

        return RedisHub(url, seal)
    raise ValueError(f"EDTECH_HUB_URL: no hub engine for {url.partition(':')[0]!r}; use memory: or redis://host:6379/0")
