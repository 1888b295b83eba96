"""The cache in Redis, shared by all processes. Redis gone, slow or full is a miss, and soon costs nothing."""

import contextlib

from edkit.redis import LATE_S, Link, RedisGone, RedisRefused

PREFIX = "edtech:cache:"
PATIENCE_S = 0.05
LARGEST = 2**20
"""Values above it are not kept: reading them would hold up everybody else on the connection."""


class RedisCache:
    """See `edkit.cache.Cache`."""

    def __init__(self, url: str, *, patience_s: float = PATIENCE_S, late_s: float = LATE_S) -> None:
        self._link = Link(url, "cache", patience_s=patience_s, late_s=late_s)

    async def get(self, key: str) -> bytes | None:
        with contextlib.suppress(RedisGone, RedisRefused):
            kept: bytes | None = await self._link.ask("GET", PREFIX + key)
            return kept
        return None

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        if len(value) <= LARGEST and ttl_s > 0:
            await self._link.tell(("SET", PREFIX + key, value, "PX", max(1, int(ttl_s * 1000))))

    async def drop(self, key: str) -> None:
        with contextlib.suppress(RedisGone, RedisRefused):
            await self._link.ask("DEL", PREFIX + key)

    async def close(self) -> None:
        await self._link.close()
