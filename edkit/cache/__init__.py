"""A read-through cache. Losing it changes time only, never an answer.

Keys name what never changes, such as one version of something; who may see it is asked of the rows each time.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from edkit import metrics
from edkit.seal import Seal

reads_total = metrics.counter("cache_reads", "Reads through the cache", ["found"])


class Cache(Protocol):
    """Bytes by key for a while. Any call may miss; none raises or waits long because the cache is gone."""

    async def get(self, key: str) -> bytes | None: ...
    async def put(self, key: str, value: bytes, ttl_s: float) -> None: ...
    async def drop(self, key: str) -> None: ...
    async def close(self) -> None: ...


async def read_through(cache: Cache, key: str, ttl_s: float, make: Callable[[], Awaitable[tuple[str, bytes]]]) -> bytes:
    """What is kept under `key`, or else what `make` makes, kept for the next.

    `make` says under which key: what `key` named may have been replaced before it was read.
    """
    if (kept := await read_kept(cache, key)) is not None:
        return kept
    reads_total.labels("no").inc()
    key, made = await make()
    await cache.put(key, made, ttl_s)
    return made


async def read_kept(cache: Cache, key: str) -> bytes | None:
    """What is kept under `key`, if anything is."""
    kept = await cache.get(key)
    if kept is not None:
        reads_total.labels("yes").inc()
    return kept


def open_cache(url: str, seal: Seal) -> Cache:
    """The engine that `url` names: `memory:` or `redis://...`. What leaves the process is sealed."""
    if url == "memory:":
        from edkit.cache.memory import MemoryCache

        return MemoryCache()
    if url.startswith(("redis://", "rediss://", "unix://")):
        from edkit.cache.redis import RedisCache

        return RedisCache(url, seal)
    raise ValueError(
        f"EDTECH_CACHE_URL: no cache engine for {url.partition(':')[0]!r}; use memory: or redis://host:6379/0"
    )
