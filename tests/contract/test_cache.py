"""What every cache does, and what the one in Redis does while Redis is away."""

import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from edkit.cache import Cache, open_cache, read_through
from edkit.cache.memory import MemoryCache
from edkit.cache.redis import LARGEST, PREFIX, RedisCache
from edkit.seal import Seal
from tests import servers
from tests.contract.relay import relay, until

SEAL = Seal(b"of all tests")


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    opened = open_cache("memory:" if request.param == "memory" else request.getfixturevalue("redis_url"), SEAL)
    yield opened
    await opened.close()


@pytest.fixture
def own_redis() -> Iterator[servers.Redis]:
    """A Redis to be ill-treated."""
    with servers.redis() as server:
        yield server


async def kept(cache: Cache, key: str) -> bool:
    """Whether what is put is found, which a cache may refuse at any time."""
    await cache.put(key, b"1", ttl_s=10)
    return await cache.get(key) == b"1"


async def test_what_was_put_is_found_byte_by_byte(cache: Cache) -> None:
    value = bytes(range(256)) * 40
    await cache.put("a", value, ttl_s=10)
    await cache.put("empty", b"", ttl_s=10)
    assert await cache.get("a") == value
    assert await cache.get("empty") == b""
    assert await cache.get("b") is None


async def test_the_later_value_stands(cache: Cache) -> None:
    await cache.put("a", b"1", ttl_s=10)
    await cache.put("a", b"2", ttl_s=10)
    assert await cache.get("a") == b"2"


async def test_a_value_is_forgotten_when_its_time_is_over(cache: Cache) -> None:
    await cache.put("a", b"1", ttl_s=0.05)

    async def forgotten() -> bool:
        return await cache.get("a") is None

    await until(forgotten)


async def test_what_was_dropped_is_gone_and_dropping_again_is_no_error(cache: Cache) -> None:
    await cache.put("a", b"1", ttl_s=10)
    await cache.drop("a")
    await cache.drop("a")
    assert await cache.get("a") is None


async def test_reading_through_makes_a_thing_once(cache: Cache) -> None:
    made = []

    async def make() -> tuple[str, bytes]:
        made.append(1)
        return "a", b"made"

    assert [await read_through(cache, "a", 10, make) for _ in range(3)] == [b"made"] * 3
    assert len(made) == 1


async def test_what_was_replaced_while_it_was_read_is_kept_under_its_new_name(cache: Cache) -> None:
    async def make() -> tuple[str, bytes]:
        return "version 2", b"2"

    assert await read_through(cache, "version 1", 10, make) == b"2"
    assert await cache.get("version 1") is None
    assert await cache.get("version 2") == b"2"


async def test_a_value_is_there_until_its_time_is_over() -> None:
    time = Time()
    cache = MemoryCache(monotonic=time)
    await cache.put("a", b"1", ttl_s=10)
    time.now = 9.9
    assert await cache.get("a") == b"1"
    time.now = 10
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


# Redis


async def test_processes_share_what_is_kept(redis_url: str) -> None:
    a, b, redis = RedisCache(redis_url, SEAL), RedisCache(redis_url, SEAL), Redis.from_url(redis_url)
    await a.put("a", b"1", ttl_s=10)
    assert await a.get("a") == b"1"
    assert await b.get("a") == b"1"
    assert await redis.keys() == [f"{PREFIX}a".encode()]
    assert 0 < await redis.pttl(f"{PREFIX}a") <= 10_000
    for opened in (a, b):
        await opened.close()
    await redis.aclose()


async def test_what_is_too_large_is_not_kept(redis_url: str) -> None:
    cache = RedisCache(redis_url, SEAL)
    await cache.put("a", b"x" * (LARGEST + 1), ttl_s=10)
    assert await cache.get("a") is None
    await cache.close()


async def test_redis_killed_is_a_miss_and_back_it_keeps_again(own_redis: servers.Redis) -> None:
    cache = RedisCache(own_redis.url, SEAL)
    assert await kept(cache, "a")
    own_redis.kill()
    assert [await cache.get("a") for _ in range(300)] == [None] * 300
    await cache.put("b", b"1", ttl_s=10)
    await cache.drop("a")
    own_redis.start()
    await until(lambda: kept(cache, "a"))
    await cache.close()


async def test_a_redis_that_stands_still_is_a_miss(own_redis: servers.Redis) -> None:
    cache = RedisCache(own_redis.url, SEAL)
    assert await kept(cache, "a")
    own_redis.signal(signal.SIGSTOP)
    assert [await cache.get("a") for _ in range(300)] == [None] * 300
    own_redis.signal(signal.SIGCONT)
    await until(lambda: kept(cache, "a"))
    await cache.close()


async def test_a_redis_that_is_too_slow_is_a_miss(redis_server: servers.Redis, redis_url: str) -> None:
    async with relay(redis_server.port) as line:
        cache = RedisCache(f"redis://127.0.0.1:{line.port}/0", SEAL)
        assert await kept(cache, "a")
        line.delay_s = 0.3
        assert [await cache.get("a") for _ in range(100)] == [None] * 100
        line.delay_s = 0
        await until(lambda: kept(cache, "a"))
        await cache.close()


async def test_flushing_redis_loses_time_only(redis_server: servers.Redis, redis_url: str) -> None:
    cache = RedisCache(redis_url, SEAL)
    assert await kept(cache, "a")
    redis_server.flush()
    assert await cache.get("a") is None
    assert await kept(cache, "a")
    await cache.close()


async def test_a_key_that_holds_something_else_is_a_miss(redis_url: str) -> None:
    cache, redis = RedisCache(redis_url, SEAL), Redis.from_url(redis_url)
    await redis.lpush(f"{PREFIX}a", "x")
    assert await cache.get("a") is None
    await redis.aclose()
    await cache.close()


async def test_what_others_wrote_into_redis_is_a_miss(redis_url: str) -> None:
    cache, redis = RedisCache(redis_url, SEAL), Redis.from_url(redis_url)
    stranger = RedisCache(redis_url, Seal(b"another installation"))
    for forged in (b"", b"{}", b"x" * 100, b"\xff" * 16):
        await redis.set(f"{PREFIX}a", forged)
        assert await cache.get("a") is None
    await stranger.put("a", b"1", ttl_s=10)
    assert await stranger.get("a") == b"1"
    assert await cache.get("a") is None
    await cache.put("b", b"of b", ttl_s=10)
    await redis.copy(f"{PREFIX}b", f"{PREFIX}a", replace=True)
    assert await cache.get("b") == b"of b"
    assert await cache.get("a") is None, "what was sealed under one name is nothing under another"
    await redis.aclose()
    for opened in (cache, stranger):
        await opened.close()
