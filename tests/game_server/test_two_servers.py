"""Two servers, one database: over one hub, over none that carries anything, and after one of them is gone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from game_server.hub import Receive
from game_server.verifying import verify_game
from tests.game_server.stage import Client, Stage, stage


class DeafHub:
    """Carries nothing: what every hub may do for a while."""

    async def publish(self, game_id: str, message: bytes) -> None: ...
    async def subscribe(self, game_id: str, receive: Receive) -> None: ...
    async def unsubscribe(self, game_id: str, receive: Receive) -> None: ...
    async def close(self) -> None: ...


class WokenHub(DeafHub):
    """Carries nothing until it is back, and then says so."""

    def __init__(self) -> None:
        self.subscribed: dict[str, Receive] = {}

    async def subscribe(self, game_id: str, receive: Receive) -> None:
        self.subscribed[game_id] = receive

    def back(self) -> None:
        for game_id, receive in self.subscribed.items():
            receive(game_id, None)


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with stage(tmp_path, database_url, servers=2) as made:
        yield made


async def test_the_teacher_on_a_sees_the_answer_given_on_b(world: Stage) -> None:
    teacher = await world.host(world.a)
    ada = await world.join(teacher, "Ada", world.b)
    await world.join(teacher, "Ben", world.a)
    await teacher.do("start_game")
    await ada.next("question_opened")
    assert (await ada.answer("right"))["status"] == "accepted"
    await world.clock.advance(1)
    counted = await teacher.next("answers_counted")
    while counted["answered"] == 0:
        counted = await teacher.next("answers_counted")
    assert (counted["answered"], counted["of"]) == (1, 2)


async def test_a_dies_and_b_closes_the_question(world: Stage) -> None:
    teacher = await world.host(world.a)
    ada = await world.join(teacher, "Ada", world.b)
    await world.join(teacher, "Ben", world.b)
    await teacher.do("start_game")
    await ada.next("question_opened")
    assert (await ada.answer("right"))["status"] == "accepted"
    await world.kill(world.a)
    await world.advance(22)
    assert (await ada.next("your_result"))["status"] == "correct"
    assert (await ada.next("question_closed"))["answered"] == 1


async def test_a_gate_left_shut_by_a_dead_server_is_finished_by_another(world: Stage) -> None:
    teacher = await world.host(world.a)
    ada = await world.join(teacher, "Ada", world.b)
    await world.join(teacher, "Ben", world.b)
    await teacher.do("start_game")
    await ada.next("question_opened")
    assert (await ada.answer("right"))["status"] == "accepted"
    game = (await world.a.play.follower.get(teacher.game_id)).match.game
    await world.a.play.log.shut(game, "q1")
    await world.kill(world.a)
    await world.advance(3)
    assert (await ada.next("question_closed"))["answered"] == 1
    assert await verify_game(world.runtime, teacher.game_id) == []


async def test_a_command_that_meets_a_shut_gate_finishes_the_closing_first(world: Stage) -> None:
    teacher = await world.host(world.a)
    ada = await world.join(teacher, "Ada", world.b)
    await teacher.do("start_game")
    followed = await world.b.play.follower.get(teacher.game_id)
    await world.b.play.log.shut(followed.match.game, "q1")
    state = (await teacher.do("lock_game", locked=True))["state"]
    assert (state["phase"], state["locked"]) == ("result", True)
    await world.settled()
    assert [data["seq"] for data in ada.events("question_closed", "game_locked")] == [4, 5]


async def test_two_hosts_on_two_servers_advance_once(world: Stage) -> None:
    one = await world.host(world.a)
    two = await Client(world.b).connect(token=world.token())
    await two.do("resume_game", game_id=one.game_id)
    await world.join(one, "Ada")
    await one.do("start_game")
    seq = one.state["seq"]
    await asyncio.gather(one.do("close_question", seq=seq), two.do("close_question", seq=seq))
    seq += 1
    done = await asyncio.gather(one.do("next_question", seq=seq), two.do("next_question", seq=seq))
    assert {ack["state"]["question"]["index"] for ack in done} == {1}
    assert {ack["state"]["seq"] for ack in done} == {seq + 1}


async def test_what_the_hub_loses_is_found_within_a_second(tmp_path: Path, database_url: str) -> None:
    async with stage(tmp_path, database_url) as world:
        deaf = await world.another(DeafHub())
        teacher = await world.host(world.a)
        ada = await world.join(teacher, "Ada", deaf)
        await world.join(teacher, "Ben", deaf)
        await teacher.do("start_game")
        await teacher.do("pause_game")
        await teacher.do("unpause_game")
        assert ada.events("question_opened") == []
        await world.advance(1)
        heard = ada.events("game_started", "question_opened", "game_paused", "game_unpaused")
        assert [data["seq"] for data in heard] == [2, 3, 4, 5]
        assert 18_000 < heard[1]["closes_in_ms"] <= 19_000


async def test_what_was_missed_is_read_as_soon_as_the_hub_is_back(tmp_path: Path, database_url: str) -> None:
    async with stage(tmp_path, database_url) as world:
        hub = WokenHub()
        deaf = await world.another(hub)
        lessons = []
        for number in range(3):
            teacher = await world.host(world.a)
            lessons.append((teacher, await world.join(teacher, f"Ada {number}", deaf)))
        for teacher, _ in lessons[:2]:
            await teacher.do("start_game")
        assert [player.events("question_opened") for _, player in lessons] == [[], [], []]
        hub.back()
        await world.settled()
        heard = [[data["seq"] for data in player.events("game_started", "question_opened")] for _, player in lessons]
        assert heard == [[2, 3], [2, 3], []]


async def test_a_stale_memory_never_hides_what_another_server_did(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        deaf = await world.another(DeafHub())
        teacher = await world.host(world.a)
        ada = await world.join(teacher, "Ada", deaf)
        await teacher.do("start_game")
        question = teacher.question() if teacher.events("question_opened") else teacher.state["question"]
        option = question["options"][0]["id"]
        sent = {"answer_id": "a", "question_id": question["id"], "option_ids": [option]}
        assert (await ada.do("submit_answer", **sent))["status"] == "accepted"


async def test_a_host_is_not_refused_for_what_its_server_has_yet_to_hear(tmp_path: Path, database_url: str) -> None:
    """A player's phone showed the closed question first; the host's regrade was refused: `not_closed`."""
    async with stage(tmp_path, database_url) as world:
        deaf = await world.another(DeafHub())
        teacher = await world.host(world.a)
        second_tab = await Client(deaf).connect(token=world.token())
        await second_tab.do("resume_game", game_id=teacher.game_id)
        await teacher.do("start_game")
        await teacher.do("close_question")
        await second_tab.do("regrade_question", question_id="q1", void=True)
        assert await second_tab.refused("regrade_question", question_id="q2", void=True) == "not_closed"


async def test_players_of_a_dead_server_stop_counting(world: Stage) -> None:
    teacher = await world.host(world.b, reading_ms=0)
    ada, ben = await world.join(teacher, "Ada", world.b), await world.join(teacher, "Ben", world.a)
    await world.advance(12)  # long after joining
    await teacher.do("start_game")
    await ada.answer("right")
    await world.kill(world.a)
    del ben
    await world.advance(9)
    assert teacher.events("question_closed") == []
    await world.advance(5)
    closed = await teacher.next("question_closed")
    assert (closed["answered"], closed["of"]) == (1, 2)
    told = [p for change in teacher.events("players_changed") for p in change["players"] if p["nickname"] == "Ben"]
    assert told[-1]["connected"] is False


async def test_a_server_that_stood_still_brings_its_players_back(world: Stage) -> None:
    teacher = await world.host(world.b)
    await world.join(teacher, "Ada", world.a)
    await world.settled()
    still, other = world.servers
    world.servers.remove(still)
    await world.advance(70)  # forgotten by the other
    (present,) = await other.play.presence.present(teacher.game_id)
    assert not present.connected
    world.servers.append(still)
    await world.advance(2)
    (present,) = await other.play.presence.present(teacher.game_id)
    assert present.connected


async def test_both_servers_show_one_board(world: Stage) -> None:
    teacher = await world.host(world.a)
    players = [await world.join(teacher, f"N{n}", world.servers[n % 2]) for n in range(6)]
    await teacher.do("start_game")
    for number, player in enumerate(players):
        await player.next("question_opened")
        await world.clock.advance(0.5)
        await player.answer("right" if number % 3 else "wrong")
    await world.settled()
    boards = [(await player.next("question_closed"))["leaderboard"] for player in players]
    assert all(board == boards[0] for board in boards)
    matches = [(await there.play.follower.get(teacher.game_id)).match for there in world.servers]
    assert matches[0] == matches[1]


async def test_after_the_database_was_away_nobody_is_left_out_because_their_server_is_slower(world: Stage) -> None:
    """For longer than anybody counts no server could say that it lives. The first to say so again must not take its own
    players for all there are."""
    teacher = await world.host(world.a)
    ada = await world.join(teacher, "Ada", world.a)
    ben = await world.join(teacher, "Ben", world.b)
    await teacher.do("start_game")
    await ben.next("question_opened")
    assert (await ada.answer("right"))["status"] == "accepted"
    await world.settled()
    await world.clock.advance(12)
    await world.a.tick()
    await world.settled()
    assert not teacher.events("question_closed")
    await world.b.tick()
    await world.advance(4)
    assert not teacher.events("question_closed")
    assert (await ben.answer("right"))["status"] == "accepted"
    await world.settled()
    await world.advance(1)
    assert teacher.events("question_closed")
