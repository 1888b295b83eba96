"""Scores: SPEC [G40] to [G47]."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edkit.contracts.games import ExtendQuestion
from edkit.contracts.questions import NumberAnswer, Option
from game_server.rules.answers import exact, share
from game_server.rules.entries import Key
from game_server.rules.rows import Choice
from game_server.rules.scoring import latency_credit, points, round_half_up, streak_bonus
from tests.game_server.classroom import (
    Classroom,
    created,
    question,
    right_choice,
    settings,
    wrong_choice,
)

KAHOOT, ACCURACY, SURVEY = (settings(scoring=kind) for kind in ("kahoot", "accuracy", "survey"))


@pytest.mark.parametrize(
    ("t_ms", "limit_s", "most", "earned"),
    [
        (0, 20, 1000, 1000),
        (490, 20, 1000, 1000),
        (2000, 30, 1000, 967),
        (10_000, 20, 1000, 750),
        (20_000, 20, 1000, 500),
        (5000, 20, 2000, 1750),
        (499, 20, 1000, 1000),
        (500, 20, 1000, 988),  # 987.5: a half is rounded up
        (25_000, 20, 1000, 500),
        (-300, 20, 1000, 1000),
        (20_000, 20, 999, 500),  # 499.5
        (3000, 7, 0, 0),
    ],
)
def test_g41_vectors(t_ms: int, limit_s: int, most: int, earned: int) -> None:
    base, speed = points(KAHOOT, Fraction(1), most, t_ms, limit_s * 1000)
    assert base + speed == earned
    assert base == round_half_up(most, 2)


def test_g41_accuracy_and_survey() -> None:
    assert points(ACCURACY, Fraction(1), 1000, 19_000, 20_000) == (1000, 0)
    assert points(ACCURACY, Fraction(2, 3), 1000, 0, 20_000) == (667, 0)
    assert points(SURVEY, Fraction(1), 1000, 0, 20_000) == (0, 0)


@given(
    part=st.fractions(0, 1, max_denominator=1000),
    most=st.integers(0, 10_000),
    t_ms=st.integers(-1000, 700_000),
    limit_ms=st.integers(5000, 600_000),
)
def test_g41_points_stay_in_their_bounds_and_never_rise_with_time(
    part: Fraction, most: int, t_ms: int, limit_ms: int
) -> None:
    base, speed = points(KAHOOT, part, most, t_ms, limit_ms)
    slower = sum(points(KAHOOT, part, most, t_ms + 1, limit_ms))
    assert base >= 0
    assert speed >= 0
    assert slower <= base + speed <= most
    assert base + speed >= round_half_up(part.numerator * most, 2 * part.denominator)
    true = part * most * (1 if t_ms < 500 else 1 - Fraction(min(t_ms, limit_ms), 2 * limit_ms))
    assert abs(base + speed - true) <= Fraction(1, 2)


def test_g40_multiple_choice_shares() -> None:
    several = created(
        (question("multiple_choice", options=tuple(Option(text=t, correct=t in "abc") for t in "abcdef")),), settings()
    ).questions[0]
    ids = {option.text: option.id for option in several.options}

    def earned(letters: str) -> Fraction:
        return share(several, several.key, Choice(option_ids=tuple(ids[letter] for letter in letters)))

    assert earned("abc") == 1
    assert earned("ab") == Fraction(2, 3)
    assert earned("abd") == Fraction(1, 3)
    assert earned("ad") == 0
    assert earned("def") == 0
    assert earned("abcdef") == 0


@pytest.mark.parametrize(
    ("scoring", "given_number", "earned"),
    [
        ("within", 3.2, 1),
        ("within", 3.1, 1),
        ("within", 3.4, 0),
        ("proximity", 3.1, 1),
        ("proximity", 3.2, Fraction(1, 2)),
        ("proximity", 3.0, Fraction(1, 2)),
        ("proximity", 3.15, Fraction(3, 4)),
        ("proximity", 3.3, 0),
        ("proximity", -99.0, 0),
    ],
)
def test_g40_g34_numbers_are_judged_exactly(scoring: Any, given_number: float, earned: Any) -> None:
    near = question("number", number=NumberAnswer(answer=3.1, tolerance=0.2, scoring=scoring))
    asked = created((near,), settings()).questions[0]
    assert share(asked, asked.key, Choice(number=given_number)) == earned


def test_g34_a_tenth_is_a_tenth() -> None:
    assert exact(0.1) + exact(0.2) == exact(0.3)
    within = Key(number=0.3, tolerance=0.2)
    asked = created((question("number"),), settings()).questions[0]
    assert share(asked, within, Choice(number=0.1)) == 1
    assert share(asked, Key(number=5.0, proximity=True), Choice(number=5.0)) == 1
    assert share(asked, Key(number=5.0, proximity=True), Choice(number=5.1)) == 0
    assert share(asked, Key(number=1e308, tolerance=1e308, proximity=True), Choice(number=-1e308)) == 0


def test_g42_bonus_steps() -> None:
    assert [streak_bonus(n) for n in range(9)] == [0, 0, 100, 200, 300, 400, 500, 500, 500]


def streaks(*kinds: Any, **chosen: Any) -> list[tuple[int, int]]:
    """Play singles of these kinds; (bonus, streak) after each. A kind: right, wrong, none, or a question with how."""
    asked = []
    for place, kind in enumerate(kinds):
        of, _ = kind if isinstance(kind, tuple) else (question("single_choice"), kind)
        asked.append(of.model_copy(update={"id": f"q{place}"}))
    room = Classroom(tuple(asked), streak_bonus=True, **chosen)
    room.join("ada")
    room.play("start_game")
    seen = []
    for place, kind in enumerate(kinds):
        how = kind[1] if isinstance(kind, tuple) else kind
        if how != "none":
            choice = right_choice(room.open) if how == "right" else wrong_choice(room.open) if how == "wrong" else how
            assert room.answer("ada", **choice) == "accepted"
        room.play("close_question")
        result = room.clients["ada"].state["me"]["result"]
        seen.append((result["parts"]["streak"], result["streak"]))
        if place + 1 < len(kinds):
            room.play("next_question")
    room.check()
    return seen


def test_g42_right_feeds_wrong_and_none_reset() -> None:
    assert streaks("right", "right", "wrong", "right", "none", "right", "right") == [
        (0, 1),
        (100, 2),
        (0, 0),
        (0, 1),
        (0, 0),
        (0, 1),
        (100, 2),
    ]


def test_g42_partial_keeps_without_feeding() -> None:
    near = (question("number", number=NumberAnswer(answer=10, tolerance=4, scoring="proximity")), {"number": 12})
    assert streaks("right", "right", near, "right") == [(0, 1), (100, 2), (0, 2), (200, 3)]


@pytest.mark.parametrize("kind", ["poll", "word_cloud", "open"])
def test_g42_questions_without_a_right_answer_neither_feed_nor_break(kind: str) -> None:
    asked = question(kind)
    assert streaks("right", (asked, "right"), (asked, "none"), "right") == [(0, 1), (0, 1), (0, 1), (100, 2)]


def test_g42_slides_and_questions_for_no_points_neither_feed_nor_break() -> None:
    free = question("single_choice", points=0)
    assert streaks("right", (question("slide"), "none"), (free, "wrong"), (free, "none"), (free, "right"), "right") == [
        (0, 1),
        (0, 1),
        (0, 1),
        (0, 1),
        (0, 1),
        (100, 2),
    ]


def test_g42_a_survey_knows_no_streak() -> None:
    assert streaks("right", "right", scoring="survey") == [(0, 0), (0, 0)]


def test_g43_credit_is_half_the_least_of_the_last_eight() -> None:
    assert latency_credit([], 250) == 0
    assert latency_credit([301], 250) == 150
    assert latency_credit([900, 1200], 250) == 250
    assert latency_credit([10, *[400] * 7], 250) == 5
    assert latency_credit([10, *[400] * 8], 250) == 200
    assert latency_credit([400], 0) == 0


def test_g43_the_credit_counts_and_is_told() -> None:
    room = Classroom((question("single_choice"),))
    room.join("ada")
    room.play("start_game")
    room.wait(10_250)
    room.answer("ada", credit_ms=250)
    room.play("close_question")
    result = room.clients["ada"].state["me"]["result"]
    assert result["points"] == 750
    assert result["parts"] == {"base": 500, "speed": 250, "streak": 0, "latency_credit_ms": 250}


def test_g41_an_extension_does_not_change_the_limit_that_scores() -> None:
    room = Classroom((question("single_choice"),))
    room.join("ada")
    room.play("start_game")
    room.wait(10_000)
    room.do(ExtendQuestion(ms=60_000))
    room.wait(30_000)
    assert room.answer("ada") == "accepted"
    room.play("close_question")
    assert room.score_of("ada") == 500


def ranks(room: Classroom) -> list[str]:
    return [standing.player_id for standing in room.match.board.standings]


def test_g44_equal_scores_are_ranked_by_time_then_by_joining() -> None:
    room = Classroom((question("single_choice"),), scoring="accuracy")
    for name in ("zoe", "ben", "ada", "cat"):
        room.join(name)
        room.wait(1)
    room.play("start_game")
    room.answer("ada")
    room.answer("zoe")
    room.wait(1)
    room.answer("ben")
    room.play("close_question")
    assert ranks(room) == ["zoe", "ada", "ben", "cat"]
    assert [standing.rank for standing in room.match.board.standings] == [1, 2, 3, 4]


def test_g44_not_answering_counts_the_whole_limit_also_before_joining() -> None:
    room = Classroom(tuple(question("single_choice", id=f"q{n}") for n in range(2)), scoring="accuracy")
    room.join("early")
    room.play("start_game")
    room.wait(19_999)
    room.answer("early", **wrong_choice(room.open))
    room.play("close_question", "next_question")
    room.join("late")
    room.play("close_question")
    standings = {standing.player_id: standing for standing in room.match.board.standings}
    assert standings["early"].time_ms == 19_999 + 20_000
    assert standings["late"].time_ms == 40_000
    room.check()


def test_g45_a_team_has_the_mean_of_its_members() -> None:
    room = Classroom((question("single_choice", points=999),), scoring="accuracy", teams=("red", "blue", "none"))
    for name, team in (("ada", "red"), ("ben", "red"), ("cat", "blue")):
        room.join(name, team=team)
    room.play("start_game")
    room.answer("ada")
    room.play("close_question")
    shown = room.host.state["team_leaderboard"]
    assert [(row["team"], row["score"], row["rank"]) for row in shown] == [
        ("red", 500, 1),
        ("blue", 0, 2),
        ("none", 0, 3),
    ]
    room.check()


@pytest.mark.parametrize(
    ("kind", "how", "status"),
    [
        ("single_choice", "right", "correct"),
        ("single_choice", "wrong", "wrong"),
        ("single_choice", "none", "none"),
        ("poll", "right", "survey"),
        ("poll", "none", "none"),
        ("slide", "none", "survey"),
    ],
)
def test_g47_status(kind: str, how: str, status: str) -> None:
    room = Classroom((question(kind),))
    room.join("ada")
    room.play("start_game")
    if how != "none":
        room.answer("ada", **(right_choice if how == "right" else wrong_choice)(room.open))
    room.play("close_question")
    assert room.clients["ada"].state["me"]["result"]["status"] == status


def test_g47_in_a_survey_nothing_is_judged() -> None:
    room = Classroom((question("single_choice"),), scoring="survey")
    room.join("ada")
    room.play("start_game")
    room.answer("ada")
    room.play("close_question")
    assert room.clients["ada"].state["me"]["result"]["status"] == "survey"
    assert room.score_of("ada") == 0
