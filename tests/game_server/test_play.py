"""A game from lobby to podium, and what may not happen in between. No network, no waiting."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from game_server.verifying import verify_game
from tests.game_server.stage import Stage, stage


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with stage(tmp_path, database_url) as made:
        yield made


async def test_a_class_of_two_plays_to_the_podium(world: Stage) -> None:
    host = await world.host()
    ada, ben = await world.join(host, "Ada"), await world.join(host, "Ben")
    await host.do("start_game")
    await ada.next("question_opened")
    await ben.next("question_opened")
    await world.clock.advance(5)
    receipt = await ada.answer("right")
    assert receipt["ok"]
    assert receipt["status"] == "accepted"
    assert receipt["received_ms"] == 5000
    assert (await ben.answer("wrong"))["status"] == "accepted"
    await world.settled()  # all have answered: it closes by itself
    closed = await host.next("question_closed")
    assert (closed["answered"], closed["of"]) == (2, 2)
    result = await ada.next("your_result")
    assert (result["status"], result["points"], result["rank"]) == ("correct", 875, 1)
    assert (await ben.next("your_result"))["status"] == "wrong"
    await host.do("next_question")
    await ben.next("question_opened")
    await host.do("next_question")  # closes
    await host.do("next_question")  # ends
    ended = await ben.next("game_ended")
    assert [row["nickname"] for row in ended["podium"]] == ["Ada", "Ben"]
    assert await verify_game(world.runtime, host.game_id) == []
