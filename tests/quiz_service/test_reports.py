"""Reports: fetched once a game has ended, newest version kept, told in a sentence, read by the owner alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edkit.contracts.accounts import UserErased
from edkit.contracts.common import PageQuery
from edkit.contracts.files import PromoteFile, ReadFile
from edkit.contracts.game_messages import GameDetails, GameFinished, GameRegraded, GameResults
from edkit.contracts.games import GameSettings
from edkit.contracts.quizzes import CreateQuiz, GetQuiz, ListQuizzes
from edkit.contracts.reports import GameReport, GetGameReport
from edkit.errors import Conflict, NotFound
from quiz_service.reporting import build_report
from tests.quiz_service.conftest import MAI, OTHER, PNG, World, make_quiz

ENDED = datetime(2027, 3, 4, 10, 30, tzinfo=UTC)
NO_PARTS = {"base": 0, "speed": 0, "streak": 0, "latency_credit_ms": 0}
CHOICE = {
    "question_id": "c",
    "index": 0,
    "type": "single_choice",
    "text": "Which gas?",
    "points": 1000,
    "time_limit_ms": 20_000,
    "options": [{"id": "o1", "text": "Oxygen"}, {"id": "o2", "text": "Nitrogen"}],
    "solution": {"option_ids": ["o1"]},
    "counts": {"o1": 1, "o2": 2},
    "answered": 3,
    "of": 4,
}
TYPED = {
    "question_id": "t",
    "index": 1,
    "type": "typed",
    "text": "Name it.",
    "points": 1000,
    "time_limit_ms": 20_000,
    "options": [],
    "solution": {"accepted": ["Leaf", "leaves"]},
    "counts": [{"text": "leaf", "n": 4}],
    "answered": 4,
    "of": 4,
}
POLL = {
    **CHOICE,
    "question_id": "p",
    "index": 2,
    "type": "poll",
    "text": "Like it?",
    "solution": {},
    "answered": 0,
    "counts": {},
}


def answer(question: str, status: str, share: float, **more: Any) -> dict[str, Any]:
    points = round(1000 * share)
    return {"question_id": question, "status": status, "share": share, "points": points, "parts": NO_PARTS, **more}


def player(number: int, *answers: dict[str, Any]) -> dict[str, Any]:
    score = sum(given["points"] for given in answers)
    return {
        "player_id": f"p{number}",
        "nickname": f"Player {number}",
        "score": score,
        "rank": number,
        "time_ms": 5000,
        "answers": answers,
    }


RIGHT = answer("t", "correct", 1, text="leaf", received_ms=2000)
PLAYERS = [
    player(1, answer("c", "correct", 1, option_ids=["o1"], received_ms=1000), RIGHT),
    player(2, answer("c", "wrong", 0, option_ids=["o2"], received_ms=3000), RIGHT),
    player(3, answer("c", "wrong", 0, option_ids=["o2"], received_ms=5000), RIGHT),
    player(4, answer("c", "none", 0), RIGHT),
]


def make_results(version: int = 1, **more: Any) -> GameResults:
    values = {
        "game_id": "g1",
        "version": version,
        "owner_id": "mai",
        "quiz_id": "q1",
        "quiz_version": 1,
        "title": "Photosynthesis",
        "settings": GameSettings().model_dump(),
        "started_at": ENDED - timedelta(minutes=10),
        "ended_at": ENDED,
        "player_count": 4,
        "questions": [CHOICE, TYPED, POLL],
        "teams": [],
        "players": PLAYERS,
    }
    return GameResults.model_validate({**values, **more})


def finished(version: int = 1) -> GameFinished:
    return GameFinished(
        game_id="g1",
        version=version,
        owner_id="mai",
        quiz_id="q1",
        title="Photosynthesis",
        created_at=ENDED,
        ended_at=ENDED,
        question_count=3,
        player_count=4,
        answer_count=7,
    )


def regraded(version: int) -> GameRegraded:
    return GameRegraded(game_id="g1", version=version, owner_id="mai", quiz_id="q1", question_id="c")


async def until(look: Callable[[], Awaitable[GameReport]], version: int) -> GameReport:
    async with asyncio.timeout(5):
        while True:
            try:
                report = await look()
                if report.version >= version:
                    return report
            except (NotFound, Conflict):
                pass
            await asyncio.sleep(0.005)


async def test_the_report_is_there_after_the_game_and_the_quiz_knows_it_was_played(either_world: World) -> None:
    world = either_world
    await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    world.results["g1"] = [
        make_results(players=PLAYERS[:2], next_cursor="1"),
        make_results(players=PLAYERS[2:]),
    ]
    await world.games.bus.publish(finished())
    report = await until(lambda: world.ask(GetGameReport(game_id="g1")), 1)
    assert [row.nickname for row in report.players] == ["Player 1", "Player 2", "Player 3", "Player 4"]
    assert (await world.ask(ListQuizzes(query=PageQuery()))).items[0].played_at == ENDED
    with pytest.raises(NotFound):
        await world.ask(GetGameReport(game_id="g1"), OTHER)


async def test_a_later_version_replaces_and_an_older_one_is_ignored(either_world: World) -> None:
    world = either_world
    world.results["g1"] = [make_results(2, title="After")]
    await world.games.bus.publish(regraded(2))
    look = lambda: world.ask(GetGameReport(game_id="g1"))  # noqa: E731 - a name for what is asked again and again
    assert (await until(look, 2)).title == "After"
    world.results["g1"] = [make_results(1, title="Before")]
    await world.games.bus.publish(finished(1))
    world.results["g1"] = [make_results(3, title="Later still")]
    await world.games.bus.publish(regraded(3))
    assert (await until(look, 3)).title == "Later still"


async def test_pages_of_two_versions_are_never_mixed(world: World) -> None:
    old, new = make_results(1, next_cursor="1", players=PLAYERS[:2]), make_results(2, players=PLAYERS[2:])
    world.results["g1"] = [old, new]
    await world.games.bus.publish(finished())
    await asyncio.sleep(0)
    with pytest.raises((NotFound, Conflict)):
        await world.ask(GetGameReport(game_id="g1"))
    world.results["g1"] = [make_results(2)]

    async def later() -> GameReport:
        await world.clock.advance(0.1)  # the event is tried again after 5 s; one leap would time out what is under way
        return await world.ask(GetGameReport(game_id="g1"))

    assert (await until(later, 2)).summary.players == 4


async def test_until_it_is_stored_the_owner_is_told_to_wait_and_others_nothing(world: World) -> None:
    details = GameDetails(
        id="g1",
        quiz_id="q1",
        title="T",
        phase="result",
        paused=False,
        locked=False,
        player_count=1,
        question_count=1,
        created_at=ENDED,
        version=0,
        settings=GameSettings(),
    )
    world.live["g1"] = (MAI.id, details)
    with pytest.raises(Conflict) as refusal:
        await world.ask(GetGameReport(game_id="g1"))
    assert refusal.value.code == "report_pending"
    assert refusal.value.retry_after_ms
    with pytest.raises(NotFound):
        await world.ask(GetGameReport(game_id="g1"), OTHER)
    with pytest.raises(NotFound):
        await world.ask(GetGameReport(game_id="unknown"))


async def test_an_erased_account_leaves_nothing_and_its_name_leaves_the_reports_of_others(either_world: World) -> None:
    world = either_world
    linh = {**PLAYERS[0], "user_id": "linh", "identifier": "7a-12"}
    world.results["g1"] = [make_results(players=[linh, *PLAYERS[1:]])]
    world.results["g2"] = [make_results(game_id="g2", owner_id="otto", players=[linh])]
    await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    file = await world.upload(PNG)
    await world.ask(PromoteFile(file_id=file.file_id))
    for game in ("g1", "g2"):
        await world.games.bus.publish(finished().model_copy(update={"game_id": game}))
    await until(lambda: world.ask(GetGameReport(game_id="g1")), 1)
    await until(lambda: world.ask(GetGameReport(game_id="g2"), OTHER), 1)

    await world.gateway.bus.publish(UserErased(user_id="linh"))
    await world.gateway.bus.publish(UserErased(user_id="otto"))
    async with asyncio.timeout(5):
        while "-" not in [row.nickname for row in (await world.ask(GetGameReport(game_id="g1"))).players]:
            await asyncio.sleep(0.005)
    report = await world.ask(GetGameReport(game_id="g1"))
    assert "linh" not in report.model_dump_json()
    assert "7a-12" not in report.model_dump_json()
    assert report.players[0].score == 2000
    with pytest.raises(NotFound):
        await until_gone(lambda: world.ask(GetGameReport(game_id="g2"), OTHER))

    await world.gateway.bus.publish(UserErased(user_id="mai"))
    with pytest.raises(NotFound):
        await until_gone(lambda: world.ask(GetQuiz(quiz_id="q1")))
    with pytest.raises(NotFound):
        await world.ask(ReadFile(file_id=file.file_id, by_capability=True))
    with pytest.raises(NotFound):
        await world.ask(GetGameReport(game_id="g1"))


async def until_gone(look: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(5):
        while True:
            await look()
            await asyncio.sleep(0.005)


def test_the_report_counts_right() -> None:
    report = build_report([make_results()])
    choice, typed, poll = report.questions
    assert (choice.correct, choice.partial, choice.wrong, choice.unanswered) == (1, 0, 2, 1)
    assert (choice.share, choice.mean_ms, choice.right_answer) == (0.25, 3000, "Oxygen")
    assert [(option.text, option.correct, option.count) for option in choice.options] == [
        ("Oxygen", True, 1),
        ("Nitrogen", False, 2),
    ]
    assert (typed.right_answer, typed.texts[0].text, typed.texts[0].count) == ("Leaf / leaves", "leaf", 4)
    assert (poll.scored, poll.share, poll.right_answer) == (False, None, None)
    assert [row.share for row in report.players] == [1, 0.5, 0.5, 0.5]
    assert [cell.given for cell in report.players[1].answers] == ["Nitrogen", "leaf"]
    assert report.players[3].answers[0].given is None
    assert report.hardest == ("c",)
    assert report.needs_help == ("p2", "p3", "p4")
    summary = report.summary
    assert (summary.players, summary.scored_questions, summary.answers, summary.duration_s) == (4, 2, 7, 600)
    assert (summary.understood, summary.mean_score, summary.answer_rate) == (1, 1250, 0.5833)


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        (make_results(), "1 of 4 understood “Photosynthesis”; question 1 misled half the class."),
        (make_results(players=[], player_count=0), "Nobody played “Photosynthesis”."),
        (
            make_results(settings=GameSettings(scoring="survey").model_dump()),
            "4 people took part in “Photosynthesis”; nothing was scored.",
        ),
        (make_results(questions=[TYPED]), "4 of 4 understood “Photosynthesis”; every answer was right."),
        (
            make_results(questions=[{**CHOICE, "counts": {"o1": 1, "o2": 1}}]),
            "1 of 4 understood “Photosynthesis”; question 1 was the hardest: 1 of 4 had it right.",
        ),
        (
            make_results(questions=[{**CHOICE, "solution": {"option_ids": ["o1"], "void": True}}, TYPED]),
            "4 of 4 understood “Photosynthesis”; every answer was right.",
        ),
    ],
    ids=["misled", "nobody", "survey", "all right", "hardest", "void"],
)
def test_the_first_sentence_says_what_matters(results: GameResults, sentence: str) -> None:
    assert build_report([results]).sentence == sentence
