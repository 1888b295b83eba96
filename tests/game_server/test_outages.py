"""A game server whose database dies: it says so, it says when to ask again, and what is in doubt it finds out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from edkit.errors import Unavailable
from edkit.local.servers import MariaDB
from tests.game_server.stage import Client, Stage, stage

pytestmark = [pytest.mark.mariadb, pytest.mark.xdist_group("outages")]


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[MariaDB]:
    with await asyncio.to_thread(MariaDB(tmp_path / "mariadb").__enter__) as server:
        yield server


@pytest.fixture
async def world(tmp_path: Path, own_server: MariaDB) -> AsyncIterator[Stage]:
    async with stage(tmp_path, own_server.fresh_database()) as world:
        yield world
        own_server.start()


def before_the_commit(world: Stage, do: Callable[[], None]) -> None:
    """`do` happens when the next transaction is about to send its commit."""
    event.listen(world.runtime.database._engine.writer.sync_engine, "commit", lambda _: do(), once=True)


async def meanwhile(world: Stage, work: "asyncio.Future[dict[str, Any]]") -> dict[str, Any]:
    """What `work` brings while time passes."""
    while not work.done():
        await world.clock.advance(0.1)
        await asyncio.sleep(0.01)
    return await work


async def test_whoever_asks_while_the_database_is_away_is_told_to_ask_again(world: Stage, own_server: MariaDB) -> None:
    host = await world.host()
    ada = await world.join(host, "Ada")
    own_server.kill()
    for client, asked, body in (
        (host, "sync_game", {}),
        (ada, "sync_game", {}),
        (await Client(world.a).connect(), "join_game", {"pin": host.pin, "nickname": "Ben", "join_id": "b"}),
    ):
        error = (await client.ask(asked, **body))["error"]
        assert error["code"] == "database_away"
        assert error["retry_after_ms"] > 0
    with pytest.raises(Unavailable):
        await Client(world.a).connect(resume=ada.resume_token)
    await asyncio.to_thread(own_server.start)
    await Client(world.a).connect(resume=ada.resume_token)
    await host.do("start_game")


async def test_a_join_in_doubt_is_one_player(world: Stage, own_server: MariaDB) -> None:
    """The database dies with the commit under way: the server looks until it knows, and the player has one seat."""
    host = await world.host()
    ada = await Client(world.a).connect()
    before_the_commit(world, own_server.kill)
    joining = asyncio.ensure_future(ada.ask("join_game", pin=host.pin, nickname="Ada", join_id="a"))
    while own_server.running:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(own_server.start)
    joined = await meanwhile(world, joining)
    assert joined["ok"], joined
    async with world.runtime.database.read() as session:
        assert (await session.execute(text("SELECT COUNT(*) FROM players"))).scalar_one() == 1


async def test_a_game_in_doubt_is_one_game(world: Stage, own_server: MariaDB) -> None:
    host = await Client(world.a).connect(token=world.token())
    before_the_commit(world, own_server.kill)
    creating = asyncio.ensure_future(host.ask("create_game", quiz_id="quiz"))
    while own_server.running:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(own_server.start)
    created = await meanwhile(world, creating)
    assert created["ok"], created
    async with world.runtime.database.read() as session:
        assert (await session.execute(text("SELECT COUNT(*) FROM games"))).scalar_one() == 1


async def test_a_server_leaves_while_its_sockets_end_one_by_one(world: Stage) -> None:
    """Ends of connections are written in groups; leaving must not stand in their way, nor they in its."""
    presence = world.a.play.presence
    ids = [f"c{number}" for number in range(600)]
    for connection in ids:
        presence.opened(connection, "game", f"player of {connection}")
    await presence.flush()

    async def end_them() -> None:
        for number, connection in enumerate(ids[:550]):
            presence.ended(connection, "game")
            if number % 10 == 0:
                await asyncio.sleep(0.001)

    ending = asyncio.create_task(end_them())
    await asyncio.sleep(0.03)
    await presence.leave()
    await ending
    await presence.flush()
    async with world.runtime.database.read() as session:
        live = await session.execute(text("SELECT COUNT(*) FROM connections WHERE ended_at IS NULL"))
        assert live.scalar_one() == 0
