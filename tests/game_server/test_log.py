"""The truth, stored: compare-and-set, PINs, operations, gates, joins; on SQLite and on MariaDB."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from edkit.chance import SeededChance
from edkit.db import migrate, revisions
from edkit.errors import Conflict, Forbidden
from game_server import models
from game_server.log import GameLog, Moved, Op
from game_server.roster import MovedOn, Newcomer
from game_server.rules import entries
from game_server.rules.chain import GENESIS, link
from game_server.rules.game import apply
from game_server.verifying import verify_game
from tests.game_server.stage import Client, Stage, stage

LOCK = entries.GameLocked(at=1, by="host", locked=True)


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with stage(tmp_path, database_url) as made:
        yield made


def newcomer(name: str, **more: str) -> Newcomer:
    given = Newcomer(
        player_id=f"p-{name}",
        join_id=f"j-{name}",
        nickname=name,
        nickname_key=name.lower(),
        team=None,
        identifier=None,
        user_id=None,
        device=None,
    )
    return replace(given, **more)


class PinMachine(SeededChance):
    """Dice that only ever show these PINs."""

    def __init__(self, *pins: str) -> None:
        super().__init__(1)
        self.pins = list(pins)

    def digits(self, count: int) -> str:
        return self.pins.pop(0) if len(self.pins) > 1 else self.pins[0]


def test_the_migrated_tables_are_those_of_the_models(database_url: str) -> None:
    migrate.upgrade(database_url, "game_server")
    assert revisions.differences(database_url, models.metadata) == []
    assert not migrate.pending(database_url, "game_server")


async def test_of_two_appends_after_the_same_entry_one_happens(world: Stage) -> None:
    host = await world.host()
    followed = await world.a.play.follower.get(host.game_id)
    game, log = followed.match.game, world.a.play.log
    both = await asyncio.gather(
        *(log.append(game, followed.head, [LOCK], apply(game, LOCK)) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in both) == ["Moved", "list"]
    assert [stored.seq for stored in await log.since(host.game_id, 0)] == [1, 2]


async def test_the_entries_form_a_chain_over_their_stored_bytes(world: Stage) -> None:
    host = await world.host()
    await host.do("lock_game", locked=True)
    await host.do("start_game")
    previous = GENESIS
    for stored in await world.a.play.log.since(host.game_id, 0):
        assert stored.previous == previous
        assert stored.hash == link(previous, stored.body)
        previous = stored.hash
    assert (await world.a.play.log.row(host.game_id)).head == previous


async def test_a_changed_row_shows(world: Stage) -> None:
    host = await world.host()
    ada = await world.join(host, "Ada")
    await host.do("start_game")
    await ada.answer("wrong")
    await world.settled()
    assert await verify_game(world.runtime, host.game_id) == []
    async with world.runtime.database.write() as session:
        await session.execute(update(models.answers).values(received_ms=1))
    (fault,) = await verify_game(world.runtime, host.game_id)
    assert "was changed" in fault
    async with world.runtime.database.write() as session:
        first = (models.entries.c.game_id == host.game_id) & (models.entries.c.seq == 1)
        body = (await session.execute(select(models.entries.c.body).where(first))).scalar_one()
        await session.execute(update(models.entries).where(first).values(body=body.replace("Capitals", "Rivers")))
    assert "entry 1" in (await verify_game(world.runtime, host.game_id))[0]
    assert await verify_game(world.runtime, "nothing") == ["There is no game nothing."]


async def test_a_pin_is_given_to_one_live_game_and_rests_for_a_day(world: Stage) -> None:
    play = world.a.play
    play.log = GameLog(
        world.runtime.database, world.clock, play.time.now, PinMachine("111111", "222222"), world.runtime.announce
    )
    first, second = await world.host(), None
    assert first.pin == "111111"
    play.log._chance = PinMachine("111111", "222222")
    second = await world.host()
    assert second.pin == "222222"
    await first.do("end_game")
    await second.do("end_game")
    play.log._chance = PinMachine("111111")
    await world.clock.advance(23.9 * 3600)
    with pytest.raises(AssertionError, match="unavailable"):
        await world.host()
    await world.clock.advance(0.2 * 3600)
    assert (await world.host()).pin == "111111"


async def test_the_outcome_of_an_operation_is_stored_with_its_effect(world: Stage) -> None:
    host = await world.host()
    followed = await world.a.play.follower.get(host.game_id)
    game, log = followed.match.game, world.a.play.log
    assert await log.outcome(game.game_id, "op") is None
    op = Op(game.game_id, "op", {"seq": 2})
    await log.append(game, followed.head, [LOCK], apply(game, LOCK), op=op)
    assert await log.outcome(game.game_id, "op") == {"seq": 2}
    with pytest.raises(Moved):
        await log.append(game, followed.head, [LOCK], apply(game, LOCK), op=Op(game.game_id, "lost", {}))
    assert await log.outcome(game.game_id, "lost") is None


async def test_behind_a_shut_gate_only_the_closing_is_appended_and_nobody_joins(world: Stage) -> None:
    host = await world.host()
    await host.do("start_game")
    followed = await world.a.play.follower.get(host.game_id)
    game, play = followed.match.game, world.a.play
    await play.log.shut(game, "q1")
    await play.log.shut(game, "q1")  # again: whoever finishes the closing
    with pytest.raises(Moved):
        await play.log.append(game, followed.head, [LOCK], apply(game, LOCK))
    with pytest.raises(MovedOn):
        await play.roster.join(game.game_id, game.seq, newcomer("Ada"), 1)
    with pytest.raises(Moved):
        await play.log.shut(replace(game, seq=game.seq - 1), "q1")
    joining = asyncio.create_task(world.join(host, "Ben"))
    while not joining.done():  # whoever shut the gate is given a second
        await world.advance(0.1)
    assert (await joining).state["phase"] == "result"


async def test_a_board_is_not_published_over_the_head_of_somebody_who_joined_before(world: Stage) -> None:
    host = await world.host()
    followed = await world.a.play.follower.get(host.game_id)
    game, play = followed.match.game, world.a.play
    board = entries.Published(joined=0, top=(), teams=(), scores_hash="")
    end = entries.GameEnded(at=1, by="host", reason="host", board=board)
    await play.roster.join(game.game_id, game.seq, newcomer("Ada"), 1)
    with pytest.raises(Moved):
        await play.log.append(game, followed.head, [end], apply(game, end))
    await host.do("end_game")
    assert (await host.next("game_ended"))["seq"] == 2


async def test_joins(world: Stage) -> None:
    host = await world.host()
    roster = world.a.play.roster
    seats = await asyncio.gather(*(roster.join(host.game_id, 1, newcomer("Ada"), 5) for _ in range(5)))
    assert {seat.player.player_id for seat in seats} == {"p-Ada"}
    assert (await world.a.play.log.row(host.game_id)).joined == 1
    with pytest.raises(Conflict) as taken:
        await roster.join(host.game_id, 1, newcomer("Ben", nickname_key="ada"), 6)
    assert taken.value.code == "nickname_taken"
    with pytest.raises(MovedOn):
        await roster.join(host.game_id, 2, newcomer("Cid"), 7)
    assert [player.nickname for player in await roster.players(host.game_id)] == ["Ada"]
    assert await roster.known(host.game_id, ["p-Ada", "p-Ben"]) == {"p-Ada"}


async def test_two_of_one_name_at_the_same_moment_are_one(world: Stage) -> None:
    host = await world.host()
    roster = world.a.play.roster
    same = [newcomer(f"N{n}", nickname_key="same") for n in range(4)]
    seats = await asyncio.gather(*(roster.join(host.game_id, 1, one, 5) for one in same), return_exceptions=True)
    assert sum(isinstance(seat, Conflict) for seat in seats) == 3
    assert (await world.a.play.log.row(host.game_id)).joined == 1


async def test_names_differing_in_marks_or_case_are_bytewise_different_keys(world: Stage) -> None:
    host = await world.host()
    roster = world.a.play.roster
    for number, key in enumerate(("jose", "josé", "JOSE")):
        await roster.join(host.game_id, 1, newcomer(f"N{number}", nickname_key=key), 5)
    assert len(await roster.players(host.game_id)) == 3


async def test_bans_hold_for_their_game_only(world: Stage) -> None:
    one, two = await world.host(), await world.host()
    roster = world.a.play.roster
    await roster.join(one.game_id, 1, newcomer("Max", device="phone"), 5)
    await one.do("kick_player", player_id="p-Max", ban=True)
    with pytest.raises(Forbidden):
        await roster.join(one.game_id, 2, newcomer("Tim", device="phone"), 6)
    await roster.join(two.game_id, 1, newcomer("Tom", device="phone"), 6)


async def test_an_end_announces_the_game_once_with_its_end(world: Stage) -> None:
    host = await world.host()
    await world.join(host, "Ada")
    await host.do("start_game")
    await host.do("end_game", op_id="end")
    await host.do("end_game", op_id="end")
    async with world.runtime.database.read() as session:
        outbox = models.metadata.tables["outbox"]
        told = [row.envelope for row in (await session.execute(select(outbox))).all()]
    assert [envelope["type"] for envelope in told] == ["GameFinished"]
    body = told[0]["body"]
    assert (body["game_id"], body["version"], body["player_count"], body["answer_count"]) == (host.game_id, 1, 1, 0)


async def test_while_the_database_is_away_nothing_is_said(world: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer whose statement fails on its way is neither refused nor lost: it is run again until it is known."""
    host = await world.host()
    ada = await world.join(host, "Ada")
    await world.join(host, "Ben")
    await host.do("start_game")
    database, real = world.runtime.database, world.runtime.database.insert_then_read
    failures = 2

    async def fails_after_the_commit(*given: object) -> object:
        nonlocal failures
        done = await real(*given)  # type: ignore[arg-type]
        if failures:
            failures -= 1
            raise OperationalError("INSERT", {}, ConnectionError("lost"))
        return done

    monkeypatch.setattr(database, "insert_then_read", fails_after_the_commit)
    sending = asyncio.create_task(ada.answer("right"))
    for _ in range(200):
        await asyncio.sleep(0.002)
        await world.clock.advance(0.01)
    receipt = await sending
    assert (receipt["status"], failures) == ("accepted", 0)
    async with database.read() as session:
        assert (await session.execute(text("SELECT COUNT(*) FROM answers"))).scalar_one() == 1


async def test_a_stored_answer_is_found_on_another_connection(world: Stage) -> None:
    host = await world.host()
    ada = await world.join(host, "Ada")
    await world.join(host, "Ben")
    await host.do("start_game")
    first = await ada.answer("right", "a")
    other = await world.another()
    again = await Client(other).connect()
    await again.do("resume_game", resume_token=ada.resume_token)
    assert await again.answer("right", "a") == first
