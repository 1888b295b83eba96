"""What every engine of limits does, and what the one in Redis does while Redis is away."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from time import monotonic

import pytest
from redis.asyncio import Redis

from edkit.limits import Limiter, Standing, Step, charge, look, open_limits
from edkit.limits.gcra import Rate
from edkit.limits.memory import MOST_CALLERS, MemoryLimiter
from edkit.limits.redis import PREFIX, RedisLimiter
from edkit.seal import Seal
from tests import servers
from tests.contract.relay import relay, until

SEAL = Seal(b"of all tests")
THREE = Rate("three", per_second=1 / 1000, burst=3)
"""Refills so slowly that no test sees it."""
ONE = Rate("one", per_second=1 / 1000, burst=1)


@pytest.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[Limiter]:
    url = "memory:" if request.param == "memory" else request.getfixturevalue("redis_url")
    opened = open_limits(url, monotonic, SEAL)
    yield opened
    await opened.close()


@pytest.fixture
def own_redis() -> Iterator[servers.Redis]:
    """A Redis to be ill-treated."""
    with servers.redis() as server:
        yield server


async def passes(limiter: Limiter, rate: Rate, caller: str) -> bool:
    (standing,) = await limiter.run(charge(rate, caller))
    return standing.wait_s == 0


async def passed(limiter: Limiter, rate: Rate, caller: str, tries: int) -> int:
    return [await passes(limiter, rate, caller) for _ in range(tries)].count(True)


async def standing(limiter: Limiter, rate: Rate, caller: str) -> Standing:
    return (await limiter.run(look(rate, caller)))[0]


async def test_a_burst_passes_and_the_next_is_told_how_long_to_wait(limiter: Limiter) -> None:
    assert await passed(limiter, THREE, "ada", 5) == 3
    (refused,) = await limiter.run(charge(THREE, "ada"))
    assert 900 < refused.wait_s <= 1000, "a refused request costs nothing"
    assert not refused.fresh


async def test_callers_and_rates_are_counted_apart(limiter: Limiter) -> None:
    await passed(limiter, THREE, "ada", 3)
    assert await passed(limiter, THREE, "ben", 3) == 3
    assert await passes(limiter, ONE, "ada")


async def test_callers_whose_names_run_together_are_two(limiter: Limiter) -> None:
    assert await passes(limiter, ONE, "192.0.2.1 ada\nben é")
    assert await passes(limiter, ONE, "192.0.2.1 ada")


async def test_looking_counts_nothing(limiter: Limiter) -> None:
    assert await standing(limiter, THREE, "ada") == Standing(0, True)
    await passes(limiter, THREE, "ada")
    assert await standing(limiter, THREE, "ada") == Standing(0, False)
    assert await passed(limiter, THREE, "ada", 3) == 2
    assert (await standing(limiter, THREE, "ada")).wait_s > 900


async def test_what_is_given_back_may_be_used_again(limiter: Limiter) -> None:
    await passed(limiter, THREE, "ada", 3)
    await limiter.run(Step("give back", THREE, "ada"))
    assert await passed(limiter, THREE, "ada", 2) == 1
    for _ in range(9):
        await limiter.run(Step("give back", THREE, "ada"))
    assert await passed(limiter, THREE, "ada", 9) == 3, "nobody saves more than a burst"


async def test_who_is_forgiven_begins_anew(limiter: Limiter) -> None:
    await passed(limiter, THREE, "ada", 3)
    await limiter.run(Step("forgive", THREE, "ada"))
    assert (await standing(limiter, THREE, "ada")).fresh
    assert await passed(limiter, THREE, "ada", 4) == 3


async def test_steps_end_at_the_first_refused_charge(limiter: Limiter) -> None:
    await passes(limiter, ONE, "ada")
    standings = await limiter.run(charge(THREE, "ada"), charge(ONE, "ada"), charge(THREE, "ada"))
    assert [one.wait_s > 0 for one in standings] == [False, True]
    assert await passed(limiter, THREE, "ada", 3) == 2
    assert len(await limiter.run(look(ONE, "ada"), look(THREE, "ada"))) == 2, "a look refuses nothing"


async def test_steps_see_those_before_them(limiter: Limiter) -> None:
    told = await limiter.run(charge(ONE, "ada"), look(ONE, "ada"), Step("forgive", ONE, "ada"), look(ONE, "ada"))
    assert [(one.wait_s > 0, one.fresh) for one in told] == [(False, True), (True, False), (True, False), (False, True)]


async def test_waiting_as_told_is_enough(limiter: Limiter) -> None:
    quick = Rate("quick", per_second=50, burst=2)
    await passed(limiter, quick, "ada", 2)
    while (wait_s := (await limiter.run(charge(quick, "ada")))[0].wait_s) == 0:
        pass
    assert wait_s <= 0.02 + 1e-3
    await asyncio.sleep(wait_s + 1e-3)
    assert await passes(limiter, quick, "ada")


async def test_callers_at_the_same_moment_share_one_budget(limiter: Limiter) -> None:
    results = await asyncio.gather(*(passes(limiter, THREE, "ada") for _ in range(50)))
    assert results.count(True) == 3


def test_the_memory_of_callers_is_bounded() -> None:
    memory = MemoryLimiter(lambda: 0.0)
    for number in range(MOST_CALLERS + 10):
        memory.run_now(charge(THREE, str(number)))
    assert len(memory._arrivals["three"]) <= MOST_CALLERS


# Redis


async def test_processes_share_one_budget(redis_url: str) -> None:
    a, b = RedisLimiter(redis_url, monotonic, SEAL), RedisLimiter(redis_url, monotonic, SEAL)
    assert [await passes(one, THREE, "ada") for one in (a, b, a, b)] == [True, True, True, False]
    await b.run(Step("forgive", THREE, "ada"))
    assert await passes(a, THREE, "ada")
    await a.close()
    await b.close()


async def test_a_cancelled_caller_takes_no_answer_from_the_next(redis_url: str) -> None:
    limiter = RedisLimiter(redis_url, monotonic, SEAL)
    await passed(limiter, ONE, "used up", 1)

    async def ask(number: int) -> bool:
        return await passes(limiter, ONE, "used up" if number % 2 else f"fresh {number}")

    asking = [asyncio.create_task(ask(number)) for number in range(300)]
    await asyncio.sleep(0)
    for task in asking[::3]:
        task.cancel()
    results = await asyncio.gather(*asking, return_exceptions=True)
    kept = [(number, result) for number, result in enumerate(results) if not isinstance(result, BaseException)]
    assert len(kept) == 200
    assert all(result == (number % 2 == 0) for number, result in kept)
    await limiter.close()


async def test_redis_killed_limits_go_on_from_what_was_known_and_are_shared_again_after(
    own_redis: servers.Redis,
) -> None:
    a, b = RedisLimiter(own_redis.url, monotonic, SEAL), RedisLimiter(own_redis.url, monotonic, SEAL)
    assert await passed(a, THREE, "ada", 2) == 2
    assert await passed(b, THREE, "ada", 2) == 1
    own_redis.kill()
    assert await passed(b, THREE, "ada", 2) == 0, "not open"
    assert await passed(b, THREE, "ben", 4) == 3, "not shut, and counting"
    own_redis.start()

    async def shared() -> bool:
        key = Rate("again", per_second=1 / 1000, burst=1)
        mine = await passes(a, key, (caller := str(monotonic())))
        return mine and not await passes(b, key, caller)

    await until(shared)
    await a.close()
    await b.close()


async def test_a_redis_that_stands_still_opens_nothing_and_shuts_nobody_out(own_redis: servers.Redis) -> None:
    limiter = RedisLimiter(own_redis.url, monotonic, SEAL)
    assert await passed(limiter, THREE, "ada", 3) == 3
    own_redis.signal(signal.SIGSTOP)
    assert await passed(limiter, THREE, "ada", 3) == 0
    assert await passed(limiter, THREE, "ben", 300) == 3
    own_redis.signal(signal.SIGCONT)

    async def asked_again() -> bool:
        return limiter._link.up

    await until(asked_again)
    await limiter.close()


async def test_a_redis_that_is_too_slow_is_not_waited_for(redis_server: servers.Redis, redis_url: str) -> None:
    async with relay(redis_server.port) as line:
        limiter = RedisLimiter(f"redis://127.0.0.1:{line.port}/0", monotonic, SEAL)
        assert await passes(limiter, THREE, "ada")
        line.delay_s = 0.4
        assert await passed(limiter, THREE, "ada", 300) == 2
        await limiter.close()


async def test_flushing_redis_gives_everybody_a_new_burst_and_nothing_else(
    redis_server: servers.Redis, redis_url: str
) -> None:
    limiter = RedisLimiter(redis_url, monotonic, SEAL)
    await passed(limiter, THREE, "ada", 3)
    redis_server.flush()
    assert await passed(limiter, THREE, "ada", 9) == 3
    redis = Redis.from_url(redis_url)
    await redis.script_flush()
    assert await passed(limiter, THREE, "ben", 9) == 3
    await redis.aclose()
    await limiter.close()


async def test_what_others_put_under_our_keys_opens_nothing(redis_url: str) -> None:
    limiter, redis = RedisLimiter(redis_url, monotonic, SEAL), Redis.from_url(redis_url)
    await passed(limiter, THREE, "ada", 3)
    (key,) = [key async for key in redis.scan_iter(PREFIX + "*")]
    assert b"ada" not in key
    await redis.delete(key)
    await redis.lpush(key, "x")
    assert await passed(limiter, THREE, "ada", 3) == 0
    await redis.delete(key)
    await redis.set(key, "9" * 18)
    assert 0 < (await standing(limiter, THREE, "ada")).wait_s <= 1000, "nobody owes more than a burst"
    await redis.aclose()
    await limiter.close()


@pytest.mark.parametrize("debt", ["9" * 18, "inf", "1e300"])
async def test_a_debt_of_years_is_paid_like_any_other(redis_url: str, debt: str) -> None:
    """As when the clock of Redis was set back, or another Redis took over whose clock is late."""
    quick = Rate("quick", per_second=20, burst=2)
    limiter, redis = RedisLimiter(redis_url, monotonic, SEAL), Redis.from_url(redis_url)
    await passes(limiter, quick, "ada")
    (key,) = [key async for key in redis.scan_iter(PREFIX + "*")]
    await redis.set(key, debt)
    assert not await passes(limiter, quick, "ada")

    async def passes_again() -> bool:
        return await passes(limiter, quick, "ada")

    await until(passes_again)
    assert 0 < await redis.pttl(key) <= 150
    await redis.aclose()
    await limiter.close()


async def test_two_installations_on_one_redis_count_apart(redis_url: str) -> None:
    ours, theirs = RedisLimiter(redis_url, monotonic, SEAL), RedisLimiter(redis_url, monotonic, Seal(b"theirs"))
    assert await passed(ours, THREE, "192.0.2.1", 3) == 3
    assert await passed(theirs, THREE, "192.0.2.1", 5) == 3
    for limiter in (ours, theirs):
        await limiter.close()


async def test_a_budget_that_is_whole_again_leaves_nothing_behind(redis_url: str) -> None:
    limiter, redis = RedisLimiter(redis_url, monotonic, SEAL), Redis.from_url(redis_url)
    await passes(limiter, Rate("quick", per_second=20, burst=5), "ada")
    await passes(limiter, THREE, "ada")
    await limiter.run(Step("forgive", THREE, "ada"))

    async def empty() -> bool:
        return await redis.dbsize() == 0

    await until(empty)
    await redis.aclose()
    await limiter.close()
