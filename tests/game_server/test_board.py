"""The board, regrading and reports: SPEC [G44], [G46] and [G50] to [G53]."""

from typing import Any

import pytest

from edkit.contracts import games as wire
from edkit.contracts.questions import Option
from game_server.rules.board import changes
from game_server.rules.report import players_of, questions_of
from tests.game_server.classroom import Classroom, question, right_choice, wrong_choice

THREE = tuple(question("single_choice", id=f"q{n}") for n in range(3))


def play_round(room: Classroom, **answers: str) -> None:
    """One question: who answers how, after 10 s."""
    room.wait(10_000)
    for player_id, how in answers.items():
        choice = (right_choice if how == "right" else wrong_choice)(room.open)
        assert room.answer(player_id, **choice) == "accepted"
    room.play("close_question")


def classroom(*names: str, questions: Any = THREE, **chosen: Any) -> Classroom:
    room = Classroom(questions, **chosen)
    for name in names:
        room.join(name)
        room.wait(1)
    room.play("start_game")
    return room


def board(room: Classroom) -> list[tuple[str, int, int, int]]:
    return [(r["player_id"], r["score"], r["rank"], r["delta"]) for r in room.host.state["leaderboard"]]


def test_g50_g51_ranks_and_places_gained() -> None:
    room = classroom("ada", "ben", "cat")
    play_round(room, ben="right", ada="wrong")
    assert board(room) == [("ben", 750, 1, 0), ("ada", 0, 2, 0), ("cat", 0, 3, 0)]
    room.play("next_question")
    play_round(room, cat="right", ada="right", ben="wrong")
    assert board(room) == [("ada", 750, 1, 1), ("ben", 750, 2, -1), ("cat", 750, 3, 0)]


def test_g50_between_publications_the_board_stands_still() -> None:
    room = classroom("ada", "ben")
    assert "leaderboard" not in room.host.state
    play_round(room, ada="right")
    stood = board(room)
    room.join("cat")
    room.do(wire.KickPlayer(player_id="ada"))
    room.play("next_question")
    assert board(room) == stood
    assert [row["player_id"] for row in room.snapshot_of_host()["leaderboard"]] == ["ada", "ben"]
    room.play("close_question")
    assert [name for name, *_ in board(room)] == ["ben", "cat"]
    room.check()


def test_g50_who_joins_after_a_closing_is_ranked_at_the_next() -> None:
    room = classroom("ada")
    play_round(room, ada="right")
    room.join("ben")
    assert room.clients["ben"].state["me"]["rank"] == 0
    assert room.clients["ben"].state["me"]["result"]["status"] == "none"
    room.play("end_game")
    assert [name for name, *_ in board(room)] == ["ada", "ben"]
    assert room.clients["ben"].state["me"]["rank"] == 2
    room.check()


def test_g50_a_player_row_of_the_same_moment_is_ranked_by_what_it_saw() -> None:
    """A join that commits after the closing is not in its board, however early its clock says it was."""
    room = classroom("ada")
    play_round(room, ada="right")
    room.now -= 5000
    room.join("ben")
    room.now += 5000
    room.check()
    assert room.match.board.of("ben") is None


def test_g50_an_ended_lobby_has_no_board() -> None:
    room = Classroom(THREE)
    room.join("ada")
    room.play("end_game")
    assert room.host.state["leaderboard"] == []
    assert room.clients["ada"].state["me"]["rank"] == 0
    room.check()


def test_g46_points_are_the_sum_of_their_parts_and_scores_of_points() -> None:
    room = classroom("ada", streak_bonus=True)
    total = 0
    for place in range(3):
        play_round(room, ada="right")
        result = room.clients["ada"].state["me"]["result"]
        parts = result["parts"]
        assert result["points"] == parts["base"] + parts["speed"] + parts["streak"]
        total += result["points"]
        assert result["score"] == total
        if place < 2:
            room.play("next_question")
    assert total == 3 * 750 + 100 + 200


def regrade(room: Classroom, question_id: str, **key: Any) -> list[str] | str:
    return room.do(wire.RegradeQuestion(question_id=question_id, **key))


def test_g52_a_regrade_judges_as_if_the_key_had_always_been_so() -> None:
    room = classroom("ada", "ben", streak_bonus=True)
    wrong = wrong_choice(room.open)["option_ids"]
    for place in range(3):
        play_round(room, ada="right", ben="wrong" if place == 0 else "right")
        if place < 2:
            room.play("next_question")
    assert room.score_of("ada") == 3 * 750 + 300
    assert room.score_of("ben") == 2 * 750 + 100
    assert regrade(room, "q0", correct_option_ids=wrong) == ["question_regraded"]
    assert room.score_of("ada") == 2 * 750 + 100
    assert room.score_of("ben") == 3 * 750 + 300
    heard = [e for e in room.clients["ada"].heard if e["event"] in ("your_result", "question_regraded")][-3:]
    assert [(e["event"], e["question_id"]) for e in heard] == [
        ("your_result", "q0"),
        ("your_result", "q2"),
        ("question_regraded", "q0"),
    ]
    assert heard[1]["parts"]["streak"] == 100, "the streak bonus of a later question moved, too"
    room.check()


def test_g52_several_right_options_make_any_of_them_right() -> None:
    room = classroom("ada", "ben")
    both = (*right_choice(room.open)["option_ids"], *wrong_choice(room.open)["option_ids"])
    play_round(room, ada="right", ben="wrong")
    regrade(room, "q0", correct_option_ids=both)
    assert room.score_of("ada") == room.score_of("ben") == 750
    assert set(room.host.state["result"]["solution"]["option_ids"]) == set(both)


def test_g52_void_takes_out_and_puts_back() -> None:
    room = classroom("ada", streak_bonus=True)
    play_round(room, ada="right")
    assert regrade(room, "q0", void=True) == ["question_regraded"]
    assert room.score_of("ada") == 0
    assert room.match.board.of("ada").time_ms == 0  # type: ignore[union-attr]
    assert room.clients["ada"].state["me"]["result"]["status"] == "survey"
    assert room.host.state["result"]["solution"]["void"] is True
    room.check()
    assert regrade(room, "q0", void=False) == ["question_regraded"]
    assert room.score_of("ada") == 750
    assert "void" not in room.host.state["result"]["solution"]


@pytest.mark.parametrize(
    ("kind", "answer", "key"),
    [
        ("typed", {"text": "colour"}, {"accepted": ("color", "Colour")}),
        ("number", {"number": 42}, {"number": 42}),
    ],
)
def test_g52_every_key_can_be_replaced(kind: str, answer: dict[str, Any], key: dict[str, Any]) -> None:
    room = classroom("ada", questions=(question(kind),))
    room.answer("ada", **answer)
    room.play("close_question")
    assert room.score_of("ada") == 0
    assert regrade(room, f"q-{kind}", **key) == ["question_regraded"]
    assert room.score_of("ada") == 1000
    room.check()


def test_g52_an_order_can_be_put_right() -> None:
    room = classroom("ada", questions=(question("order"),))
    given = wrong_choice(room.open)["option_ids"]
    room.answer("ada", option_ids=given)
    room.play("close_question")
    counted = room.host.state["result"]["counts"]
    assert regrade(room, "q-order", order_ids=given) == ["question_regraded"]
    assert room.score_of("ada") == 1000
    assert room.host.state["result"]["counts"] == counted, "counts do not depend on the key in force"
    room.check()


@pytest.mark.parametrize(
    ("kind", "key", "code"),
    [
        ("single_choice", {}, "invalid"),
        ("single_choice", {"void": True, "number": 3}, "invalid"),
        ("single_choice", {"number": 3}, "invalid"),
        ("single_choice", {"correct_option_ids": ("unknown",)}, "invalid"),
        ("order", {"order_ids": ("one", "two")}, "invalid"),
        ("poll", {"void": True}, "not_gradable"),
        ("open", {"accepted": ("x",)}, "not_gradable"),
    ],
)
def test_g52_what_is_no_key_is_refused(kind: str, key: dict[str, Any], code: str) -> None:
    room = classroom("ada", questions=(question(kind),))
    room.play("close_question")
    assert regrade(room, f"q-{kind}", **key) == code


def test_g52_a_question_of_another_game_is_refused() -> None:
    room = classroom("ada")
    assert regrade(room, "elsewhere", void=True) == "unknown_question"
    assert regrade(room, "q2", void=True) == "not_closed"


def test_g52_a_closed_question_is_regraded_while_another_is_open() -> None:
    room = classroom("ada")
    play_round(room, ada="right")
    room.play("next_question")
    assert regrade(room, "q0", void=True) == ["question_regraded"]
    room.check()
    play_round(room, ada="right")
    assert room.score_of("ada") == 750
    room.check()


def test_g53_after_the_end_each_regrade_is_a_new_version() -> None:
    room = classroom("ada", "ben")
    play_round(room, ada="right", ben="wrong")
    regrade(room, "q0", void=True)
    assert room.game.version == 0
    regrade(room, "q0", void=False)
    room.play("end_game")
    assert room.game.version == 1
    before = room.match.board
    regrade(room, "q0", correct_option_ids=room.rows["q0"]["ben"].choice.option_ids)
    assert room.game.version == 2
    assert room.host.state["podium"][0]["player_id"] == "ben"
    assert {(c.player_id, c.score_before, c.score_after, c.rank_after) for c in changes(before, room.match.board)} == {
        ("ada", 750, 0, 2),
        ("ben", 0, 750, 1),
    }
    room.check()


def test_g53_nothing_else_moves_an_ended_game() -> None:
    room = classroom("ada")
    play_round(room, ada="right")
    room.play("end_game")
    ended = room.match
    for name, (payload, _) in wire.CLIENT_EVENTS.items():
        if issubclass(payload, wire.HostCommand) and name not in ("regrade_question", "rotate_host_key"):
            fields = {"ms": 1000, "locked": True, "player_id": "ada"}
            room.do(payload(**{n: v for n, v in fields.items() if n in payload.model_fields}))  # type: ignore[arg-type]
    room.answer("ada", question_id="q1", option_ids=("x",))
    assert room.match == ended


def test_g1_reports_fold_to_the_board() -> None:
    room = classroom("ada", "ben", "cat", streak_bonus=True)
    play_round(room, ada="right", cat="right")
    room.play("next_question")
    play_round(room, ada="right", ben="wrong", cat="right")
    room.do(wire.KickPlayer(player_id="cat"))
    room.play("end_game")
    reports = players_of(room.game, list(room.players.values()), room.stored_rows())
    assert [(r.player.player_id, r.standing.score, r.standing.rank) for r in reports] == [
        ("ada", 1600, 1),
        ("ben", 0, 2),
    ]
    assert [[a.result.points for a in r.answers] for r in reports] == [[750, 850], [0, 0]]
    assert reports[1].answers[0].row is None
    assert [q.question.id for q in questions_of(room.game)] == ["q0", "q1"]


def test_g44_a_thousand_players_are_all_ranked_once() -> None:
    room = Classroom((question("single_choice", options=(Option(text="a", correct=True), Option(text="b"))),))
    for n in range(1000):
        room.join(f"p{n}")
    room.clients.clear()
    room.play("start_game")
    for n in range(0, 1000, 2):
        room.answer(f"p{n}")
    room.play("close_question")
    assert [s.rank for s in room.match.board.standings] == list(range(1, 1001))
    assert len(room.host.state["leaderboard"]) == 5
