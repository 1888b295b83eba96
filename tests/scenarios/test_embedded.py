"""The scenarios of live games against one embedded process, as `edtech up` starts it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.nemesis import Server
from tests.scenarios.live_game import SCENARIOS
from tests.scenarios.world import World


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One process for all scenarios of this file."""
    running = Server(Path(tmp_path_factory.mktemp("embedded")), extra={"EDTECH_RATE_LIMITS": "false"})
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_embedded(server: Server, scenario: Callable[[World], Awaitable[None]]) -> None:
    async with World.at(server.base) as world:
        await scenario(world)
