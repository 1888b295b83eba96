"""The small parts of a game server: time, hub, limits, nicknames, credentials."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edkit.clock import ManualClock, settle
from edkit.errors import TooMany
from edkit.limits.memory import MemoryLimiter
from edkit.seal import Seal
from edkit.tokens import Keys
from game_server.credentials import Credentials, digest, opens
from game_server.gametime import GameTime
from game_server.hub import open_hub
from game_server.limits import ALL_FAILED, FAILED, Bucket, Lookups
from game_server.probing import Probing
from game_server.rules import nicknames
from game_server.rules.rows import PlayerRow


class DatabaseClock:
    """A database server that only knows what time it is."""

    dialect = "mysql"

    def __init__(self, ms: float) -> None:
        self.ms = ms

    async def rows(self, _: object) -> list[tuple[float]]:
        return [(self.ms,)]


class TestGameTime:
    async def test_a_server_starts_with_the_database_s_time(self) -> None:
        clock = ManualClock()
        time = GameTime(clock, DatabaseClock(5_000_000))  # type: ignore[arg-type]
        await time.estimate(step=True)
        assert time.now() == 5_000_000
        await clock.advance(2)
        assert time.now() == 5_002_000

    @given(st.lists(st.integers(-20_000, 20_000), min_size=1, max_size=20))
    def test_it_never_runs_backwards_nor_jumps(self, errors: list[int]) -> None:
        async def run() -> None:
            clock, database = ManualClock(), DatabaseClock(5_000_000)
            time = GameTime(clock, database)  # type: ignore[arg-type]
            await time.estimate(step=True)
            for error in errors:
                await clock.advance(5)
                before = time.now()
                database.ms = before + error
                await time.estimate()
                assert time.now() == before
                await clock.advance(1)
                assert 989 <= time.now() - before <= 1011

        asyncio.run(run())

    async def test_of_several_first_looks_the_quickest_is_believed(self) -> None:
        """On a machine that has much to do an answer may come late; half of what it took is what is not known."""
        clock, trips = ManualClock(), iter([(0.0, 0.8), (0.3, 0.1), (0.001, 0.001), (0.0, 0.5), (0.4, 0.0)])

        class Slow(DatabaseClock):
            async def rows(self, _: object) -> list[tuple[float]]:
                there, back = next(trips)
                await clock.advance(there)
                told = float(clock.now() + 7_000)
                await clock.advance(back)
                return [(told,)]

        time = GameTime(clock, Slow(0))  # type: ignore[arg-type]
        await time.estimate(step=True)
        assert abs(time.now() - clock.now() - 7_000) <= 1

    async def test_it_arrives_at_the_database_s_time(self) -> None:
        clock, database = ManualClock(), DatabaseClock(5_000_000)
        time = GameTime(clock, database)  # type: ignore[arg-type]
        await time.estimate(step=True)
        database.ms = 5_000_000 + 40
        await time.estimate()
        await clock.advance(5)
        assert time.now() == 5_005_040


async def test_the_hub_carries_bytes_to_the_subscribers_of_one_game_and_never_inside_publish() -> None:
    hub, heard = open_hub("memory:", Seal(b"key")), []

    def receive(game_id: str, message: bytes) -> None:
        heard.append((game_id, message))

    await hub.subscribe("one", receive)
    await hub.publish("one", b"a")
    await hub.publish("two", b"b")
    assert heard == []
    await settle()
    assert heard == [("one", b"a")]
    await hub.unsubscribe("one", receive)
    await hub.unsubscribe("one", receive)
    await hub.publish("one", b"c")
    await settle()
    assert len(heard) == 1
    with pytest.raises(ValueError, match="EDTECH_HUB_URL"):
        open_hub("carrier-pigeon:", Seal(b"key"))


async def test_a_bucket_fills_again() -> None:
    clock = ManualClock()
    bucket = Bucket(clock, rate=10, most=3)
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 100]
    await clock.advance(0.1)
    assert (bucket.take(), bucket.take()) == (0, 100)


async def test_wrong_pins_are_counted_by_address() -> None:
    clock = ManualClock()
    lookups = Lookups(MemoryLimiter(clock.monotonic))
    for _ in range(FAILED.burst):
        await lookups.check("school", "123456")
        await lookups.failed("school")
    with pytest.raises(TooMany) as slowed:
        await lookups.check("school", "123456")
    assert slowed.value.retry_after_ms == 5000
    await lookups.check("elsewhere", "123456")
    await clock.advance(5)
    await lookups.check("school", "123456")


async def test_who_guesses_locks_no_class_out_that_is_in_already() -> None:
    lookups = Lookups(MemoryLimiter(ManualClock().monotonic))
    await lookups.right("school", "123456")
    for _ in range(FAILED.burst):
        await lookups.failed("school")
    await lookups.check("school", "123456")
    with pytest.raises(TooMany):
        await lookups.check("school", "123457")


async def test_guesses_from_everywhere_slow_only_those_who_guess() -> None:
    lookups = Lookups(MemoryLimiter(ManualClock().monotonic))
    for number in range(ALL_FAILED.burst):
        await lookups.failed(f"10.0.{number // 250}.{number % 250}")
    await lookups.check("192.0.2.1", "123456")
    with pytest.raises(TooMany):
        await lookups.check("10.0.0.1", "123456")


async def test_one_ipv6_household_guesses_as_one() -> None:
    lookups = Lookups(MemoryLimiter(ManualClock().monotonic))
    for number in range(FAILED.burst):
        await lookups.failed(f"2001:db8::{number:x}")
    with pytest.raises(TooMany):
        await lookups.check("2001:db8::ffff", "123456")


def test_the_last_eight_round_trips_are_kept() -> None:
    probing = Probing()
    again = []
    for trip in range(12):
        probing.sent(float(trip), 7.0)
        again.append(probing.answered(trip * 10))
    assert probing.trips == [40, 50, 60, 70, 80, 90, 100, 110]
    assert again == [True, True] + [False] * 10
    assert (probing.due(17.9), probing.due(18.0)) == (False, True)


class TestNicknames:
    @pytest.mark.parametrize(
        "name", ["Cassandra", "Dickens", "Đức", "Bưởi", "Player 455", "Linh 69", "Sussex", "Cúc", "P155", "t17"]
    )
    def test_innocent_names_pass(self, name: str) -> None:
        assert nicknames.fault(name) is None
        assert not nicknames.offends(name)

    @pytest.mark.parametrize(
        "name", ["FUCK", "f u c k", "fuuuck", "sh1t", "a$$", "Địt mẹ", "ｆｕｃｋ", "fu\u200bck", "fu\u3164ck"]
    )
    def test_what_a_class_shouts_first_does_not(self, name: str) -> None:
        assert nicknames.offends(name)

    @pytest.mark.parametrize(
        "name", ["", "   ", "...", "\u202e", "\u3164", "\u115f", "x" * 25, "Z\u0300\u0301\u0302\u0303"]
    )
    def test_what_cannot_be_shown_is_refused_with_words(self, name: str) -> None:
        assert nicknames.fault(name)

    @pytest.mark.parametrize(
        "blank", ["\u034f", "\u115f", "\u1160", "\u2800", "\u3164", "\ufe0f", "\uffa0", "\U000e0101"]
    )
    def test_what_shows_nothing_makes_no_other_name(self, blank: str) -> None:
        assert nicknames.fold(f"An{blank}na{blank}") == nicknames.fold("Anna")

    @given(st.text(max_size=40))
    def test_cleaning_and_folding_settle(self, name: str) -> None:
        assert nicknames.clean(nicknames.clean(name)) == nicknames.clean(name)
        assert nicknames.fold(nicknames.clean(name)) == nicknames.fold(name)

    @pytest.mark.parametrize("language", [None, "en", "vi", "vi-VN"])
    def test_generated_names_are_many_and_pass_their_own_filter(self, language: str | None) -> None:
        made = [nicknames.made(number, language) for number in range(nicknames.MADE)]
        assert len(set(map(nicknames.fold, made))) == nicknames.MADE
        assert not [name for name in made if nicknames.offends(name) or nicknames.fault(name)]


@contextmanager
def credentials(folder: Path) -> Iterator[Credentials]:
    yield Credentials(Keys.open(folder))


def test_credentials_are_the_same_on_every_server_and_for_one_purpose_only(tmp_path: Path) -> None:
    player = PlayerRow(player_id="p1", nickname="Ada", joined_seq=1, joined_at=1_000)
    with credentials(tmp_path) as one, credentials(tmp_path) as two:
        token = one.resume_token("g1", player)
        assert token == two.resume_token("g1", player)
        assert two.player_of(token, now=2_000) == "p1"
        assert two.player_of(token, now=1_000 + 31 * 24 * 3_600_000) is None
        assert two.player_of(token.replace("p1", "p2", 1), now=2_000) is None
        key = one.host_key("g1", 1)
        assert key == two.host_key("g1", 1)
        assert len({key, one.host_key("g1", 2), one.host_key("g2", 1)}) == 3
        assert opens(key, digest(key))
        assert not opens(key, digest(one.host_key("g1", 2)))
        url = one.media_url("g1", 5, "q1", "/api/files/f1")
        assert url.startswith("/api/files/f1?cap=")
        assert url == two.media_url("g1", 5, "q1", "/api/files/f1")
        assert one.media_url("g1", 5, "q1", "https://elsewhere.example/x.png") == "https://elsewhere.example/x.png"
