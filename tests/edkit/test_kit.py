"""Settings, time, ids, tokens: the small ports."""

import asyncio
import stat
from pathlib import Path

import pytest

from edkit import clock as clock_module
from edkit.chance import SeededChance, SystemChance
from edkit.clock import ManualClock, SteeredClock, SystemClock, open_clock
from edkit.errors import AppError, Conflict, ErrorData, Invalid, Unauthenticated
from edkit.ids import SystemIds
from edkit.message import Actor
from edkit.settings import BadSettings, Settings
from edkit.tokens import Keys

ADA = Actor(id="u1", role="teacher", session="s1")


def test_the_defaults_are_the_embedded_mode() -> None:
    settings = Settings.load({})
    assert settings.bus_url == "memory:"
    assert settings.database_url_of("gateway") == "sqlite+aiosqlite:///var/gateway.db"


def test_every_fault_is_named_in_one_list() -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.load({"EDTECH_PORT": "many", "EDTECH_MODE": "fast", "EDTECH_COLOUR": "red"})
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "EDTECH_MODE",
        "EDTECH_PORT",
        "EDTECH_COLOUR",
    ]


def test_production_refuses_every_unsafe_default_in_one_list() -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.load({"EDTECH_MODE": "production", "EDTECH_RATE_LIMITS": "false"})
    named = {line.partition(":")[0] for line in str(caught.value).splitlines()}
    assert named == {"EDTECH_DEMO", "EDTECH_PUBLIC_URL", "EDTECH_REGISTRATION", "EDTECH_RATE_LIMITS"}


def test_production_starts_with_safe_settings() -> None:
    Settings.load(
        {
            "EDTECH_MODE": "production",
            "EDTECH_DEMO": "false",
            "EDTECH_PUBLIC_URL": "https://quiz.school.example",
            "EDTECH_REGISTRATION": "invite",
            "EDTECH_INVITE_CODE": "spring",
            "EDTECH_ALLOWED_ORIGINS": "https://a.example, https://b.example",
        }
    )


def test_time_goes_on_after_a_restart_although_the_wall_clock_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = SystemClock(tmp_path)
    before = first.now()
    wall = clock_module.time.time_ns
    monkeypatch.setattr(clock_module.time, "time_ns", lambda: wall() - 3_600_000_000_000)
    again = SystemClock(tmp_path)
    assert 0 <= again.now() - before < 5_000


def test_time_never_runs_backwards_over_a_reboot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = SystemClock(tmp_path).now()
    monkeypatch.setattr(clock_module, "_boot_id", lambda: "another boot")
    wall = clock_module.time.time_ns
    monkeypatch.setattr(clock_module.time, "time_ns", lambda: wall() - 3_600_000_000_000)
    assert SystemClock(tmp_path).now() >= before


def test_a_test_can_give_a_process_a_wrong_clock(tmp_path: Path) -> None:
    assert type(open_clock(tmp_path, None)) is SystemClock
    control, right = tmp_path / "control", SystemClock(tmp_path)
    clock = open_clock(tmp_path, control)
    assert isinstance(clock, SteeredClock)
    assert abs(clock.now() - right.now()) < 1000
    control.write_text("5000")
    assert 4000 < clock.now() - right.now() < 6000
    control.write_text("-60000")
    assert -61_000 < clock.now() - right.now() < -59_000


def test_production_refuses_a_clock_that_can_be_made_wrong() -> None:
    with pytest.raises(BadSettings, match="EDTECH_CLOCK_CONTROL"):
        Settings.load({"EDTECH_MODE": "production", "EDTECH_CLOCK_CONTROL": "/somewhere"})


async def test_a_manual_clock_wakes_sleepers_in_order() -> None:
    clock, woken = ManualClock(), []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock.monotonic()))

    tasks = [asyncio.create_task(sleeper(s)) for s in (3, 1, 2)]
    await asyncio.sleep(0)
    await clock.advance(2.5)
    assert woken == [(1, 1.0), (2, 2.0)]
    await clock.advance(1)
    await asyncio.gather(*tasks)


def test_ids_sort_by_time_and_never_repeat() -> None:
    clock = ManualClock()
    ids = SystemIds(clock)
    early = {ids.new() for _ in range(1000)}
    clock._now += 1
    late = {ids.new() for _ in range(1000)}
    assert len(early | late) == 2000
    assert max(early) < min(late)
    assert all(len(i) == 26 for i in early)


def test_chance_makes_what_was_asked_for() -> None:
    for chance in (SystemChance(), SeededChance(1)):
        assert len(chance.digits(6)) == 6
        assert len(chance.token(32)) == 43
        assert sorted(chance.shuffled(range(9))) == list(range(9))
    assert SeededChance(5).digits(20) == SeededChance(5).digits(20)


def test_a_token_says_who_until_it_expires(tmp_path: Path) -> None:
    keys = Keys.open(tmp_path)
    token = keys.issue_access(ADA, now=1_000_000, minutes=15)
    assert Keys.open(tmp_path).verify_access(token, now=1_000_000 + 899_000) == ADA
    with pytest.raises(Unauthenticated) as caught:
        keys.verify_access(token, now=1_000_000 + 900_000)
    assert caught.value.code == "token_expired"


def test_a_token_of_another_key_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    keys = Keys.open(tmp_path / "a")
    foreign = Keys.open(tmp_path / "b").issue_access(ADA, now=0, minutes=15)
    head, body, mark = keys.issue_access(ADA, now=0, minutes=15).split(".")
    unsigned = "eyJhbGciOiJub25lIn0." + body + "."
    for token in (foreign, f"{head}.{body}x.{mark}", unsigned, "", "a.b.c"):
        with pytest.raises(Unauthenticated):
            keys.verify_access(token, now=0)


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    Keys.open(tmp_path / "keys")
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_capability_opens_one_file_for_its_time_and_is_the_same_each_time(tmp_path: Path) -> None:
    keys = Keys.open(tmp_path)
    word = keys.sign_capability("f1", "g1.q1", expires=2000)
    assert word == keys.sign_capability("f1", "g1.q1", expires=2000)
    assert keys.verify_capability(word, "f1", now=1999)
    assert not keys.verify_capability(word, "f1", now=2000)
    assert not keys.verify_capability(word, "f2", now=0)
    assert not keys.verify_capability(word.replace("2000", "9000"), "f1", now=0)
    assert not keys.verify_capability("nonsense", "f1", now=0)


def test_an_error_crosses_the_wire_whole() -> None:
    error = Invalid.on("questions.3", "needs a key")
    data = ErrorData.model_validate_json(error.to_data().model_dump_json())
    again = AppError.from_data(data)
    assert isinstance(again, Invalid)
    assert again.to_data() == error.to_data()
    assert isinstance(AppError.from_data(Conflict(code="stale_version").to_data()), Conflict)
    assert AppError.from_data(ErrorData(kind="from the future", code="x", message="y")).code == "x"
