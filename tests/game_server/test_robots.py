"""Robots: what they think of is always an answer, and a class of them plays a real game to its end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edkit.chance import SeededChance
from edkit.contracts import games as wire
from edkit.contracts.questions import NumberAnswer, Question
from game_server.robots.crowd import play
from game_server.robots.mind import Mind
from game_server.rules.answers import read_choice
from game_server.rules.view import PLAYERS, event_for
from tests.chaos.server import Server
from tests.game_server.classroom import ALL_TYPES, Classroom, media_url, question
from tests.scenarios.world import World


def shown(asked: Question) -> tuple[Classroom, dict[str, Any]]:
    room = Classroom((asked,))
    room.play("start_game")
    opened = event_for(PLAYERS, room.entries()[-1], room.match, now=room.now, media_url=media_url)
    return room, opened.wire()["question"]


@pytest.mark.parametrize("kind", ALL_TYPES)
def test_what_a_robot_thinks_of_is_an_answer_that_the_question_takes(kind: str) -> None:
    room, seen = shown(question(kind))
    answered = 0
    for seed in range(200):
        chance = SeededChance(seed)
        mind = Mind.made(chance)
        assert mind.thinking_s(seen, chance) > 0
        choice = mind.answer(seen, chance)
        if choice is not None:
            answered += 1
            sent = wire.SubmitAnswer(answer_id="a", question_id=seen["id"], **choice)
            assert read_choice(room.open, sent) is not None, choice
    assert answered == 0 if kind == "slide" else 170 < answered < 200


@pytest.mark.parametrize(
    "scale",
    [{}, {"min": 5}, {"max": 7}, {"min": -1, "max": 1, "step": 0.25}, {"min": 0.3, "max": 0.4}, {"min": 3, "max": 3}],
)
def test_a_robots_number_is_on_the_scale(scale: dict[str, float]) -> None:
    room, seen = shown(question("number", number=NumberAnswer(answer=5, **scale)))
    for seed in range(100):
        chance = SeededChance(seed)
        choice = Mind.made(chance).answer(seen, chance)
        if choice is not None:
            assert read_choice(room.open, wire.SubmitAnswer(answer_id="a", question_id="q", **choice)) is not None


def test_the_same_seed_thinks_the_same() -> None:
    _, seen = shown(question("multiple_choice"))
    ones = [Mind.made(SeededChance(7)).answer(seen, SeededChance(8)) for _ in range(2)]
    assert ones[0] == ones[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One process for all robots of this file."""
    running = Server(Path(tmp_path_factory.mktemp("robots")), extra={"EDTECH_RATE_LIMITS": "false"})
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())


async def test_a_class_of_robots_plays_to_the_end_and_loses_nothing(server: Server) -> None:
    asked = [question(kind, time_limit_s=5) for kind in ("single_choice", "poll", "order", "typed", "slide")]
    questions = [one.model_dump(mode="json", exclude_none=True, exclude={"id"}) for one in asked]
    told: list[str] = []
    async with World.at(server.base) as world, asyncio.timeout(90):
        host = await world.host({"title": "For robots", "questions": questions}, auto_advance_ms=1000)
        robots = asyncio.ensure_future(play(server.base, host.pin, 8, seed=3, say=told.append, drops=0.5, speed=4.0))
        while "All 8 robots are in." not in told:
            assert not robots.done(), told
            await asyncio.sleep(0.05)
        await host.do("start_game")
        account = await robots
    assert account.ok, account.lines()
    assert account.accepted > 15
    assert account.dropped > 0
    assert account.came_back >= 1
    assert sum("answered" in line and "/5" in line for line in told) >= 4, told


async def test_robots_with_a_wrong_pin_say_so_and_stop(server: Server) -> None:
    told: list[str] = []
    account = await play(server.base, "000000", 2, say=told.append, speed=50.0)
    assert not account.ok
    assert any("PIN is not open" in line for line in told)
