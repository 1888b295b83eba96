"""Phases and commands: SPEC [G10] to [G22]. Every cell of the table has its test."""

from typing import Any

import pytest

from edkit.contracts import games as wire
from game_server.rules.decide import Attendance, due_at, settle
from game_server.rules.entries import QuestionClosed
from game_server.rules.game import GRACE_MS, IDLE_MS
from tests.game_server.classroom import Classroom, question

PHASES = ("lobby", "question", "result", "ended")
TWO = (question("single_choice"), question("typed"))

COMMANDS: dict[str, dict[str, Any]] = {
    "start_game": {},
    "next_question": {},
    "close_question": {},
    "end_game": {},
    "pause_game": {"reason": "A question from the class"},
    "unpause_game": {},
    "lock_game": {"locked": True},
    "kick_player": {"player_id": "ada"},
    "extend_question": {"ms": 10_000},
    "regrade_question": {"question_id": "q-single_choice", "void": True},
    "rotate_host_key": {},
}

TABLE: dict[str, tuple[list[str] | str, list[str] | str, list[str] | str, list[str] | str]] = {
    "start_game": (["game_started", "question_opened"], "stale", "stale", "stale"),
    "next_question": ("not_started", ["question_closed"], ["question_opened"], "stale"),
    "close_question": ("not_started", ["question_closed"], "stale", "stale"),
    "end_game": (["game_ended"], ["question_closed", "game_ended"], ["game_ended"], "stale"),
    "pause_game": (["game_paused"], ["game_paused"], ["game_paused"], "stale"),
    "unpause_game": (["game_unpaused"], ["game_unpaused"], ["game_unpaused"], "stale"),
    "lock_game": (["game_locked"], ["game_locked"], ["game_locked"], "stale"),
    "kick_player": (["player_kicked"], ["player_kicked"], ["player_kicked"], "stale"),
    "extend_question": ("not_started", ["question_extended"], "closed", "closed"),
    "regrade_question": ("not_started", "not_closed", ["question_regraded"], ["question_regraded"]),
    "rotate_host_key": (["host_key_rotated"],) * 4,
}


def room_in(phase: str, questions: Any = TWO, **chosen: Any) -> Classroom:
    room = Classroom(questions, **chosen)
    room.join("ada")
    way = {"lobby": (), "question": ("start_game",), "result": ("start_game", "close_question")}
    way["ended"] = (*way["result"], "end_game")
    room.play(*way[phase])
    assert room.game.phase == phase
    return room


def command(name: str, **more: Any) -> Any:
    return wire.CLIENT_EVENTS[name][0](**{**COMMANDS[name], **more})


def test_g11_the_table_names_every_host_command() -> None:
    hosts = {name for name, (payload, _) in wire.CLIENT_EVENTS.items() if issubclass(payload, wire.HostCommand)}
    assert hosts == set(TABLE) == set(COMMANDS)


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("phase", PHASES)
def test_g11_cell(name: str, phase: str) -> None:
    room = room_in(phase)
    if name == "unpause_game" and phase != "ended":
        room.play("pause_game")
    before = room.match
    expected = TABLE[name][PHASES.index(phase)]
    assert room.do(command(name)) == expected
    if isinstance(expected, str):
        assert room.match == before, "stale and refused commands change nothing"
    else:
        assert room.game.seq == before.game.seq + len(expected)
    room.check()


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("off", [-1, 1])
def test_g11_a_seq_that_is_not_the_games_is_stale_in_every_cell(name: str, phase: str, off: int) -> None:
    room = room_in(phase)
    assert room.do(command(name, seq=room.game.seq + off)) == "stale"


def test_g11_a_double_click_advances_once() -> None:
    room = room_in("question")
    click = command("next_question", seq=room.game.seq)
    assert room.do(click) == ["question_closed"]
    assert room.do(click) == "stale"
    assert room.game.phase == "result"


def test_g10_a_question_opens_after_reading_and_closes_after_its_limit() -> None:
    room = room_in("question", reading_ms=3000)
    assert (room.game.shown.opens_at, room.game.shown.closes_at) == (room.now + 3000, room.now + 23_000)
    assert room.answer("ada") == "early"
    room.wait(3000)
    assert room.answer("ada") == "accepted"


def test_g10_after_the_last_question_the_game_ends() -> None:
    room = room_in("result")
    room.play("next_question", "next_question")
    assert room.do(command("next_question")) == ["game_ended"]
    assert room.entries()[-1].reason == "last_question"  # type: ignore[union-attr]


def test_g12_what_changes_nothing_is_stale() -> None:
    room = room_in("result")
    assert room.do(command("unpause_game")) == "stale"
    assert room.do(command("lock_game", locked=False)) == "stale"
    room.do(command("pause_game"))
    assert room.do(command("pause_game", reason="again")) == "stale"
    room.do(command("regrade_question"))
    assert room.do(command("regrade_question")) == "stale"
    room.do(command("kick_player"))
    assert room.do(command("kick_player")) == "stale"


def test_g12_kicking_nobody_is_refused() -> None:
    assert room_in("lobby").do(command("kick_player", player_id="bob")) == "unknown_player"


@pytest.mark.parametrize(
    ("phase", "name", "done"),
    [
        ("lobby", "start_game", ["game_started", "game_unpaused", "question_opened"]),
        ("lobby", "end_game", ["game_unpaused", "game_ended"]),
        ("question", "next_question", ["question_closed"]),
        ("question", "end_game", ["question_closed", "game_unpaused", "game_ended"]),
        ("result", "next_question", ["game_unpaused", "question_opened"]),
        ("result", "end_game", ["game_unpaused", "game_ended"]),
    ],
)
def test_g13_going_on_and_ending_lift_a_pause(phase: str, name: str, done: list[str]) -> None:
    room = room_in(phase)
    room.play("pause_game")
    assert room.do(command(name)) == done
    assert room.game.paused is (done == ["question_closed"])
    room.check()


def test_g14_a_pause_stops_reading_and_answering() -> None:
    room = room_in("question", reading_ms=3000)
    room.wait(1000)
    room.play("pause_game")
    room.wait(60_000)
    assert room.answer("ada") == "paused"
    assert room.tick() is None
    room.play("unpause_game")
    assert room.snapshot_of("ada")["opens_in_ms"] == 2000
    assert room.snapshot_of("ada")["remaining_ms"] == 22_000
    room.wait(2000 + 5000)
    room.play("pause_game")
    room.wait(7000)
    assert room.answer("ada") == "paused"
    assert room.snapshot_of("ada")["remaining_ms"] == 15_000
    room.play("unpause_game")
    assert room.answer("ada") == "accepted"
    assert room.rows["q-single_choice"]["ada"].received_ms == 5000


def test_g14_a_pause_stops_the_wait_for_the_next_question() -> None:
    room = room_in("result", auto_advance_ms=5000)
    room.wait(4000)
    room.play("pause_game")
    room.wait(10_000)
    assert room.tick() is None
    room.play("unpause_game")
    room.wait(999)
    assert room.tick() is None
    room.wait(1)
    assert room.tick() == ["question_opened"]


def test_g14_closing_in_a_pause_keeps_the_whole_wait() -> None:
    room = room_in("question", auto_advance_ms=5000)
    room.play("pause_game")
    room.wait(3000)
    room.play("close_question")
    room.wait(60_000)
    assert room.tick() is None
    room.play("unpause_game")
    assert due_at(room.game) == room.now + 5000


def test_g15_an_extension_moves_the_deadline() -> None:
    room = room_in("question")
    room.wait(20_000)
    assert room.do(command("extend_question")) == ["question_extended"]
    room.wait(10_000)
    assert room.answer("ada") == "accepted"
    room.wait(1)
    assert room.do(command("extend_question")) == "closed"


def test_g15_an_extension_in_a_pause_is_there_after_it() -> None:
    room = room_in("question")
    room.wait(15_000)
    room.play("pause_game")
    room.wait(50_000)
    assert room.do(command("extend_question")) == ["question_extended"]
    assert room.snapshot_of("ada")["remaining_ms"] == 15_000


def test_g15_more_time_for_one_player_is_theirs_alone() -> None:
    room = room_in("question")
    room.join("bob")
    assert room.do(command("extend_question", player_ids=("carl",))) == "unknown_player"
    assert room.do(command("extend_question", player_ids=("ada", "ada"))) == ["question_extended"]
    assert room.host.heard[-1]["player_ids"] == ["ada"]
    assert room.clients["ada"].heard[-1]["remaining_ms"] == 30_000
    assert room.clients["bob"].heard[-1]["event"] == "state_advanced"
    room.wait(20_001)
    assert room.answer("bob") == "late"
    assert room.answer("ada") == "accepted"
    assert room.do(command("extend_question", player_ids=("bob",))) == "closed"
    assert room.do(command("extend_question", player_ids=("ada",))) == ["question_extended"]


def test_g15_more_time_ends_with_its_question() -> None:
    room = room_in("question")
    room.do(command("extend_question", player_ids=("ada",)))
    room.play("next_question", "next_question")
    assert room.snapshot_of("ada")["remaining_ms"] == 20_000


def test_g16_a_question_closes_at_its_deadline_and_grace() -> None:
    room = room_in("question")
    assert due_at(room.game) == room.now + 20_000 + GRACE_MS
    room.wait(20_000 + GRACE_MS - 1)
    assert room.tick(Attendance(counted=1, answered=0)) is None
    room.wait(1)
    assert room.tick(Attendance(counted=1, answered=0)) == ["question_closed"]
    assert room.entries()[-1].reason == "deadline"  # type: ignore[union-attr]


@pytest.mark.parametrize(("waiting", "closes"), [(1, False), (0, True)])
def test_g16_the_class_waits_only_for_who_has_more_time_and_no_answer(waiting: int, closes: bool) -> None:
    room = room_in("question")
    room.do(command("extend_question", player_ids=("ada",)))
    room.wait(20_000 + GRACE_MS)
    there = Attendance(counted=3, answered=2, waiting_extra=waiting)
    assert (room.tick(there) is not None) is closes


def test_g16_the_latest_deadline_closes_whoever_waits() -> None:
    room = room_in("question")
    room.do(command("extend_question", player_ids=("ada",)))
    room.wait(30_000 + GRACE_MS)
    assert room.tick(Attendance(counted=1, answered=0, waiting_extra=1)) == ["question_closed"]


@pytest.mark.parametrize(("counted", "answered", "closes"), [(0, 0, False), (3, 2, False), (3, 3, True), (2, 3, True)])
def test_g17_a_question_closes_when_all_who_count_have_answered(counted: int, answered: int, closes: bool) -> None:
    room = room_in("question")
    room.wait(1000)
    assert (room.tick(Attendance(counted, answered)) == ["question_closed"]) is closes


def test_g17_not_while_reading_or_paused_and_never_a_slide() -> None:
    all_there = Attendance(1, 1)
    assert room_in("question", reading_ms=3000).tick(all_there) is None
    room = room_in("question")
    room.play("pause_game")
    assert room.tick(all_there) is None
    assert room_in("question", (question("slide"),)).tick(all_there) is None


def test_g18_the_next_question_opens_by_itself_and_the_last_ends() -> None:
    room = room_in("result", auto_advance_ms=5000)
    assert due_at(room.game) == room.now + 5000
    room.wait(5000)
    assert room.tick() == ["question_opened"]
    room.play("close_question")
    room.wait(5000)
    assert room.tick() == ["game_ended"]


def test_g18_without_the_setting_the_game_waits() -> None:
    room = room_in("result")
    room.wait(IDLE_MS - 1)
    assert room.tick() is None


def test_g19_next_goes_on_from_a_slide_in_one_step() -> None:
    room = room_in("question", (question("slide"), question("typed"), question("slide", id="last")))
    assert room.do(command("next_question")) == ["question_closed", "question_opened"]
    room.play("next_question", "next_question")
    assert room.do(command("next_question")) == ["question_closed", "game_ended"]
    room.check()


def test_g19_a_slide_closed_otherwise_waits() -> None:
    room = room_in("question", (question("slide"), question("typed")))
    room.wait(20_000 + GRACE_MS)
    assert room.tick() == ["question_closed"]
    assert room.game.phase == "result"
    room = room_in("question", (question("slide"), question("typed")))
    assert room.do(command("close_question")) == ["question_closed"]


@pytest.mark.parametrize(
    ("phase", "done"),
    [("lobby", ["game_ended"]), ("question", ["question_closed", "game_ended"]), ("result", ["game_ended"])],
)
def test_g20_a_forgotten_game_ends_itself(phase: str, done: list[str]) -> None:
    room = room_in(phase)
    room.wait(IDLE_MS - 1)
    if phase != "question":
        assert room.tick() is None
    room.wait(1)
    assert room.tick() == done
    assert due_at(room.game) is None
    assert room.tick() is None


def test_g20_time_alone_is_no_host_command() -> None:
    room = room_in("question", auto_advance_ms=1000)
    began = room.now
    room.wait(20_000 + GRACE_MS)
    room.tick()
    assert room.game.host_at == began
    room.do(command("lock_game"))
    assert room.game.host_at == room.now


def test_g20_a_forgotten_pause_ends_too() -> None:
    room = room_in("question")
    room.play("pause_game")
    room.wait(IDLE_MS)
    assert room.tick() == ["question_closed", "game_unpaused", "game_ended"]


def test_g21_a_gate_left_shut_is_settled() -> None:
    room = room_in("question")
    room.answer("ada")
    plan = settle(room.game, room.now)
    assert plan is not None
    assert plan.gate == "q-single_choice"
    assert room.carry_out(plan) == ["question_closed"]
    closing = room.entries()[-1]
    assert isinstance(closing, QuestionClosed)
    assert (closing.reason, closing.answered) == ("recovered", 1)
    assert settle(room.game, room.now) is None
