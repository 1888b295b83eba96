"""The wire of live games: coming in, what is heard, and that nothing is refused silently."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import event as sqlalchemy_event

from edkit.errors import Unauthenticated
from edkit.message import Actor
from game_server.sockets import ENTERING_AT_ONCE
from tests.game_server.stage import Client, Stage, choice, number_question, quiz, stage


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


class TestCreating:
    async def test_only_a_teacher_hosts(self, world: Stage) -> None:
        student = Actor(id="pupil", role="student")
        nobody, pupil = await Client(world.a).connect(), await Client(world.a).connect(token=world.token(student))
        assert await nobody.refused("create_game", quiz_id="quiz") == "not_a_teacher"
        assert await pupil.refused("create_game", quiz_id="quiz") == "not_a_teacher"

    async def test_the_same_op_id_is_the_same_game(self, world: Stage) -> None:
        teacher = await Client(world.a).connect(token=world.token())
        first = await teacher.do("create_game", quiz_id="quiz", op_id="once")
        again = await teacher.do("create_game", quiz_id="quiz", op_id="once")
        other = await teacher.do("create_game", quiz_id="quiz", op_id="twice")
        assert (again["game_id"], again["pin"], again["host_key"]) == (
            first["game_id"],
            first["pin"],
            first["host_key"],
        )
        assert other["game_id"] != first["game_id"]

    async def test_a_quiz_of_somebody_else_is_not_there(self, world: Stage) -> None:
        teacher = await Client(world.a).connect(token=world.token())
        assert await teacher.refused("create_game", quiz_id="secret") == "not_found"

    async def test_a_quiz_without_questions_is_refused_with_a_reason(self, world: Stage) -> None:
        world.quizzes["quiz"] = quiz()
        teacher = await Client(world.a).connect(token=world.token())
        assert await teacher.refused("create_game", quiz_id="quiz") == "quiz_not_playable"

    async def test_unknown_settings_are_refused(self, world: Stage) -> None:
        teacher = await Client(world.a).connect(token=world.token())
        assert await teacher.refused("create_game", quiz_id="quiz", settings={"cheat": True}) == "malformed"

    async def test_a_token_that_does_not_hold_refuses_the_connection(self, world: Stage) -> None:
        with pytest.raises(Unauthenticated) as refused:
            await Client(world.a).connect(token="forged")
        assert refused.value.code == "bad_token"


class TestJoining:
    async def test_the_same_join_id_is_the_same_player(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada", join_id="ada-1")
        again = await world.join(host, "Ada", join_id="ada-1")
        assert (again.player_id, again.resume_token) == (ada.player_id, ada.resume_token)
        assert again.state["player_count"] == 1

    async def test_the_same_join_id_comes_back_even_when_the_game_was_locked(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada", join_id="ada-1")
        await host.do("lock_game", locked=True)
        assert (await world.join(host, "Ada", join_id="ada-1")).player_id == ada.player_id
        late = await Client(world.a).connect()
        assert await late.refused("join_game", pin=host.pin, nickname="Ben") == "locked"

    async def test_nicknames_are_one_after_folding(self, world: Stage) -> None:
        host = await world.host()
        await world.join(host, "Zoë")
        other = await Client(world.a).connect()
        assert await other.refused("join_game", pin=host.pin, nickname=" ＺＯË ") == "nickname_taken"
        assert await other.refused("join_game", pin=host.pin, nickname="   ") == "invalid"
        assert await other.refused("join_game", pin=host.pin, nickname="sh1t") == "invalid"
        await other.do("join_game", pin=host.pin, nickname="Zoe")

    async def test_a_game_may_make_the_names(self, world: Stage) -> None:
        host = await world.host(nickname_generator=True)
        one, two = await world.join(host, "anything"), await world.join(host, "anything")
        assert len({one.state["me"]["nickname"], two.state["me"]["nickname"], "anything"}) == 3

    async def test_a_wrong_pin_says_what_to_do_and_guessing_is_slowed(self, world: Stage) -> None:
        host = await world.host()
        guesser = await Client(world.a).connect()
        wrong = "000000" if host.pin != "000000" else "000001"
        for _ in range(60):
            assert await guesser.refused("join_game", pin=wrong, nickname="X") == "unknown_pin"
            await world.clock.advance(0.05)
        codes = set()
        for _ in range(10):
            codes.add(await guesser.refused("join_game", pin=wrong, nickname="X"))
        assert "too_many" in codes

    async def test_who_guesses_locks_no_class_out_behind_the_same_address(self, world: Stage) -> None:
        host = await world.host()
        guesser = await Client(world.a).connect()
        wrong = "000000" if host.pin != "000000" else "000001"
        codes = set()
        for _ in range(70):
            codes.add(await guesser.refused("join_game", pin=wrong, nickname="X"))
            await world.clock.advance(0.05)
        assert "too_many" in codes
        assert (await world.join(host, "Ada")).player_id

    async def test_a_payload_without_measure_is_malformed(self, world: Stage) -> None:
        nobody = await Client(world.a).connect()
        deep: object = 1
        for _ in range(500):
            deep = [deep]
        for payload in ({"pin": deep}, {"pin": "1" * 20_000}, {f"x{number}": 1 for number in range(1000)}):
            assert await nobody.refused("join_game", **payload) == "malformed"

    async def test_late_joiners_answer_with_the_time_left_unless_the_game_forbids(self, world: Stage) -> None:
        host = await world.host()
        await world.join(host, "Ada")
        await host.do("start_game")
        await world.clock.advance(6)
        ben = await world.join(host, "Ben")
        assert ben.state["remaining_ms"] == 14_000
        assert (await ben.answer("right"))["status"] == "accepted"
        strict = await world.host(late_join=False)
        await strict.do("start_game")
        late = await Client(world.a).connect()
        assert await late.refused("join_game", pin=strict.pin, nickname="Ben") == "already_started"

    async def test_teams_and_identifiers_are_asked_for(self, world: Stage) -> None:
        host = await world.host(teams=["Red", "Blue"], identifier_label="Student number")
        client = await Client(world.a).connect()
        assert await client.refused("join_game", pin=host.pin, nickname="Ada") == "invalid"
        assert (
            await client.refused("join_game", pin=host.pin, nickname="Ada", identifier="7", team="Green") == "invalid"
        )
        first = await world.join(host, "Ada", identifier="7")
        second = await world.join(host, "Ben", identifier="8")
        assert {first.state["me"]["team"], second.state["me"]["team"]} == {"Red", "Blue"}

    async def test_an_ended_game_cannot_be_joined(self, world: Stage) -> None:
        host = await world.host()
        await host.do("end_game")
        client = await Client(world.a).connect()
        assert await client.refused("join_game", pin=host.pin, nickname="Ada") == "unknown_pin"


class TestTheWire:
    async def test_every_entry_reaches_every_viewer_once_and_in_order(self, world: Stage) -> None:
        host = await world.host()
        ada, ben = await world.join(host, "Ada"), await world.join(host, "Ben")
        await host.do("start_game")
        await host.do("extend_question", ms=1000, player_ids=[ada.player_id])
        await host.do("pause_game")
        await host.do("unpause_game")
        await host.do("lock_game", locked=True)
        await host.do("kick_player", player_id=ben.player_id)
        await host.do("close_question")
        await host.do("rotate_host_key")
        await host.do("end_game")
        for client in (host, ada):
            sequenced = [
                data["seq"]
                for name, data in client.heard
                if "seq" in data and name not in ("players_changed", "answers_counted", "your_result", "state")
            ]
            assert sequenced == list(range(2, 12))
        assert [name for name, data in ada.heard if data.get("seq") == 9][:2] == ["your_result", "question_closed"]

    async def test_two_games_never_hear_of_each_other(self, world: Stage) -> None:
        one, two = await world.host(), await world.host()
        ada, ben = await world.join(one, "Ada"), await world.join(two, "Ben")
        for host in (one, two):
            await host.do("start_game")
        await ada.answer("right")
        await ben.answer("wrong")
        await world.advance(2)
        for client, game in ((one, one), (ada, one), (two, two), (ben, two)):
            assert {data["game_id"] for _, data in client.heard if "game_id" in data} == {game.game_id}
        assert two.events("question_closed")[0]["counts"] != one.events("question_closed")[0]["counts"]

    async def test_before_the_closing_no_player_is_told_what_is_right_or_what_others_chose(self, world: Stage) -> None:
        world.quizzes["quiz"] = quiz(
            number_question(1).model_copy(update={"explanation": "CANARY", "number": number_question(1).number}),
            choice(2),
        )
        host = await world.host()
        ada, ben = await world.join(host, "Ada"), await world.join(host, "Ben")
        await host.do("start_game")
        heard = [await ben.ask("submit_answer", answer_id="b", question_id="q1", number=424242)]
        heard += [await ada.ask("sync_game"), await ada.ask("submit_answer", answer_id="a", question_id="q1", text="?")]
        heard += [await ada.ask("resume_game", resume_token=ada.resume_token)]
        text = orjson.dumps([heard[1:], ada.heard]).decode()
        assert "CANARY" not in text
        assert "424242" not in text
        assert '"solution"' not in text
        assert "42" not in orjson.dumps([data.get("question") for _, data in ada.heard]).decode()

    async def test_events_and_snapshots_agree(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada")
        await host.do("start_game")
        opened = await ada.next("question_opened")
        state = (await ada.do("sync_game"))["state"]
        assert state["question"] == opened["question"]
        await ada.answer("right")
        closed = await ada.next("question_closed")
        state = (await ada.do("sync_game"))["state"]
        assert state["leaderboard"] == closed["leaderboard"]
        assert state["me"]["result"] == ada.events("your_result")[-1]
        assert state["result"]["counts"] == closed["counts"]

    async def test_a_flood_is_answered_then_cut(self, world: Stage) -> None:
        client = await Client(world.a).connect()
        codes = [(await client.ask("probe_clock", t0=1.0)).get("error", {}).get("code") for _ in range(600)]
        assert codes[0] is None
        assert codes[100] == "too_many"
        assert not client.connected

    async def test_g70_a_server_that_leaves_takes_nobody_in_and_sends_who_was_on_the_way_elsewhere(
        self, world: Stage
    ) -> None:
        host = await world.host()
        await world.a.drain()
        late = Client(world.a)
        await late.connect(token=world.token())
        assert (await late.next("move"))["retry_after_ms"] == 0
        assert await late.refused("join_game", pin=host.pin, nickname="Ben") == "server_leaving"
        assert await late.refused("create_game", quiz_id="quiz", settings={}) == "server_leaving"

    async def test_who_hangs_up_before_their_turn_costs_nothing(self, world: Stage) -> None:
        """After a restart everybody comes at once; those who gave up must not stand in the way of those who wait."""
        host = await world.host()
        ada = await world.join(host, "Ada")
        questions: list[str] = []
        engine = world.runtime.database._engine.glance.sync_engine
        sqlalchemy_event.listen(engine, "before_cursor_execute", lambda *told: questions.append(told[2]))
        clients = [Client(world.a) for _ in range(5 * ENTERING_AT_ONCE)]
        coming = [asyncio.create_task(client.connect(resume=ada.resume_token)) for client in clients]
        await asyncio.sleep(0)
        for client in clients[ENTERING_AT_ONCE:-1]:
            client.connected = False
        await asyncio.gather(*coming)
        assert sum("players.id = ?" in question for question in questions) == ENTERING_AT_ONCE + 1
        assert clients[-1].events("state")
        assert not clients[-2].events("state")

    async def test_the_clock_probe_answers_in_place(self, world: Stage) -> None:
        client = await Client(world.a).connect()
        answer = await client.do("probe_clock", t0=12.5)
        assert answer["t0"] == 12.5
        assert answer["t1"] <= answer["t2"]
