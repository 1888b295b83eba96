"""What every cache does."""

from edkit.cache.memory import MemoryCache


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_value_is_there_until_its_time_is_over() -> None:
    time = Time()
    cache = MemoryCache(monotonic=time)
    await cache.put("a", b"1", ttl_s=10)
    time.now = 9.9
    assert await cache.get("a") == b"1"
    time.now = 10
    assert await cache.get("a") is None


async def test_what_was_dropped_is_gone_and_dropping_again_is_no_error() -> None:
    cache = MemoryCache()
    await cache.put("a", b"1", ttl_s=10)
    await cache.drop("a")
    await cache.drop("a")
    assert await cache.get("a") is None


async def test_the_least_recently_used_goes_first_when_room_is_short() -> None:
    cache = MemoryCache(limit_bytes=10)
    await cache.put("a", b"1234", ttl_s=10)
    await cache.put("b", b"1234", ttl_s=10)
    assert await cache.get("a") == b"1234"
    await cache.put("c", b"1234", ttl_s=10)
    assert await cache.get("b") is None
    assert await cache.get("a") == b"1234"
    await cache.put("d", b"x" * 11, ttl_s=10)
    assert await cache.get("d") is None
