"""Hosts and players over the wire: coming back, commanding, being kicked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edkit.contracts.accounts import LoggedOut
from edkit.errors import Unauthenticated
from edkit.message import SYSTEM, Actor
from tests.game_server.stage import OTHER, TEACHER, Client, Stage, stage


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


class TestComingBack:
    async def test_a_player_comes_back_by_token_with_the_answer_and_the_score(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada")
        await world.join(host, "Ben")
        await host.do("start_game")
        receipt = await ada.answer("right", "a1")
        ada.leave()
        back = await Client(world.a).connect(resume=ada.resume_token)
        state = await back.next("state")
        assert state["me"]["player_id"] == ada.player_id
        assert {key: state["me"]["answer"][key] for key in ("answer_id", "status", "received_ms", "seq")} == {
            key: receipt[key] for key in ("answer_id", "status", "received_ms", "seq")
        }
        await host.do("close_question")
        again = await Client(world.a).connect()
        resumed = await again.do("resume_game", resume_token=ada.resume_token)
        assert resumed["role"] == "player"
        assert resumed["state"]["me"]["result"] == (await back.next("your_result"))
        assert resumed["state"]["player_count"] == 2

    async def test_a_forged_token_opens_nothing(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada")
        client = await Client(world.a).connect()
        forged = ada.resume_token[:-1] + ("A" if ada.resume_token[-1] != "A" else "B")
        assert await client.refused("resume_game", resume_token=forged) == "bad_token"
        with pytest.raises(Unauthenticated):
            await Client(world.a).connect(resume=forged)

    async def test_a_host_comes_back_by_key_or_as_the_owner_and_seq_never_falls(self, world: Stage) -> None:
        host = await world.host()
        await world.join(host, "Ada")
        await host.do("start_game")
        key = host.state["host_key"]
        by_key, owner = await Client(world.a).connect(), await Client(world.a).connect(token=world.token())
        assert (await by_key.do("resume_game", game_id=host.game_id, host_key=key))["role"] == "host"
        state = (await owner.do("resume_game", game_id=host.game_id))["state"]
        assert (state["seq"], state["host_key"]) == (host.state["seq"], key)
        stranger = await Client(world.a).connect(token=world.token(OTHER))
        assert await stranger.refused("resume_game", game_id=host.game_id) == "not_found"
        assert await stranger.refused("resume_game", game_id=host.game_id, host_key="wrong") == "bad_token"

    async def test_a_new_host_key_ends_the_old_one(self, world: Stage) -> None:
        host = await world.host()
        old = host.state["host_key"]
        by_key = await Client(world.a).connect()
        await by_key.do("resume_game", game_id=host.game_id, host_key=old)
        assert await by_key.refused("rotate_host_key") == "not_the_owner"
        new = (await host.do("rotate_host_key"))["host_key"]
        assert new != old
        assert not by_key.connected
        again = await Client(world.a).connect()
        assert await again.refused("resume_game", game_id=host.game_id, host_key=old) == "bad_token"
        await again.do("resume_game", game_id=host.game_id, host_key=new)

    async def test_logging_out_ends_the_right_to_host(self, world: Stage) -> None:
        host = await world.host()
        world.a.games.logged_out(TEACHER.id, "another session")
        assert host.connected
        await world.runtime.bus.publish(LoggedOut(user_id=TEACHER.id, session_id=TEACHER.session), actor=SYSTEM)
        while host.connected:
            await world.settled()


class TestCommanding:
    async def test_players_and_strangers_command_nothing(self, world: Stage) -> None:
        host = await world.host()
        ada, stranger = await world.join(host, "Ada"), await Client(world.a).connect()
        assert await ada.refused("start_game") == "not_a_host"
        assert await stranger.refused("start_game") == "not_in_game"
        assert await stranger.refused("submit_answer", answer_id="a", question_id="q1", text="x") == "not_in_game"
        assert await host.refused("submit_answer", answer_id="a", question_id="q1", text="x") == "not_a_player"

    async def test_a_double_click_advances_once(self, world: Stage) -> None:
        host = await world.host()
        await world.join(host, "Ada")
        first = await host.do("start_game", op_id="go", seq=1)
        again = await host.do("start_game", op_id="go", seq=1)
        stale = await host.do("next_question", seq=1)
        assert first["state"]["seq"] == again["state"]["seq"] == stale["state"]["seq"] == 3

    async def test_an_op_id_does_its_work_once_even_without_seq(self, world: Stage) -> None:
        host = await world.host()
        await host.do("start_game")
        await host.do("next_question", op_id="n1")
        await host.do("next_question", op_id="n2")
        state = (await host.do("next_question", op_id="n2"))["state"]
        assert (state["phase"], state["question"]["index"]) == ("question", 1)

    async def test_a_refusal_has_a_code_and_words(self, world: Stage) -> None:
        host = await world.host()
        assert await host.refused("next_question") == "not_started"
        assert await host.refused("kick_player", player_id="nobody") == "unknown_player"
        assert await host.refused("no_such_event") == "unknown_event"
        assert await host.refused("lock_game", locked="yes") == "malformed"

    async def test_kicked_is_told_cut_and_free_to_come_anew(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada", join_id="ada")
        await world.join(host, "Ben")
        await host.do("kick_player", player_id=ada.player_id)
        assert (await ada.next("kicked"))["ban"] is False
        assert not ada.connected
        client = await Client(world.a).connect()
        assert await client.refused("resume_game", resume_token=ada.resume_token) == "kicked"
        anew = await world.join(host, "Ada", join_id="ada")
        assert anew.player_id != ada.player_id
        assert [p["nickname"] for p in (await host.do("sync_game"))["state"]["players"]] == ["Ben", "Ada"]

    async def test_a_ban_refuses_device_user_and_name_but_nobody_else(self, world: Stage) -> None:
        host = await world.host()
        pupil = Actor(id="pupil", role="student", session="s9")
        bad = await Client(world.a).connect(token=world.token(pupil), device="phone-1")
        joined = await bad.do("join_game", pin=host.pin, nickname="Max")
        await host.do("kick_player", player_id=joined["player_id"], ban=True)
        assert (await bad.next("kicked"))["ban"] is True
        for auth, name in (({"device": "phone-1"}, "A"), ({"token": world.token(pupil)}, "B"), ({}, "ＭＡＸ")):
            client = await Client(world.a).connect(**auth)
            assert await client.refused("join_game", pin=host.pin, nickname=name) == "banned"
        await world.join(host, "Somebody else")

    async def test_a_kicked_player_is_out_of_the_counting(self, world: Stage) -> None:
        host = await world.host()
        ada, ben = await world.join(host, "Ada"), await world.join(host, "Ben")
        await host.do("start_game")
        await ada.answer("right")
        await host.do("kick_player", player_id=ben.player_id)
        await world.advance(1)
        closed = await host.next("question_closed")
        assert (closed["answered"], closed["of"]) == (1, 1)

    async def test_a_regrade_changes_scores_and_says_whose(self, world: Stage) -> None:
        host = await world.host()
        ada = await world.join(host, "Ada")
        await host.do("start_game")
        wrong = next(o["id"] for o in ada.question()["options"] if o["text"] == "wrong")
        await ada.answer("wrong")
        await world.settled()
        assert (await ada.next("your_result"))["points"] == 0
        done = await host.do("regrade_question", question_id="q1", correct_option_ids=[wrong], op_id="r")
        assert done["changes"][0]["score_after"] == 1000
        assert (await ada.next("your_result"))["points"] == 1000
        again = await host.do("regrade_question", question_id="q1", correct_option_ids=[wrong], op_id="r")
        assert again["changes"] == done["changes"]
        assert (await ada.next("question_regraded"))["leaderboard"][0]["score"] == 1000
