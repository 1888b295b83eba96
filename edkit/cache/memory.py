"""The cache in this process: bounded in bytes, the least recently used goes first."""

import time
from collections import OrderedDict
from collections.abc import Callable


class MemoryCache:
    """See `edkit.cache.Cache`."""

    def __init__(self, limit_bytes: int = 32 * 2**20, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit_bytes
        self._monotonic = monotonic
        self._size = 0
        self._items: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    async def get(self, key: str) -> bytes | None:
        item = self._items.get(key)
        if item is None:
            return None
        if item[0] <= self._monotonic():
            await self.drop(key)
            return None
        self._items.move_to_end(key)
        return item[1]

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        await self.drop(key)
        if len(value) > self._limit:
            return
        self._items[key] = (self._monotonic() + ttl_s, value)
        self._size += len(value)
        while self._size > self._limit:
            _, (_, oldest) = self._items.popitem(last=False)
            self._size -= len(oldest)

    async def drop(self, key: str) -> None:
        item = self._items.pop(key, None)
        if item is not None:
            self._size -= len(item[1])

    async def close(self) -> None:
        self._items.clear()
        self._size = 0
