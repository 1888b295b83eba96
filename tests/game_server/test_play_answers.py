"""Answers: what is accepted is stored once and for ever, whatever happens at the same moment."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest

from edkit.db import Database
from game_server.answers import Submission
from game_server.roster import Roster
from game_server.rules.rows import AnswerRow
from game_server.verifying import verify_game
from tests.game_server.stage import Client, Stage, stage


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with stage(tmp_path, database_url) as made:
        yield made


async def started(world: Stage, *names: str, **settings: object) -> tuple[Client, list[Client]]:
    host = await world.host(**settings)
    players = [await world.join(host, name) for name in names]
    await host.do("start_game")
    for player in players:
        await player.next("question_opened")
    return host, players


async def test_500_answers_at_one_instant_while_the_question_closes(world: Stage) -> None:
    host = await world.host()
    players = [await world.join(host, f"Player {n}") for n in range(500)]
    await host.do("start_game")
    await world.clock.advance(1)
    question = host.question()
    option = question["options"][0]["id"]

    async def send(player: Client) -> dict[str, object]:
        answer = {"answer_id": f"a-{player.player_id}", "question_id": question["id"], "option_ids": [option]}
        return await player.ask("submit_answer", **answer)

    first_half = [asyncio.create_task(send(player)) for player in players[:250]]
    for _ in range(20):
        await asyncio.sleep(0)
    closing = asyncio.create_task(host.do("close_question"))
    receipts = [*await asyncio.gather(*first_half), *await asyncio.gather(*map(send, players[250:]))]
    await closing
    assert {receipt["status"] for receipt in receipts} <= {"accepted", "closed"}
    again = await asyncio.gather(*map(send, players))
    for receipt, repeated in zip(receipts, again, strict=True):
        assert repeated == receipt if receipt["status"] == "accepted" else repeated["status"] == "closed"
    accepted = sum(receipt["status"] == "accepted" for receipt in receipts)
    closed = await host.next("question_closed")
    assert closed["answered"] == accepted
    assert closed["counts"][option] == accepted
    rows = await world.a.play.roster.answers(host.game_id, [question["id"]])
    assert len(rows[question["id"]]) == accepted
    assert await verify_game(world.runtime, host.game_id) == []


async def test_500_answers_at_one_instant_are_500_rows(world: Stage) -> None:
    host = await world.host()
    players = [await world.join(host, f"Player {n}") for n in range(500)]
    await host.do("start_game")
    await world.clock.advance(1)
    receipts = await asyncio.gather(*(player.answer("right") for player in players))
    assert Counter(receipt["status"] for receipt in receipts) == {"accepted": 500}
    await world.settled()
    closed = await host.next("question_closed")
    assert (closed["answered"], closed["of"]) == (500, 500)
    assert {player.events("your_result")[-1]["status"] for player in players} == {"correct"}


async def test_of_two_answers_of_one_player_the_first_stands(world: Stage) -> None:
    _, (ada, _) = await started(world, "Ada", "Ben")
    both = await asyncio.gather(ada.answer("wrong", "first"), ada.answer("right", "second"))
    assert [receipt["status"] for receipt in both] == ["accepted", "duplicate"]
    assert await ada.answer("wrong", "first") == both[0]
    assert (await ada.answer("right", "second"))["status"] == "duplicate"
    state = (await ada.do("sync_game"))["state"]
    assert state["me"]["answer"]["answer_id"] == "first"


class Hesitant(Roster):
    """Looks a player's answer up at once, and says what it found only when it is let go."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.looked, self.go = asyncio.Event(), asyncio.Event()

    async def answer(self, game_id: str, question_id: str, player_id: str) -> AnswerRow | None:
        found = await super().answer(game_id, question_id, player_id)
        self.looked.set()
        await self.go.wait()
        return found


async def test_a_snapshot_that_was_read_before_a_receipt_does_not_follow_it(world: Stage) -> None:
    """The fault: asked for at the same moment as the answer, it came after the receipt and did not know the answer."""
    _, (ada, _) = await started(world, "Ada", "Ben")
    hesitant = world.a.play.roster = Hesitant(world.runtime.database)
    asked = asyncio.create_task(ada.do("sync_game"))
    await hesitant.looked.wait()
    assert (await ada.answer("right", "mine"))["status"] == "accepted"
    hesitant.go.set()
    assert (await asked)["state"]["me"]["answer"]["answer_id"] == "mine"


async def test_an_answer_id_belongs_to_one_player_and_one_question(world: Stage) -> None:
    host, (ada, ben) = await started(world, "Ada", "Ben")
    assert (await ada.answer("right", "mine"))["status"] == "accepted"
    assert (await ben.answer("right", "mine"))["status"] == "invalid"
    await host.do("close_question")
    await host.do("next_question")
    await ada.next("question_opened")
    assert (await ada.answer("right", "mine"))["status"] == "invalid"
    assert (await ada.answer("right", "another"))["status"] == "accepted"


async def test_the_receipt_stays_the_same_after_the_closing_and_the_end(world: Stage) -> None:
    host, (ada, _) = await started(world, "Ada", "Ben")
    await world.clock.advance(3)
    question = ada.question()
    option = question["options"][1]["id"]
    sent = {"answer_id": "kept", "question_id": question["id"], "option_ids": [option]}
    receipt = await ada.do("submit_answer", **sent)
    await host.do("close_question")
    assert await ada.do("submit_answer", **sent) == receipt
    await host.do("end_game")
    assert await ada.do("submit_answer", **{**sent, "option_ids": ["nonsense"]}) == receipt


async def test_received_by_the_deadline_is_accepted_in_the_grace_and_later_is_late(world: Stage) -> None:
    _, (ada, ben) = await started(world, "Ada", "Ben")
    await world.clock.advance(20)
    assert (await ada.answer("right"))["status"] == "accepted"
    await world.clock.advance(0.001)
    asked = await _waiting(world, ben.answer("right"))
    await world.clock.advance(0.499)
    assert (await asked)["status"] == "late"


async def _waiting(world: Stage, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """`work`, begun, and waiting for the clock."""
    asleep, task = world.clock.sleeping, asyncio.create_task(work)
    while world.clock.sleeping == asleep:
        await asyncio.sleep(0.001)
    return task


def _under_way(world: Stage, client: Client, answer_id: str) -> Submission:
    """An answer of this player that a server has received just now, and the database has not."""
    question = client.question()
    choice = {"option_ids": [question["options"][0]["id"]]}
    now = world.a.play.time.now()
    return Submission(client.game_id, question["id"], client.player_id, answer_id, choice, now, 0)


async def test_g36_an_answer_under_way_when_its_twin_comes_late_is_accepted(world: Stage) -> None:
    """Found by the chaos suite: told to be late, and stored a moment later through the server it was sent to first."""
    _, (ada, _) = await started(world, "Ada", "Ben")
    await world.clock.advance(20)
    under_way = _under_way(world, ada, "mine")
    await world.clock.advance(0.1)
    asked = await _waiting(world, ada.answer("right", "mine"))
    ruling = await world.a.play.answers.rule(under_way)
    assert ruling.status == "accepted"
    await world.clock.advance(0.4)
    receipt = await asked
    assert (receipt["status"], receipt["received_ms"]) == ("accepted", ruling.received_ms)


async def test_g36_what_was_told_to_be_late_is_never_stored(world: Stage) -> None:
    host, (ada, ben) = await started(world, "Ada", "Ben")
    await host.do("extend_question", ms=10_000, player_ids=[ben.player_id])
    await world.advance(20)
    under_way, of_ben = _under_way(world, ada, "mine"), _under_way(world, ben, "his")
    await world.clock.advance(0.1)
    asked = await _waiting(world, ada.answer("right", "mine"))
    await world.clock.advance(0.4)
    assert (await asked)["status"] == "late"
    assert (await world.a.play.answers.rule(under_way)).status == "late"
    assert (await ada.answer("right", "mine"))["status"] == "late"
    assert (await world.a.play.answers.rule(of_ben)).status == "accepted"


async def test_before_the_opening_it_is_early_and_the_id_stays_free(world: Stage) -> None:
    _, (ada, _) = await started(world, "Ada", "Ben", reading_ms=3000)
    assert (await ada.answer("right", "a"))["status"] == "early"
    await world.clock.advance(3)
    receipt = await ada.answer("right", "a")
    assert (receipt["status"], receipt["received_ms"]) == ("accepted", 0)


async def test_what_fits_no_question_is_invalid(world: Stage) -> None:
    _, (ada, _) = await started(world, "Ada", "Ben")
    question = ada.question()["id"]
    bad = {"answer_id": "x", "question_id": question, "option_ids": ["nonsense"]}
    assert (await ada.ask("submit_answer", **bad))["status"] == "invalid"
    assert (await ada.ask("submit_answer", answer_id="x", question_id="no-such", text="?"))["status"] == "invalid"
    assert (await ada.answer("right", "x"))["status"] == "accepted"


async def test_while_paused_nothing_is_stored_and_the_pause_costs_nobody_time(world: Stage) -> None:
    host, (ada, _) = await started(world, "Ada", "Ben")
    await world.clock.advance(4)
    await host.do("pause_game", reason="fire drill")
    await world.clock.advance(600)
    assert (await ada.answer("right", "a"))["error"]["code"] == "paused"
    await host.do("unpause_game")
    await world.clock.advance(1)
    receipt = await ada.answer("right", "a")
    assert (receipt["status"], receipt["received_ms"]) == ("accepted", 5000)


async def test_what_came_in_a_pause_is_not_stored_when_the_pause_is_over(world: Stage) -> None:
    host, (ada, _) = await started(world, "Ada", "Ben")
    await world.clock.advance(4)
    await host.do("pause_game")
    await world.clock.advance(5)
    in_the_pause = world.a.play.time.now()
    await world.clock.advance(5)
    await host.do("unpause_game")
    question = ada.question()
    choice = {"option_ids": [question["options"][0]["id"]]}
    submission = Submission(host.game_id, question["id"], ada.player_id, "a", choice, in_the_pause, 0)
    assert (await world.a.play.answers.rule(submission)).status == "early"


async def test_more_time_for_one_player_is_for_that_player_only(world: Stage) -> None:
    host, (ada, ben) = await started(world, "Ada", "Ben")
    await host.do("extend_question", ms=10_000, player_ids=[ada.player_id])
    assert (await ada.next("question_extended"))["remaining_ms"] == 30_000
    await world.clock.advance(25)
    assert (await ben.answer("right"))["status"] == "late"
    receipt = await ada.answer("right")
    assert (receipt["status"], receipt["received_ms"]) == ("accepted", 25_000)


async def test_more_time_for_all_moves_the_deadline(world: Stage) -> None:
    host, (ada, ben) = await started(world, "Ada", "Ben")
    await host.do("extend_question", ms=10_000)
    await world.clock.advance(29)
    assert (await ben.answer("right"))["status"] == "accepted"
    await world.clock.advance(2)
    assert (await ada.answer("right"))["status"] == "late"


async def test_the_latency_credit_is_half_the_best_round_trip_and_is_stored(world: Stage) -> None:
    host, (ada, _) = await started(world, "Ada", "Ben")
    ada.socket.state.probing.trips = [900, 300, 400]
    await world.clock.advance(10)
    await ada.answer("right")
    await host.do("close_question")
    result = await ada.next("your_result")
    assert result["parts"]["latency_credit_ms"] == 150
    assert result["points"] == 754  # 1000 * (1 - 9.85 / 40)


async def test_the_clock_and_the_words_of_a_client_change_nothing(world: Stage) -> None:
    _, (ada, ben) = await started(world, "Ada", "Ben")
    await world.clock.advance(10)
    question = ada.question()
    option = question["options"][0]["id"]
    sent = {"answer_id": "a", "question_id": question["id"], "option_ids": [option]}
    assert (await ada.do("submit_answer", **sent, elapsed_ms=1))["received_ms"] == 10_000
    assert (await ben.ask("submit_answer", **sent, player_id=ada.player_id))["error"]["code"] == "malformed"
