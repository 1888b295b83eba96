"""The scenarios against one embedded process, as `edtech up` starts it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.server import Server
from tests.chaos.wire import Refused
from tests.scenarios import generating, live_game, pushing
from tests.scenarios.live_game import quiz_of
from tests.scenarios.world import World


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One process for all scenarios of this file."""
    running = Server(Path(tmp_path_factory.mktemp("embedded")), extra={"EDTECH_RATE_LIMITS": "false"})
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())


@pytest.mark.parametrize(
    "scenario",
    [*live_game.SCENARIOS, *generating.SCENARIOS, *pushing.SCENARIOS],
    ids=lambda scenario: scenario.__name__,
)
async def test_embedded(server: Server, scenario: Callable[[World], Awaitable[None]]) -> None:
    async with World.at(server.base) as world:
        await scenario(world)


async def test_who_has_signed_out_is_refused_with_the_old_token_at_connect(server: Server) -> None:
    """contracts/games.md: tokens are checked at connect; a host's right falls with logout."""
    async with World.at(server.base) as world:
        host = await world.host(quiz_of("single_choice"))
        status, _ = await world.ask("POST", "/api/auth/logout", host.token, {})
        assert status == 204
        with pytest.raises(Refused):
            await world.seat({"token": host.token})
        by_key = await world.seat({})
        assert (await by_key.do("resume_game", game_id=host.game, host_key=host.host_key))["role"] == "host"


async def test_a_lobby_has_every_field_of_the_contract_and_an_answer_may_say_fractions_of_milliseconds(
    server: Server,
) -> None:
    """contracts/games.md, State: a player's rank, a host's `answered` and `of`; `elapsed_ms` is a duration."""
    async with World.at(server.base) as world:
        host = await world.host(quiz_of("typed"))
        state = await host.state()
        assert (state["players"], state["answered"], state["of"]) == ([], 0, 0)
        player = await world.player(host.pin, "Ada")
        assert (await player.state())["me"]["rank"] == 0
        await host.command("start_game")
        question = (await player.next("question_opened"))["question"]
        assert (await player.answer(question, text="x", elapsed_ms=812.5))["status"] == "accepted"
