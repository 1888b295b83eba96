"""The cache in Redis, shared by all processes. Redis gone, slow or full is a miss, and soon costs nothing.

What is not sealed by this installation, under this very key, is a miss, too: whoever may write to Redis puts no words
into anybody's mouth.
"""

import contextlib

from edkit import metrics
from edkit.redis import LATE_S, Link, RedisGone, RedisRefused
from edkit.seal import Seal

foreign_total = metrics.counter("cache_foreign", "Values in Redis that no process of this installation has sealed")

PREFIX = "edtech:cache:"
PATIENCE_S = 0.05
LARGEST = 2**20
"""Values above it are not kept: reading them would hold up everybody else on the connection."""


class RedisCache:
    """See `edkit.cache.Cache`."""

    def __init__(self, url: str, seal: Seal, *, patience_s: float = PATIENCE_S, late_s: float = LATE_S) -> None:
        self._seal = seal
        self._link = Link(url, "cache", patience_s=patience_s, late_s=late_s)

    async def get(self, key: str) -> bytes | None:
        with contextlib.suppress(RedisGone, RedisRefused):
            kept: bytes | None = await self._link.ask("GET", PREFIX + key)
            return None if kept is None else self._believed(key, kept)
        return None

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        if len(value) <= LARGEST and ttl_s > 0:
            await self._link.tell(("SET", PREFIX + key, self._seal.wrap(key, value), "PX", max(1, int(ttl_s * 1000))))

    async def drop(self, key: str) -> None:
        with contextlib.suppress(RedisGone, RedisRefused):
            await self._link.ask("DEL", PREFIX + key)

    async def close(self) -> None:
        await self._link.close()

    def _believed(self, key: str, kept: bytes) -> bytes | None:
        value = self._seal.unwrap(key, kept)
        if value is None:
            foreign_total.inc()
        return value
