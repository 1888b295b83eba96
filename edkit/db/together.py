"""One query for all who ask at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST = 500
"""Keys of one query."""


class Together(Generic[K, V]):
    """Looks up what many ask for one by one. Who comes while a query is under way rides in the next, so everybody sees
    all that was committed before they asked, and however many ask there is one query at a time.

    `look` gets different keys and gives what it found of them.
    """

    def __init__(self, look: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._look = look
        self._wanted: dict[K, asyncio.Future[Mapping[K, V] | Exception]] = {}
        self._flight: asyncio.Task[None] | None = None

    async def of(self, key: K) -> V | None:
        """What stands under `key` now; None when nothing does. Raises what `look` raises."""
        waiting = self._wanted.get(key)
        if waiting is None:
            waiting = self._wanted[key] = asyncio.get_running_loop().create_future()
        if self._flight is None:
            self._flight = asyncio.create_task(self._fly())
        found = await asyncio.shield(waiting)  # one who hangs up takes nobody along
        if isinstance(found, Exception):
            raise found
        return found.get(key)

    async def _fly(self) -> None:
        try:
            while self._wanted:
                keys = list(self._wanted)[:MOST]
                riding = [self._wanted.pop(key) for key in keys]
                found: Mapping[K, V] | Exception
                try:
                    found = await self._look(keys)
                except Exception as error:  # told to everybody who rides
                    found = error
                for waiting in riding:
                    waiting.set_result(found)
        finally:
            self._flight = None
