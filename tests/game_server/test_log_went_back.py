"""A database takes over that had not got the last entries: the log is right, and servers that know more are wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from game_server import models
from game_server.verifying import verify_game
from tests.game_server.stage import Client, Stage, stage
from tests.game_server.test_two_servers import DeafHub

Restore = Callable[[], Awaitable[None]]


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with stage(tmp_path, database_url, servers=2) as made:
        yield made


async def noted(world: Stage, game_id: str) -> Restore:
    """The log as it stands, to go back to."""
    games, rows = models.games, models.entries
    async with world.runtime.database.read() as session:
        row = (await session.execute(select(games).where(games.c.id == game_id))).mappings().one()

    async def restore() -> None:
        async with world.runtime.database.write() as session:
            await session.execute(update(games).where(games.c.id == game_id).values(dict(row)))
            await session.execute(delete(rows).where(rows.c.game_id == game_id, rows.c.seq > row["seq"]))

    return restore


async def back(world: Stage, who: Client, number: int) -> Client:
    """The same person on a new socket."""
    client = await Client(world.servers[number]).connect(token=world.token())
    await client.do("resume_game", game_id=who.game_id)
    return client


async def test_g8_servers_forget_what_the_log_has_lost_and_everybody_comes_in_anew(world: Stage) -> None:
    teacher = await world.host(world.a)
    ada = await world.join(teacher, "Ada", world.b)
    restore = await noted(world, teacher.game_id)
    await teacher.do("start_game")
    await world.settled()
    assert [event["seq"] for event in ada.events("game_started", "question_opened")] == [2, 3]
    await restore()
    await world.advance(2)
    assert (teacher.connected, ada.connected) == (False, False)
    for number in range(2):
        again = await back(world, teacher, number)
        assert (again.state["seq"], again.state["phase"]) == (1, "lobby")
    assert (await again.do("start_game"))["state"]["seq"] == 3
    assert await verify_game(world.runtime, teacher.game_id) == []


async def test_g8_what_is_decided_on_entries_that_the_log_has_not_is_never_stored(world: Stage) -> None:
    teacher = await world.host(world.a)
    restore = await noted(world, teacher.game_id)
    await teacher.do("lock_game", locked=True)
    await world.settled()
    await restore()
    new = await world.another(DeafHub())
    other = await Client(new).connect(token=world.token())
    await other.do("resume_game", game_id=teacher.game_id)
    await other.do("pause_game")  # another entry 2 than the one that is known elsewhere
    state = (await teacher.do("start_game"))["state"]
    assert (state["phase"], state["locked"], state["paused"]) == ("question", False, False)
    assert await verify_game(world.runtime, teacher.game_id) == []
