"""A read-through cache. Losing it changes time only, never an answer."""

from typing import Protocol


class Cache(Protocol):
    """Bytes by key for a while. Any call may miss; none raises because the cache is gone."""

    async def get(self, key: str) -> bytes | None: ...
    async def put(self, key: str, value: bytes, ttl_s: float) -> None: ...
    async def drop(self, key: str) -> None: ...


def open_cache(url: str) -> Cache:
    """The engine that `url` names: `memory:`."""
    if url == "memory:":
        from edkit.cache.memory import MemoryCache

        return MemoryCache()
    raise ValueError(f"EDTECH_CACHE_URL: no cache engine for {url!r}; use memory:")
