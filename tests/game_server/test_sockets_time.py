"""What time and presence do by themselves, whether or not a browser is alive."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.game_server.stage import Client, Stage, stage


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


class TestTime:
    async def test_a_question_closes_at_its_deadline_without_any_browser(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada")
        await host.do("start_game")
        host.leave()
        ada.leave()
        await world.advance(21)
        game = (await world.a.play.follower.get(host.game_id)).match.game
        assert game.phase == "result"

    async def test_who_left_counts_for_ten_seconds_only(self, world: Stage) -> None:
        host = await world.host()
        ada, ben = await world.join(host, "Ada"), await world.join(host, "Ben")
        await world.advance(11)
        await host.do("start_game")
        await ada.answer("right")
        ben.leave()
        await world.advance(9)
        assert host.events("question_closed") == []
        await world.advance(3)
        assert (await host.next("question_closed"))["of"] == 2

    async def test_nobody_there_is_not_all_answered(self, world: Stage) -> None:
        host = await world.host()
        await host.do("start_game")
        await world.advance(19)
        assert host.events("question_closed") == []

    async def test_the_next_question_opens_by_itself_and_the_game_ends(self, world: Stage) -> None:
        host = await world.host(auto_advance_ms=2000)
        ada = await world.join(host, "Ada")
        await host.do("start_game")
        await ada.answer("right")
        await world.settled()
        await world.advance(3)
        assert (await ada.next("question_opened"))["question"]["index"] == 0
        assert (await ada.next("question_opened"))["question"]["index"] == 1
        await world.advance(26)
        assert (await ada.next("game_ended"))["report_id"] == host.game_id

    async def test_a_forgotten_game_ends_after_four_hours(self, world: Stage) -> None:
        host = await world.host()
        await world.clock.advance(4 * 3600 - 2)
        await world.advance(1)
        assert host.events("game_ended") == []
        await world.advance(3)
        assert await host.next("game_ended")

    async def test_presence_is_told_to_hosts(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada")
        await world.advance(3)
        told = host.events("players_changed")[-1]
        assert (told["players"][0]["nickname"], told["players"][0]["connected"], told["count"]) == ("Ada", True, 1)
        ada.leave()
        await world.advance(3)
        told = host.events("players_changed")[-1]
        assert (told["players"][0]["nickname"], told["players"][0]["connected"], told["count"]) == ("Ada", False, 1)

    async def test_round_trips_are_measured_three_times_at_first(self, world: Stage) -> None:
        host = await world.host()
        client = await Client(world.a).connect()
        client.answers_probes = True
        await client.do("join_game", pin=host.pin, nickname="Ada")
        await world.settled()
        assert [data["n"] for data in client.events("probe")] == [1, 2, 3]
        await world.advance(10)
        assert len(client.events("probe")) == 4
