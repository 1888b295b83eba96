"""Scenarios of live games: plain functions over a `World`, the same for every mode the product runs in."""

import asyncio
import time
from typing import Any

from tests.chaos import canary
from tests.chaos.plan import TYPES
from tests.scenarios.quizzes import option, quiz_of, right_answer, wrong_answer
from tests.scenarios.world import HostSeat, PlayerSeat, World

CLOCKS_APART_S = 0.25
"""Two servers of a busy machine may read the database's clock so differently."""


async def class_of(
    world: World, count: int, quiz: dict[str, Any], **settings: Any
) -> tuple[HostSeat, list[PlayerSeat]]:
    """A host and players in the lobby."""
    host = await world.host(quiz, **settings)
    players = [await world.player(host.pin, f"player {world.number()}") for _ in range(count)]
    return host, players


async def a_class_of_three_plays_every_type_to_the_podium(world: World) -> None:
    """Ten questions; one player is always right, one always wrong, one silent."""
    host, (right, wrong, silent) = await class_of(world, 3, quiz_of(*TYPES), leaderboard_size=10, streak_bonus=True)
    await host.command("start_game")
    await right.next("game_started")
    for kind in TYPES:
        question = (await right.next("question_opened"))["question"]
        assert question["type"] == kind
        if kind == "slide":
            assert await _status(right, question, text="x") == "invalid"
        else:
            receipts = [
                await right.answer(question, **right_answer(question)),
                await wrong.answer(question, **wrong_answer(question, 1)),
            ]
            assert [receipt["status"] for receipt in receipts] == ["accepted", "accepted"]
            await host.command("close_question")
            result = await right.next("your_result")
            assert result["status"] == ("survey" if kind in ("poll", "word_cloud", "open") else "correct")
            assert result["points"] == sum(result["parts"][part] for part in ("base", "speed", "streak"))
            assert (await silent.next("your_result"))["status"] == "none"
            closed = await right.next("question_closed")
            assert closed["leaderboard"][0]["player_id"] == right.player
        await host.command("next_question")
    ended = await silent.next("game_ended")
    assert [row["player_id"] for row in ended["podium"]] == [right.player, wrong.player, silent.player]
    assert ended["podium"] == ended["leaderboard"]
    assert (await silent.state())["phase"] == "ended"
    report = await report_of(world, host)
    ranked = sorted(report["players"], key=lambda row: row["rank"])
    assert [(row["player_id"], row["score"]) for row in ranked] == [
        (row["player_id"], row["score"]) for row in ended["leaderboard"]
    ]


async def report_of(world: World, host: HostSeat) -> dict[str, Any]:
    """The report, once it is stored."""
    for _ in range(100):
        status, report = await world.ask("GET", f"/api/games/{host.game}/report?format=json", host.token)
        if status == 200:
            assert isinstance(report, dict)
            return report
        assert (status, report["code"]) == (409, "report_pending"), report
        await asyncio.sleep(0.1)
    raise AssertionError("the report never came")


async def _status(player: PlayerSeat, question: dict[str, Any], **choice: Any) -> str:
    return str((await player.answer(question, **choice))["status"])


async def five_hundred_answers_at_one_instant(world: World, count: int = 500) -> None:
    """Every answer is acknowledged; repeated, each accepted one gets the identical receipt; the result misses none.

    The question closes while they arrive.
    """
    host = await world.host(quiz_of("single_choice"), leaderboard_size=100)
    players: list[PlayerSeat] = []
    for start in range(0, count, 50):
        group = range(start, min(count, start + 50))
        players += await asyncio.gather(*(world.player(host.pin, f"pupil {number}") for number in group))
    await host.command("start_game")
    question = (await host.next("question_opened"))["question"]
    choice = right_answer(question)

    begun = asyncio.Event()

    async def answer(player: PlayerSeat) -> dict[str, Any]:
        receipt = await player.answer(question, f"answer-{player.player}", **choice)
        begun.set()
        return receipt

    half = count // 2
    first_half = asyncio.gather(*map(answer, players[:half]))
    await begun.wait()
    close = host.command("close_question")
    second_half, _ = await asyncio.gather(asyncio.gather(*map(answer, players[half:])), close)
    receipts = [*await first_half, *second_half]
    statuses = {receipt["status"] for receipt in receipts}
    assert "accepted" in statuses
    assert statuses <= {"accepted", "closed"}
    again = await asyncio.gather(*map(answer, players))
    assert [receipt for receipt in again if receipt["status"] == "accepted"] == [
        receipt for receipt in receipts if receipt["status"] == "accepted"
    ]
    accepted = sum(receipt["status"] == "accepted" for receipt in receipts)
    print(f"{accepted} of {count} were accepted before the closing")
    closed = await host.next("question_closed")
    assert sum(closed["counts"].values()) == accepted, "the result and the receipts disagree"
    for player, receipt in zip(players, receipts, strict=True):
        result = await player.next("your_result")
        assert (result["status"] == "correct") == (receipt["status"] == "accepted")


async def all_of_five_hundred_are_stored(world: World, count: int = 500) -> None:
    """Nobody is told anything but `accepted`, and the question closes by itself once all have answered."""
    host = await world.host(quiz_of("single_choice", time_limit_s=120), leaderboard_size=100)
    players: list[PlayerSeat] = []
    for start in range(0, count, 50):
        group = range(start, min(count, start + 50))
        players += await asyncio.gather(*(world.player(host.pin, f"pupil {number}") for number in group))
    await host.command("start_game")
    question = (await host.next("question_opened"))["question"]
    choice = right_answer(question)
    receipts = await asyncio.gather(*(player.answer(question, f"a-{player.player}", **choice) for player in players))
    assert {receipt["status"] for receipt in receipts} == {"accepted"}
    closed = await host.next("question_closed")
    assert sum(closed["counts"].values()) == count
    again = await asyncio.gather(*(player.answer(question, f"a-{player.player}", **choice) for player in players))
    assert again == receipts


async def two_games_at_once_never_mix(world: World) -> None:
    """Everything a socket hears is about its own game."""
    first, second = await asyncio.gather(
        class_of(world, 3, quiz_of("open", "single_choice", tag="aaaaaaaa")),
        class_of(world, 3, quiz_of("open", "single_choice", tag="bbbbbbbb")),
    )

    async def whole_game(host: HostSeat, players: list[PlayerSeat], tag: str) -> None:
        await host.command("start_game")
        for kind in ("open", "single_choice"):
            for number, player in enumerate(players):
                question = (await player.next("question_opened"))["question"]
                assert question["type"] == kind
                await player.answer(question, **wrong_answer(question, number, tag))
            await host.next("question_closed")
            await host.command("next_question")
        await host.next("game_ended")

    await asyncio.gather(whole_game(*first, "aaaaaaaa"), whole_game(*second, "bbbbbbbb"))
    for (host, players), other, tag in ((first, second, "bbbbbbbb"), (second, first, "aaaaaaaa")):
        for seat in (host, *players):
            everything = "".join(seat.raw)
            assert other[0].game not in everything
            assert tag not in everything


async def a_player_reloads_sleeps_and_opens_a_second_tab(world: World) -> None:
    """Whatever the browser does, it is the same player, with the same score and the same answer."""
    host, (player, other) = await class_of(world, 2, quiz_of("single_choice", "typed"))
    await host.command("start_game")
    question = (await player.next("question_opened"))["question"]
    receipt = await player.answer(question, "the-answer", **right_answer(question))
    await player.leave()
    reloaded = await world.returning(player)
    state = await reloaded.next("state")
    shown = {name: state["me"]["answer"][name] for name in receipt if name != "ok"}
    assert shown == {name: value for name, value in receipt.items() if name != "ok"}
    assert state["question"] == question
    second = await world.returning(player)
    assert (await second.next("state"))["me"]["player_id"] == player.player
    assert await second.answer(question, "the-answer", **right_answer(question)) == receipt
    assert await _status(second, question, **wrong_answer(question, 1)) == "duplicate"
    assert (await host.state())["player_count"] == 2
    second.wire.awake.clear()
    await other.answer(question, **wrong_answer(question, 1))
    closed = await reloaded.next("question_closed")
    second.wire.awake.set()
    assert await second.next("question_closed") == closed
    assert (await second.state())["me"]["score"] == (await reloaded.state())["me"]["score"] > 0
    assert reloaded.player in {row["player_id"] for row in closed["leaderboard"]}


async def a_host_reloads_and_opens_a_second_tab(world: World) -> None:
    """The game goes on from where it is; two tabs that click at once advance once; seq never falls."""
    host, (player,) = await class_of(world, 1, quiz_of("single_choice", "typed", "open"))
    started = await host.command("start_game")
    await host.leave()
    by_key = await world.seat({"token": host.token})
    state = (await by_key.do("resume_game", game_id=host.game, host_key=host.host_key))["state"]
    assert state["seq"] >= started["state"]["seq"]
    assert state["phase"] == "question"
    by_account = await world.seat({"token": host.token})
    resumed = await by_account.do("resume_game", game_id=host.game)
    assert resumed["role"] == "host"
    await by_key.do("close_question", op_id="close-1", seq=state["seq"])
    seq = (await by_account.next("question_closed"))["seq"]
    await asyncio.gather(
        *(tab.do("next_question", op_id=f"next-{n}", seq=seq) for n, tab in enumerate((by_key, by_account, by_key)))
    )
    opened = await player.next("question_opened", seq=seq + 1)
    assert opened["question"]["index"] == 1
    assert (await player.state())["seq"] == seq + 1
    again = await by_key.do("next_question", op_id="next-0", seq=seq)
    assert again["state"]["seq"] == seq + 1
    stranger = await world.seat({"token": await world.person("teacher")})
    assert await stranger.refused("resume_game", game_id=host.game)
    assert await stranger.refused("resume_game", game_id=host.game, host_key="guessed")


async def a_kicked_player_is_out_and_a_banned_one_stays_out(world: World) -> None:
    """A kick ends token and connection and frees the name; a ban holds the device and the name."""
    host = await world.host(quiz_of("single_choice", "typed"))
    player = await world.player(host.pin, "Ada")
    await world.player(host.pin, "Bob")
    taken = await world.seat({})
    assert await taken.refused("join_game", pin=host.pin, nickname="ａＤＡ") == "nickname_taken"
    await host.command("start_game")
    question = (await player.next("question_opened"))["question"]
    await host.command("kick_player", player_id=player.player)
    assert (await player.next("kicked"))["ban"] is False
    await asyncio.wait_for(player.wire.ended.wait(), 5)
    returning = await world.seat({})
    assert await returning.refused("resume_game", resume_token=player.token)
    anew = await world.player(host.pin, "Ada")
    assert anew.player != player.player
    assert await _status(anew, question, **right_answer(question)) == "accepted"
    await host.command("kick_player", player_id=anew.player, ban=True)
    await anew.next("kicked", ban=True)
    banned = await world.seat(anew.auth)
    assert await banned.refused("join_game", pin=host.pin, nickname="Somebody else") == "banned"
    namesake = await world.seat({})
    assert await namesake.refused("join_game", pin=host.pin, nickname="ada") == "banned"
    assert (await host.state())["player_count"] == 1


async def a_late_joiner_answers_the_open_question(world: World) -> None:
    """With the time left; ranked from the next board on. A locked game lets nobody in."""
    host, (early,) = await class_of(world, 1, quiz_of("single_choice", "typed", "open"))
    await host.command("start_game")
    question = (await early.next("question_opened"))["question"]
    late = await world.player(host.pin, "Late")
    state = await late.state()
    assert state["question"] == question
    assert 0 < state["remaining_ms"] <= 20_000
    assert await _status(late, question, **right_answer(question)) == "accepted"
    await early.answer(question, **wrong_answer(question, 0))
    closed = await late.next("question_closed")
    assert closed["leaderboard"][0]["player_id"] == late.player
    await host.command("lock_game", locked=True)
    await early.next("game_locked", locked=True)
    stranger = await world.seat({})
    assert "locked" in await stranger.refused("join_game", pin=host.pin, nickname="Later")


async def a_pause_stops_time_and_an_extension_gives_more(world: World) -> None:
    """While paused nothing is accepted and no time runs; afterwards the same answer_id is good."""
    host, (player, other) = await class_of(world, 2, quiz_of("single_choice", "typed"))
    await host.command("start_game")
    question = (await player.next("question_opened"))["question"]
    await host.command("pause_game", reason="fire drill")
    assert (await player.next("game_paused"))["reason"] == "fire drill"
    payload = {"answer_id": "in-the-pause", "question_id": question["id"], **right_answer(question)}
    assert await player.refused("submit_answer", **payload) == "paused"
    left = (await player.state())["remaining_ms"]
    await asyncio.sleep(2 * CLOCKS_APART_S)
    assert (await player.state())["remaining_ms"] == left
    unpaused = time.monotonic()
    await host.command("unpause_game")
    again = (await player.next("game_unpaused"))["remaining_ms"]
    passed = time.monotonic() - unpaused
    assert -1000 * (passed + CLOCKS_APART_S) <= again - left <= 1000 * CLOCKS_APART_S
    await asyncio.sleep(CLOCKS_APART_S)
    assert (await player.do("submit_answer", **payload))["status"] == "accepted"
    await host.command("extend_question", ms=60_000)
    assert (await player.next("question_extended"))["remaining_ms"] > left + 50_000
    await host.command("extend_question", ms=30_000, player_ids=[other.player])
    assert (await other.next("question_extended", seq=(await host.state())["seq"]))["remaining_ms"] > left + 80_000
    await player.next("state_advanced")
    await host.command("close_question")
    await host.next("question_closed")
    assert await host.refused("extend_question", ms=1000) == "closed"


async def a_regrade_changes_every_score_and_says_so(world: World) -> None:
    """Another key, then the question taken out, during the game and after its end."""
    host, (player, other) = await class_of(world, 2, quiz_of("single_choice", "typed"), leaderboard_size=10)
    await host.command("start_game")
    question = (await player.next("question_opened"))["question"]
    await player.answer(question, **right_answer(question))
    await other.answer(question, **wrong_answer(question, 1))
    before = await player.next("question_closed")
    assert before["leaderboard"][0]["player_id"] == player.player
    key = [option(question, "option 1")]
    done = await host.command("regrade_question", question_id=question["id"], correct_option_ids=key)
    assert {change["player_id"] for change in done["changes"]} == {player.player, other.player}
    assert (await player.next("your_result"))["status"] == "wrong"
    regraded = await player.next("question_regraded")
    assert regraded["solution"]["option_ids"] == key
    assert regraded["leaderboard"][0]["player_id"] == other.player
    await host.command("end_game")
    ended = await player.next("game_ended")
    assert ended["leaderboard"][0]["score"] > 0
    await host.command("regrade_question", question_id=question["id"], void=True)
    voided = await player.next("question_regraded")
    assert {row["score"] for row in voided["leaderboard"]} == {0}


async def nothing_leaks_before_a_question_closes(world: World) -> None:
    """Before the closing no canary stands in a socket message or an HTTP answer to a player, errors included."""
    tag = "deadbeef"
    host, players = await class_of(world, 3, quiz_of(*TYPES, tag=tag))
    student = await world.person("student")
    other_teacher = await world.person("teacher")
    await host.command("start_game")
    for kind in TYPES:
        question = (await players[0].next("question_opened"))["question"]
        assert question["type"] == kind
        assert not canary.solving_keys(question)
        if kind == "order":
            assert [one["text"] for one in question["options"]] != [f"option {n}" for n in range(4)]
        heard_before = len(world.heard)
        silent = players[2]
        if kind != "slide":
            for number, player in enumerate(players[:2]):
                await player.answer(question, **wrong_answer(question, number + 1, tag))
        await silent.wire.ask("submit_answer", {"answer_id": "?", "question_id": question["id"], "text": 7}, 5)
        await silent.wire.ask("submit_answer", {"answer_id": "x1", "question_id": "no-such-question", "text": "a"}, 5)
        await silent.wire.ask("regrade_question", {"question_id": question["id"], "void": True}, 5)
        await silent.wire.ask("resume_game", {"game_id": host.game}, 5)
        fresh = await world.returning(silent)
        await fresh.next("state")
        await silent.state()
        for token in ("", student, other_teacher, silent.token):
            for path in ("", "/report?format=json", "/log"):
                status, _ = await world.ask("GET", f"/api/games/{host.game}{path}", token)
                assert status in (401, 403, 404), (path, status)
            await world.ask("GET", f"/api/games?pin={host.pin}", token)
            await world.ask("POST", f"/api/games/{host.game}/regrade", token, {"question_id": question["id"]})
        seen = "".join((*silent.raw, *fresh.raw, *world.heard[heard_before:]))
        leaks = [found for found in canary.sighted(seen) if found[1] == question["index"]]
        assert not leaks, f"{kind}: {leaks}"
        await fresh.leave()
        if kind != "slide":
            await host.command("close_question")
            await players[0].next("question_closed")
        await host.command("next_question")
    await players[0].next("game_ended")


SCENARIOS = (
    a_class_of_three_plays_every_type_to_the_podium,
    five_hundred_answers_at_one_instant,
    all_of_five_hundred_are_stored,
    two_games_at_once_never_mix,
    a_player_reloads_sleeps_and_opens_a_second_tab,
    a_host_reloads_and_opens_a_second_tab,
    a_kicked_player_is_out_and_a_banned_one_stays_out,
    a_late_joiner_answers_the_open_question,
    a_pause_stops_time_and_an_extension_gives_more,
    a_regrade_changes_every_score_and_says_so,
    nothing_leaks_before_a_question_closes,
)
