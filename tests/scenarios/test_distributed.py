"""The scenarios of live games against a whole installation: many processes over their own servers, behind one port."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from edkit.local.installation import Installation
from tests.scenarios.live_game import SCENARIOS, class_of, quiz_of, right_answer
from tests.scenarios.world import World


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for all scenarios of this file."""
    settings = {"EDTECH_DEMO": "false", "EDTECH_RATE_LIMITS": "false", "EDTECH_LOG_LEVEL": "WARNING"}
    with Installation(tmp_path_factory.mktemp("installation"), settings=settings) as running:
        yield running


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_distributed(installation: Installation, scenario: Callable[[World], Awaitable[None]]) -> None:
    async with World.at(installation.base) as world:
        await scenario(world)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_a_teacher_on_one_server_and_students_on_two(
    installation: Installation, scenario: Callable[[World], Awaitable[None]]
) -> None:
    first, second, _ = installation.of("game_server")
    async with World.at(installation.base, doors=[first.base, second.base]) as world:
        await scenario(world)


async def test_a_killed_server_is_left_and_taken_back(installation: Installation) -> None:
    """Its players go on elsewhere through the same port, and it serves again once it is back."""
    killed = installation.of("game_server")[1]
    async with World.at(installation.base, doors=[killed.base]) as inside, World.at(installation.base) as world:
        host, (player,) = await class_of(inside, 1, quiz_of("single_choice", "typed"))
        await host.command("start_game")
        question = (await player.next("question_opened"))["question"]
        receipt = await player.answer(question, "before-the-kill", **right_answer(question))
        await asyncio.to_thread(killed.kill)
        elsewhere = await world.returning(player)
        assert await elsewhere.answer(question, "before-the-kill", **right_answer(question)) == receipt
        await asyncio.to_thread(killed.start)
        back = await inside.returning(player)
        assert (await back.state())["question"] == question
