"""A game server that is asked to leave, under a class in the middle of a question, in a whole installation."""

import asyncio
import contextlib
import itertools
import signal
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from edkit.local.installation import Installation
from tests.chaos.wire import Lost
from tests.scenarios.live_game import class_of
from tests.scenarios.quizzes import quiz_of, right_answer
from tests.scenarios.world import PlayerSeat, World

PLAYERS = 120
ROOM_MS = 1000 * PLAYERS / 50
"""50 in a second, as game_server/SPEC.md [G71] has it."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    settings = {"EDTECH_DEMO": "false", "EDTECH_RATE_LIMITS": "false", "EDTECH_LOG_LEVEL": "WARNING"}
    replicas = {"gateway": 1, "quiz_service": 1, "game_server": 2}
    with Installation(tmp_path_factory.mktemp("leaving"), settings=settings, replicas=replicas) as running:
        yield running


async def test_everybody_is_sent_elsewhere_one_after_the_other_and_plays_on(installation: Installation) -> None:
    """[G70] to [G73]. Half of the class goes when it is told to; the other half does not listen and is taken out."""
    leaving, staying = installation.of("game_server")
    process = leaving._process
    assert process is not None
    async with World.at(installation.base, doors=[leaving.base]) as world, World.at(staying.base) as elsewhere:
        host, players = await class_of(world, PLAYERS, quiz_of("single_choice", "typed"))
        await host.command("start_game")
        question = (await players[0].next("question_opened"))["question"]
        first = await players[0].answer(question, "before", **right_answer(question))

        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        leaving.signal(signal.SIGTERM)
        told = dict(zip(players, await asyncio.gather(*(player.next("move") for player in players)), strict=True))

        await refuses_newcomers(leaving.base)
        last = max(players, key=lambda player: told[player]["retry_after_ms"])
        with contextlib.suppress(Lost):  # on a machine so slow that its moment has passed
            assert (await last.answer(question, "while-leaving", **right_answer(question)))["status"] == "accepted"
            assert await last.refused("join_game", pin=host.pin, nickname="Late") == "server_leaving"

        async def goes(player: PlayerSeat) -> PlayerSeat:
            await asyncio.sleep(told[player]["retry_after_ms"] / 1000)
            await player.leave()
            return await elsewhere.returning(player)

        async def stays(player: PlayerSeat) -> PlayerSeat:
            await player.wire.ended.wait()
            assert loop.time() - asked_at >= told[player]["retry_after_ms"] / 1000, "it was to stay until its moment"
            return await elsewhere.returning(player)

        async with asyncio.timeout(60):
            back = await asyncio.gather(*((goes, stays)[place % 2](player) for place, player in enumerate(players)))
        for player in back:
            assert (await player.state())["question"]["id"] == question["id"]
        assert await back[0].answer(question, "before", **right_answer(question)) == first
        again = await back[players.index(last)].answer(question, "while-leaving", **right_answer(question))
        assert again["status"] == "accepted"
        assert await asyncio.to_thread(process.wait, 60) == 0

        moments = sorted(int(move["retry_after_ms"]) for move in told.values())
        assert len(set(moments)) == PLAYERS
        assert moments[0] <= 40
        assert ROOM_MS * 0.9 < moments[-1] < ROOM_MS * 1.1
        gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
        assert max(gaps) <= 45, "nobody's moment is another's, and none is far from the next"

        teacher = await elsewhere.seat({"token": host.token})
        state: dict[str, Any] = (await teacher.do("resume_game", game_id=host.game, host_key=host.host_key))["state"]
        assert len(state["players"]) == PLAYERS
        assert state["answered"] == 2

    await asyncio.to_thread(leaving.start)
    async with World.at(leaving.base) as world:
        newcomer = await world.returning(back[1])
        assert (await newcomer.state())["question"]["id"] == question["id"]


async def refuses_newcomers(base: str) -> None:
    """No new socket; and whoever looks after this process learns that it leaves."""
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{base}/readyz") as answer:
            assert answer.status == 503
        async with http.get(f"{base}/socket.io/?EIO=4&transport=polling") as answer:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) > 0
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await http.ws_connect(f"{base}/socket.io/?EIO=4&transport=websocket")
        assert caught.value.status == 503


async def test_everybody_leaves_at_once_when_there_is_hurry(installation: Installation) -> None:
    leaving, staying = installation.of("game_server")
    process = leaving._process
    assert process is not None
    async with World.at(installation.base, doors=[leaving.base]) as world, World.at(staying.base) as elsewhere:
        _, players = await class_of(world, 100, quiz_of("single_choice"))
        leaving.signal(signal.SIGTERM)
        await players[-1].next("move")
        leaving.signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            await asyncio.gather(*(player.wire.ended.wait() for player in players))
        with pytest.raises(Lost):
            await players[0].wire.ask("sync_game", {})
        assert (await (await elsewhere.returning(players[0])).state())["phase"] == "lobby"
        assert await asyncio.to_thread(process.wait, 60) == 0
    await asyncio.to_thread(leaving.start)
