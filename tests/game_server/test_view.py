"""What is seen: SPEC [G7] and [G60] to [G66]."""

import json
from typing import Any

import pytest

from edkit.contracts import games as wire
from edkit.contracts.questions import Media, NumberAnswer, Option
from game_server.rules.view import PLAYERS, event_for
from tests.game_server.classroom import (
    ALL_TYPES,
    CANARY,
    Classroom,
    comparable,
    every_type,
    media_url,
    question,
    right_choice,
    wrong_choice,
)


def text_of(heard: list[dict[str, Any]]) -> str:
    return json.dumps(heard, ensure_ascii=False)


@pytest.mark.parametrize("kind", ALL_TYPES)
def test_g60_nothing_sent_to_a_player_before_closing_holds_a_solution_or_anothers_answer(kind: str) -> None:
    """Every kind of event happens while the question is open; then the same words are sent, once it is closed."""
    private = "PRIVATE thought"
    room = Classroom((question(kind), question("open", id="after")), reading_ms=1000)
    ada = room.join("ada")
    room.join("ben")
    room.play("start_game")
    room.wait(1000)
    asked = room.open
    mine = {"text": private} if kind in ("word_cloud", "open") else right_choice(asked) if kind != "slide" else {}
    if mine:
        assert room.answer("ben", **mine) == "accepted"
    room.do(wire.ExtendQuestion(ms=5000))
    room.do(wire.ExtendQuestion(ms=5000, player_ids=("ada",)))
    room.play("pause_game", "unpause_game", "rotate_host_key")
    room.do(wire.LockGame(locked=True))
    room.join("eve")
    room.do(wire.KickPlayer(player_id="eve"))
    room.reconnect("ada")
    told = text_of(ada.heard)
    assert "question_opened" in told
    assert '"event": "state"' in told
    for secret in (CANARY, "271828", private, "correct", "solution", "accepted", "order_ids", "counts"):
        assert secret not in told, secret
    if kind == "order":
        opened = next(event for event in ada.heard if event["event"] == "question_opened")
        assert tuple(option["id"] for option in opened["question"]["options"]) != asked.key.order_ids
    room.play("close_question")
    closed = text_of(room.clients["ada"].heard)
    assert CANARY in closed, "the canary would have been seen"
    if kind in ("word_cloud", "open"):
        assert private in closed
    room.check()


def test_g60_a_submission_tells_nothing_of_the_solution() -> None:
    room = Classroom(every_type())
    room.join("ada")
    room.play("start_game")
    told = []
    for n, choice in enumerate((right_choice(room.open), wrong_choice(room.open), {"text": "x"})):
        sent = wire.SubmitAnswer(answer_id=f"try-{n}", question_id=room.open.id, **choice)
        receipt = room.submit("ada", sent)
        assert isinstance(receipt, wire.Receipt)
        told.append(set(receipt.wire()))
    assert all(names == {"answer_id", "question_id", "status", "seq", "received_ms"} for names in told)


def test_g60_hosts_get_the_solution_with_the_question() -> None:
    room = Classroom((question("typed"),))
    room.play("start_game")
    assert room.host.state["solution"] == {"accepted": [f"{CANARY} typed"]}
    assert room.snapshot_of_host()["solution"] == room.host.state["solution"]


def test_g60_the_quizs_own_option_ids_never_leave() -> None:
    room = Classroom(every_type())
    ada = room.join("ada")
    room.play("start_game", "close_question", "next_question", "next_question")
    assert "single_choice-" not in text_of(ada.heard)


def test_g7_every_entry_sends_every_viewer_one_sequenced_event() -> None:
    """The client of the test refuses a hole; here every type of entry goes by."""
    room = Classroom(every_type(), auto_advance_ms=1000)
    room.join("ada")
    room.join("ben")
    room.play("pause_game", "rotate_host_key", "start_game")
    room.do(wire.LockGame(locked=True))
    room.do(wire.ExtendQuestion(ms=1000, player_ids=("ada",)))
    room.do(wire.KickPlayer(player_id="ben", ban=True))
    room.play("close_question")
    room.do(wire.RegradeQuestion(question_id="q-single_choice", void=True))
    room.play("pause_game", "unpause_game", "end_game")
    types = {entry.type for entry in room.entries()}
    assert len(types) == 12, "all types of entry"
    assert room.host.state["seq"] == room.clients["ada"].state["seq"] == room.game.seq
    assert room.clients["ben"].heard[-1]["event"] == "kicked"
    assert room.clients["ben"].heard[-1]["ban"] is True
    assert "player_kicked" not in text_of(room.clients["ada"].heard)
    room.check()


def test_g61_a_snapshot_at_every_step_equals_what_a_client_folded() -> None:
    room = Classroom(every_type(), teams=("red", "blue"), streak_bonus=True, reading_ms=500)
    room.join("ada", team="red")
    room.join("ben", team="blue")
    room.check()
    room.play("start_game")
    for place, kind in enumerate(ALL_TYPES):
        room.check()
        room.wait(500)
        if kind != "slide":
            room.answer("ada")
            room.play("pause_game")
            room.check()
            room.play("unpause_game")
            room.answer("ben", **(wrong_choice(room.open) if kind not in ("word_cloud", "open") else {"text": "tea"}))
        room.check()
        room.play("close_question")
        room.check()
        if place == 3:
            room.do(wire.RegradeQuestion(question_id="q-single_choice", void=True))
            room.check()
            room.join("late")
        if place + 1 < len(ALL_TYPES):
            room.play("next_question")
    room.play("end_game")
    room.check()
    assert room.clients["ada"].state["phase"] == "ended"


def test_g61_the_reason_of_a_pause_survives_a_reload() -> None:
    room = Classroom((question("open"),))
    room.join("ada")
    room.do(wire.PauseGame(reason="Fire drill"))
    assert room.reconnect("ada").state["pause_reason"] == "Fire drill"
    room.check()


def test_g61_the_own_answer_survives_a_reload() -> None:
    room = Classroom((question("typed"), question("open")))
    room.join("ada")
    room.play("start_game")
    room.wait(700)
    room.answer("ada", text="my words")
    answer = room.reconnect("ada").state["me"]["answer"]
    assert (answer["status"], answer["text"], answer["received_ms"]) == ("accepted", "my words", 700)
    room.play("close_question", "next_question")
    assert "answer" not in room.reconnect("ada").state["me"]


def test_g62_your_result_comes_before_the_closing_of_the_same_seq() -> None:
    room = Classroom((question("single_choice"),))
    ada = room.join("ada")
    room.play("start_game", "close_question")
    result, closing = ada.heard[-2:]
    assert (result["event"], closing["event"]) == ("your_result", "question_closed")
    assert result["seq"] == closing["seq"]


def test_g62_at_the_end_only_those_hear_whom_it_moved() -> None:
    room = Classroom((question("single_choice"),))
    for name in ("ada", "ben", "cat"):
        room.join(name)
        room.wait(1)
    room.play("start_game", "close_question")
    room.do(wire.KickPlayer(player_id="ben"))
    room.play("end_game")
    assert [event["event"] for event in room.clients["ada"].heard[-2:]] == ["state_advanced", "game_ended"]
    assert [event["event"] for event in room.clients["cat"].heard[-2:]] == ["your_result", "game_ended"]
    assert room.clients["cat"].state["me"]["rank"] == 2
    room.check()


def test_g63_question_on_phone_off_keeps_texts_on_the_projector() -> None:
    picture = Media(url="/api/files/f1", alt="A SECRET picture")
    secret = question(
        "single_choice",
        text="SECRET text",
        media=picture,
        options=(Option(text="SECRET a", correct=True, media=picture), Option(text="SECRET b")),
    )
    room = Classroom((secret, question("order")), question_on_phone=False)
    ada = room.join("ada")
    room.play("start_game")
    assert "SECRET" in text_of(room.host.heard)
    assert "SECRET" not in text_of(ada.heard)
    assert len(ada.state["question"]["options"]) == 2
    room.play("close_question", "next_question")
    assert ada.state["question"]["options"][0]["text"].startswith("Step")
    assert ada.state["question"]["text"] == ""
    room.check()


@pytest.mark.parametrize("chosen", [{"show_leaderboard": False}, {"scoring": "survey"}])
def test_g64_without_rankings_nobody_is_ranked_before_others(chosen: dict[str, Any]) -> None:
    room = Classroom((question("single_choice"),), teams=("red", "blue"), **chosen)
    room.join("ada", nickname="Ada Lovelace")
    ben = room.join("ben")
    room.play("start_game")
    room.answer("ada")
    room.play("close_question", "end_game")
    assert "Ada Lovelace" not in text_of(ben.heard)
    assert ben.state["leaderboard"] == ben.state["podium"] == room.host.state["leaderboard"] == []
    assert "team_leaderboard" not in room.host.state
    assert ben.state["me"]["rank"] == 2
    room.check()


def test_g64_who_is_ahead_and_by_how_much() -> None:
    room = Classroom((question("single_choice"),))
    room.join("ada")
    ben = room.join("ben", nickname="Benjamin")
    room.play("start_game")
    room.answer("ada")
    room.play("close_question")
    assert ben.state["me"]["result"]["ahead"] == {"nickname": "Ada", "gap": 1000}
    assert "ahead" not in room.clients["ada"].state["me"]["result"]


def test_g64_boards_have_the_chosen_length_and_the_podium_three() -> None:
    room = Classroom((question("single_choice"),), leaderboard_size=2)
    for n in range(5):
        room.join(f"p{n}")
    room.play("start_game", "close_question")
    assert len(room.host.state["leaderboard"]) == 2
    room.play("end_game")
    assert len(room.host.state["podium"]) == 3
    assert len(room.host.state["leaderboard"]) == 2
    room.check()


def test_g65_durations_count_down_stand_still_and_never_go_below_zero() -> None:
    room = Classroom((question("single_choice"),), reading_ms=3000)
    room.join("ada")
    room.play("start_game")

    def left() -> tuple[int, int]:
        state = room.snapshot_of("ada")
        return state["opens_in_ms"], state["remaining_ms"]

    assert left() == (3000, 23_000)
    room.wait(1000)
    assert left() == (2000, 22_000)
    room.wait(5000)
    assert left() == (0, 17_000)
    room.play("pause_game")
    room.wait(99_000)
    assert left() == (0, 17_000)
    room.play("unpause_game")
    assert room.clients["ada"].heard[-1]["remaining_ms"] == 17_000
    room.wait(17_400)
    assert left() == (0, 0)


def test_g65_hosts_see_the_deadline_of_the_class_and_each_player_their_own() -> None:
    room = Classroom((question("single_choice"),))
    room.join("ada")
    room.join("ben")
    room.play("start_game")
    room.do(wire.ExtendQuestion(ms=7000, player_ids=("ada",)))
    assert (room.host.heard[-1]["player_ids"], room.host.heard[-1]["remaining_ms"]) == (["ada"], 27_000)
    room.play("pause_game", "unpause_game")
    assert room.clients["ada"].heard[-1]["remaining_ms"] == 27_000
    assert room.clients["ben"].heard[-1]["remaining_ms"] == 20_000
    assert room.host.heard[-1]["remaining_ms"] == 20_000
    assert room.snapshot_of_host()["remaining_ms"] == 20_000


def test_g65_outside_a_question_there_are_no_durations() -> None:
    room = Classroom((question("single_choice"),))
    room.join("ada")
    room.play("pause_game", "unpause_game")
    assert not {"opens_in_ms", "remaining_ms"} & set(room.clients["ada"].heard[-1])
    assert not {"opens_in_ms", "remaining_ms"} & set(room.snapshot_of("ada"))


def test_g66_pictures_go_out_under_the_url_made_for_this_question() -> None:
    picture = Media(url="/api/files/f1", alt="A leaf")
    room = Classroom(
        (question("single_choice", media=picture, options=(Option(text="a", correct=True), Option(media=picture))),)
    )
    room.join("ada")
    room.play("start_game")
    shown = room.clients["ada"].state["question"]
    assert shown["media"] == {"url": "/api/files/f1?cap=q-single_choice", "alt": "A leaf"}
    assert [option["media"]["url"] for option in shown["options"] if "media" in option] == [shown["media"]["url"]]
    room.check()


def test_g60_a_number_shows_its_scale_but_not_its_answer() -> None:
    asked = question("number", number=NumberAnswer(answer=7, min=1, max=9, step=0.5, unit="km"))
    room = Classroom((asked,))
    room.join("ada")
    room.play("start_game")
    shown = room.clients["ada"].state["question"]
    assert {name: shown[name] for name in ("min", "max", "step", "unit")} == {
        "min": 1.0,
        "max": 9.0,
        "step": 0.5,
        "unit": "km",
    }
    assert "number" not in shown
    room.play("close_question")
    assert room.clients["ada"].state["result"]["solution"] == {"number": 7.0, "tolerance": 0.0}


def test_g7_events_are_those_of_the_contract() -> None:
    room = Classroom(every_type())
    room.join("ada")
    room.play("start_game", "close_question", "end_game")
    for event in [*room.host.heard, *room.clients["ada"].heard]:
        model = wire.SERVER_EVENTS[event["event"]]
        body = {name: value for name, value in event.items() if name != "event"}
        assert model.model_validate(body).wire() == body


def test_g61_comparing_snapshots_would_find_a_difference() -> None:
    room = Classroom((question("single_choice"),))
    room.join("ada")
    room.play("start_game")
    asked = comparable(room.snapshot_of("ada"))
    room.play("close_question")
    assert comparable(room.snapshot_of("ada")) != asked


def test_g65_one_encoding_serves_all_players_that_are_not_set_apart() -> None:
    room = Classroom((question("single_choice"),))
    room.join("ada")
    room.play("start_game")
    shared = event_for(PLAYERS, room.entries()[-1], room.match, now=room.now, media_url=media_url)
    assert json.loads(shared.wire_bytes()) == shared.wire()
