"""What every hub does, and what the one over Redis does while Redis is away."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from edkit import metrics
from edkit.seal import Seal
from game_server.hub import Hub, open_hub
from game_server.hub.memory import MemoryHub
from game_server.hub.redis import CHANNEL, RedisHub
from tests import servers
from tests.contract.relay import relay, until

SEAL = Seal(b"of all tests")


class Ears:
    """A subscriber. None in `heard` says that something may have been missed."""

    def __init__(self) -> None:
        self.heard: list[bytes | None] = []

    def __call__(self, game_id: str, message: bytes | None) -> None:
        self.heard.append(message)

    async def has(self, *messages: bytes | None) -> None:
        async def all_there() -> bool:
            return all(message in self.heard for message in messages)

        await until(all_there)


@pytest.fixture(params=["memory", "redis"])
async def hubs(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Hub, Hub]]:
    """The hubs of two servers."""
    if request.param == "memory":
        one = MemoryHub()
        yield one, one
        return
    url = request.getfixturevalue("redis_url")
    both = open_hub(url, SEAL), open_hub(url, SEAL)
    yield both
    for hub in both:
        await hub.close()


@pytest.fixture
def own_redis() -> Iterator[servers.Redis]:
    """A Redis to be ill-treated."""
    with servers.redis() as server:
        yield server


async def two_over(url: str) -> tuple[RedisHub, RedisHub, Ears, Ears]:
    a, b, ears_a, ears_b = RedisHub(url, SEAL, ping_s=0.1), RedisHub(url, SEAL, ping_s=0.1), Ears(), Ears()
    await a.subscribe("g", ears_a)
    await b.subscribe("g", ears_b)
    await a.publish("g", b"first")
    await ears_b.has(b"first")
    return a, b, ears_a, ears_b


async def test_subscribers_of_all_servers_hear_it_the_publisher_s_own_included(hubs: tuple[Hub, Hub]) -> None:
    a, b = hubs
    here, there, elsewhere = Ears(), Ears(), Ears()
    await a.subscribe("g", here)
    await b.subscribe("g", there)
    await b.subscribe("another", elsewhere)
    await a.publish("g", b"1")
    await a.publish("another", b"2")
    for ears, message in ((here, b"1"), (there, b"1"), (elsewhere, b"2")):
        await ears.has(message)
    assert (here.heard, there.heard, elsewhere.heard) == ([b"1"], [b"1"], [b"2"])


async def test_no_subscriber_runs_inside_publish(hubs: tuple[Hub, Hub]) -> None:
    ears = Ears()
    await hubs[0].subscribe("g", ears)
    publishing = asyncio.ensure_future(hubs[0].publish("g", b"1"))
    assert ears.heard == []
    await publishing
    await ears.has(b"1")


async def test_messages_of_one_publisher_keep_their_order(hubs: tuple[Hub, Hub]) -> None:
    here, there = Ears(), Ears()
    await hubs[0].subscribe("g", here)
    await hubs[1].subscribe("g", there)
    sent = [str(number).encode() for number in range(500)]
    for message in sent:
        await hubs[0].publish("g", message)
    await here.has(sent[-1])
    await there.has(sent[-1])
    assert here.heard == there.heard == sent


async def test_who_unsubscribed_hears_nothing_more_and_may_do_so_twice(hubs: tuple[Hub, Hub]) -> None:
    gone, present = Ears(), Ears()
    await hubs[1].subscribe("g", gone)
    await hubs[1].subscribe("g", present)
    await hubs[1].unsubscribe("g", gone)
    await hubs[1].unsubscribe("g", gone)
    await hubs[0].publish("g", b"1")
    await present.has(b"1")
    assert gone.heard == []


async def test_who_comes_back_hears_again(hubs: tuple[Hub, Hub]) -> None:
    ears = Ears()
    for message in (b"1", b"2"):
        await hubs[1].subscribe("g", ears)
        await hubs[0].publish("g", message)
        await ears.has(message)
        await hubs[1].unsubscribe("g", ears)
    assert ears.heard == [b"1", b"2"]


async def test_a_channel_lives_only_while_somebody_follows_the_game(redis_url: str) -> None:
    hub, ears, redis = RedisHub(redis_url, SEAL), Ears(), Redis.from_url(redis_url)

    async def channels() -> list[bytes]:
        found: list[bytes] = await redis.pubsub_channels(CHANNEL + "*")
        return found

    await hub.subscribe("g", ears)
    await hub.subscribe("h", ears)
    assert sorted(await channels()) == [f"{CHANNEL}{name}".encode() for name in "gh"]
    await hub.unsubscribe("g", ears)

    async def one_left() -> bool:
        return await channels() == [f"{CHANNEL}h".encode()]

    await until(one_left)
    await hub.close()
    await redis.aclose()


async def test_a_broken_subscriber_disturbs_no_other(redis_url: str) -> None:
    a, b, ears = RedisHub(redis_url, SEAL), RedisHub(redis_url, SEAL), Ears()

    def broken(game_id: str, message: bytes | None) -> None:
        raise ValueError

    await b.subscribe("g", broken)
    await b.subscribe("g", ears)
    await a.publish("g", b"1")
    await ears.has(b"1")
    await a.publish("g", b"2")
    await ears.has(b"2")
    await a.close()
    await b.close()


async def test_redis_killed_and_back_own_subscribers_hear_on_and_others_are_told_that_they_missed(
    own_redis: servers.Redis,
) -> None:
    a, b, ears_a, ears_b = await two_over(own_redis.url)
    own_redis.kill()
    for number in range(100):
        await a.publish("g", b"down %d" % number)
    await ears_a.has(b"down 99")
    assert ears_a.heard == [b"first", *(b"down %d" % number for number in range(100))]
    own_redis.start()
    await ears_a.has(None)
    await ears_b.has(None)

    async def heard_again() -> bool:
        await a.publish("g", b"up")
        return b"up" in ears_b.heard

    await until(heard_again)
    assert b"down 99" not in ears_b.heard, "nothing is stored"
    await a.close()
    await b.close()


async def test_a_server_that_starts_while_redis_is_away_follows_once_it_is_back(own_redis: servers.Redis) -> None:
    own_redis.kill()
    hub, ears = RedisHub(own_redis.url, SEAL), Ears()
    await hub.subscribe("g", ears)
    await hub.publish("g", b"alone")
    await ears.has(b"alone")
    own_redis.start()
    await ears.has(None)
    await hub.close()


async def test_a_redis_that_stands_still_is_noticed_and_holds_up_nobody(own_redis: servers.Redis) -> None:
    a, b, ears_a, ears_b = await two_over(own_redis.url)
    own_redis.signal(signal.SIGSTOP)
    await a.publish("g", b"still")
    await ears_a.has(b"still")
    await until(lambda: connected(False))
    own_redis.signal(signal.SIGCONT)
    await ears_b.has(None)
    await until(lambda: connected(True))
    await a.publish("g", b"again")
    await ears_b.has(b"again")
    await a.close()
    await b.close()


async def test_a_connection_that_died_without_a_word_is_noticed_by_its_pings(redis_server: servers.Redis) -> None:
    async with relay(redis_server.port) as line:
        a, b, _, ears_b = await two_over(f"redis://127.0.0.1:{line.port}/0")
        line.deaf = True
        await until(lambda: connected(False))
        line.deaf = False
        await ears_b.has(None)
        await until(lambda: connected(True))
        await a.publish("g", b"again")
        await ears_b.has(b"again")
        await a.close()
        await b.close()


async def test_an_idle_line_is_not_taken_for_a_dead_one(redis_server: servers.Redis) -> None:
    async with relay(redis_server.port) as line:
        a, b, _, ears_b = await two_over(f"redis://127.0.0.1:{line.port}/0")
        opened = line.connections
        await asyncio.sleep(2)  # twenty pings, and twice the time after which a silent peer is given up
        await a.publish("g", b"after")
        await ears_b.has(b"after")
        assert (line.connections, None in ears_b.heard) == (opened, False)
        await a.close()
        await b.close()


async def test_a_slow_redis_delays_only_what_goes_over_it(redis_server: servers.Redis) -> None:
    async with relay(redis_server.port) as line:
        a, b, ears_a, ears_b = await two_over(f"redis://127.0.0.1:{line.port}/0")
        line.delay_s = 0.2
        await a.publish("g", b"slow")
        await ears_a.has(b"slow")
        assert b"slow" not in ears_b.heard
        await ears_b.has(b"slow")
        await a.close()
        await b.close()


async def test_flushing_redis_takes_nothing_from_anybody(redis_server: servers.Redis, redis_url: str) -> None:
    a, b, _, ears_b = await two_over(redis_url)
    redis_server.flush()
    await a.publish("g", b"after")
    await ears_b.has(b"after")
    assert ears_b.heard == [b"first", b"after"]
    await a.close()
    await b.close()


async def connected(wanted: bool) -> bool:
    uses = [{"use": use} for use in ("hub publisher", "hub subscriber")]
    return [metrics.registry.get_sample_value("edtech_redis_connected", use) for use in uses] == [float(wanted)] * 2


async def test_what_others_say_on_a_channel_is_not_heard(redis_url: str) -> None:
    a, b, ears, redis = RedisHub(redis_url, SEAL), RedisHub(redis_url, SEAL), Ears(), Redis.from_url(redis_url)
    stranger = RedisHub(redis_url, Seal(b"another installation"))
    spy = redis.pubsub()
    await spy.subscribe(f"{CHANNEL}another")
    await b.subscribe("g", ears)
    for forged in (b"", b"no json", b"0123456789abcdef" + b'{"moved": "players"}', b"\xff" * 5_000_000):
        await redis.publish(f"{CHANNEL}g", forged)
    await stranger.publish("g", b"by a stranger")
    await a.publish("another", b"of another game")
    overheard: list[bytes] = []

    async def heard_by_the_spy() -> bool:
        message = await spy.get_message(ignore_subscribe_messages=True, timeout=1)
        overheard.extend([message["data"]] if message else [])
        return bool(overheard)

    await until(heard_by_the_spy)
    await redis.publish(f"{CHANNEL}g", overheard[0])
    await a.publish("g", b"genuine")
    await ears.has(b"genuine")
    assert ears.heard == [b"genuine"]
    await spy.aclose()  # type: ignore[no-untyped-call]  # redis-py's own
    await redis.aclose()
    for opened in (a, b, stranger):
        await opened.close()
