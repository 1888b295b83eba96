"""The scenarios against a whole installation: many processes over their own servers, behind one port."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator

import pytest
import socketio

from edkit.local.installation import Installation
from tests.scenarios import generating, pushing
from tests.scenarios.live_game import SCENARIOS, class_of, quiz_of, right_answer
from tests.scenarios.world import PATIENCE_S, World

pytestmark = [pytest.mark.installation, pytest.mark.mariadb, pytest.mark.rabbitmq, pytest.mark.redis]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for all scenarios of this file."""
    settings = {"EDTECH_DEMO": "false", "EDTECH_RATE_LIMITS": "false", "EDTECH_LOG_LEVEL": "WARNING"}
    with Installation(tmp_path_factory.mktemp("installation"), settings=settings) as running:
        yield running


@pytest.mark.parametrize(
    "scenario", [*SCENARIOS, *generating.SCENARIOS, *pushing.SCENARIOS], ids=lambda scenario: scenario.__name__
)
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


async def test_a_frozen_server_is_left(installation: Installation) -> None:
    """It takes connections and says nothing; who comes in meanwhile is served by the others."""
    frozen = installation.of("game_server")[2]
    frozen.signal(signal.SIGSTOP)
    try:
        async with World.at(installation.base) as world:
            host, players = await class_of(world, 6, quiz_of("single_choice"))
            await host.command("start_game")
            for player in players:
                await player.next("question_opened")
    finally:
        frozen.signal(signal.SIGCONT)


async def test_long_polling_comes_back_to_the_server_where_it_began(installation: Installation) -> None:
    door = installation.base.replace("127.0.0.1", "localhost")  # cookies are for hosts with names
    async with World.at(installation.base) as world:
        host = await world.host(quiz_of("single_choice"))
        async with contextlib.AsyncExitStack() as stack:
            opened: asyncio.Queue[int] = asyncio.Queue()
            servers = set()
            for number in range(6):
                client = socketio.AsyncClient()
                client.on("question_opened", lambda _, number=number: opened.put_nowait(number), "/games")
                await client.connect(door, namespaces=["/games"], transports=["polling"])
                stack.push_async_callback(client.disconnect)
                joined = await client.call(
                    "join_game", {"pin": host.pin, "nickname": f"player {number}"}, namespace="/games"
                )
                assert joined["ok"]
                servers |= {cookie.value for cookie in client.eio.http.cookie_jar}
            await host.command("start_game")
            async with asyncio.timeout(PATIENCE_S):
                assert {await opened.get() for _ in range(6)} == set(range(6))
            assert len(servers) > 1, "all of them began at one server, which proves nothing"
