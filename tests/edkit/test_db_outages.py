"""A database that is killed, stopped or gone midway: all that is under way ends, says what is known, and heals."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import event, text

from edkit.bus import unwrap
from edkit.clock import SystemClock
from edkit.db import Database, InDoubt, explained
from edkit.errors import Unavailable
from edkit.local.servers import MariaDB
from edkit.message import SYSTEM, Envelope
from edkit.runner import Runner
from edkit.service import Runtime
from edkit.testing import running
from tests.echo_service.app import CountTask, GetCount, Increase, service
from tests.echo_service.models import counters

pytestmark = [pytest.mark.mariadb, pytest.mark.xdist_group("outages")]


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    with MariaDB(tmp_path_factory.mktemp("mariadb")) as server:
        yield server


@pytest.fixture
def server(own_server: MariaDB) -> Iterator[MariaDB]:
    yield own_server
    own_server.signal(signal.SIGCONT)
    own_server.start()


@pytest.fixture
async def echo(tmp_path: Path, server: MariaDB) -> AsyncIterator[Runtime]:
    async with running(tmp_path, [service], database_url=server.fresh_database(), serve=False, clock=SystemClock()) as (
        runtime,
    ):
        yield runtime
        server.signal(signal.SIGCONT)
        await asyncio.to_thread(server.start)


def before_the_commit(database: Database, do: Callable[[], None]) -> None:
    """`do` happens when the next transaction is about to send its commit."""
    event.listen(database._engine.writer.sync_engine, "commit", lambda _: do(), once=True)


def request(runtime: Runtime, message_id: str) -> Envelope:
    sent = runtime.bus.envelope(Increase(name="a"), actor=SYSTEM, message_id=message_id, remember=True)
    return sent.model_copy(update={"issuer": "gateway"})


async def value(runtime: Runtime) -> int:
    async with runtime.database.read() as session:
        return int((await session.execute(counters.select().where(counters.c.name == "a"))).one().value)


async def ask(database: Database) -> int:
    async with database.read() as session:
        return int((await session.execute(text("SELECT 1"))).scalar_one())


async def test_after_a_kill_and_a_restart_no_query_meets_a_dead_connection(server: MariaDB) -> None:
    database = Database(server.fresh_database())
    assert await asyncio.gather(*(ask(database) for _ in range(12))) == [1] * 12  # so many connections wait in the pool
    server.kill()
    with pytest.raises(Exception, match="connect") as caught:
        await ask(database)
    refusal = explained(caught.value)
    assert refusal is not None
    assert refusal.code == "database_away"
    with pytest.raises(Unavailable):
        await database.ping()
    await asyncio.to_thread(server.start)
    assert await asyncio.gather(*(ask(database) for _ in range(12))) == [1] * 12
    await database.ping()
    await database.close()


async def test_a_database_that_hangs_holds_nobody_and_afterwards_everything_works(server: MariaDB) -> None:
    """30 at once on a pool of 20: those with a connection, those that ask for one and those that wait all end."""
    database = Database(server.fresh_database())

    async def long() -> int:
        async with database.read() as session:
            return int((await session.execute(text("SELECT SLEEP(2)"))).scalar_one())

    under_way = [asyncio.create_task(long()) for _ in range(30)]
    async with asyncio.timeout(10):
        while server.execute(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%%'"
        ) != [(20,)]:
            await asyncio.sleep(0.01)
    server.signal(signal.SIGSTOP)
    later = [asyncio.create_task(ask(database)) for _ in range(5)]
    async with asyncio.timeout(60):
        ended = await asyncio.gather(*under_way, *later, return_exceptions=True)
    assert len(ended) == 35
    for error in ended:
        assert isinstance(error, Exception)
        assert explained(error) is not None, error
    server.signal(signal.SIGCONT)
    assert await asyncio.gather(*(ask(database) for _ in range(30))) == [1] * 30
    await database.close()


async def test_a_commit_whose_answer_is_lost_says_so_and_the_repetition_gives_its_answer(
    echo: Runtime, server: MariaDB
) -> None:
    """The server hangs with the commit in its hands and carries it out when it goes on."""
    runner = Runner(echo)
    before_the_commit(echo.database, lambda: server.signal(signal.SIGSTOP))
    first = await runner.handle(request(echo, "m1"))
    with pytest.raises(Unavailable) as caught:
        unwrap(first)
    assert caught.value.code == "interrupted"
    assert "not known" in caught.value.message
    server.signal(signal.SIGCONT)
    again = await runner.handle(request(echo, "m1"))
    assert orjson.loads(unwrap(again)) == {"name": "a", "value": 1}
    assert await value(echo) == 1
    assert orjson.loads(unwrap(await runner.handle(request(echo, "m2"))))["value"] == 2


async def test_a_commit_that_never_arrived_says_the_same_and_the_repetition_does_it(
    echo: Runtime, server: MariaDB
) -> None:
    runner = Runner(echo)
    before_the_commit(echo.database, server.kill)
    first = await runner.handle(request(echo, "m1"))
    with pytest.raises(Unavailable) as caught:
        unwrap(first)
    assert caught.value.code == "interrupted"
    await asyncio.to_thread(server.start)
    assert orjson.loads(unwrap(await runner.handle(request(echo, "m1")))) == {"name": "a", "value": 1}
    assert await value(echo) == 1


async def test_a_write_that_never_came_to_its_commit_says_that_nothing_was_changed(
    echo: Runtime, server: MariaDB
) -> None:
    server.kill()
    with pytest.raises(Unavailable) as caught:
        unwrap(await Runner(echo).handle(request(echo, "m1")))
    assert caught.value.code == "database_away"
    assert "Nothing was changed" in caught.value.message


async def test_a_single_statement_without_an_answer_is_in_doubt(server: MariaDB) -> None:
    database = Database(server.fresh_database())
    await database.single(text("CREATE TABLE t (n INT PRIMARY KEY)"))
    server.signal(signal.SIGSTOP)
    connected = asyncio.create_task(database.single(text("INSERT INTO t VALUES (1)")))
    with pytest.raises(Exception, match="within") as caught:
        await connected
    assert explained(caught.value) is not None
    server.signal(signal.SIGCONT)

    assert await database.single(text("DELETE FROM t")) < 2
    engine = database._engine.lone.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *_: server.signal(signal.SIGSTOP), once=True)
    with pytest.raises(InDoubt):
        await database.single(text("INSERT INTO t VALUES (2)"))
    server.signal(signal.SIGCONT)
    await database.close()


async def test_a_task_waits_for_its_database_and_has_one_effect(echo: Runtime, server: MariaDB) -> None:
    """Otherwise five looks at a database that restarts would make a dead letter of work that is in order."""
    task = echo.bus.envelope(CountTask(name="a"), actor=SYSTEM).model_copy(update={"issuer": "echo_service"})
    before_the_commit(echo.database, server.kill)
    handling = asyncio.create_task(Runner(echo).handle(task))
    async with asyncio.timeout(30):
        while server.running:
            await asyncio.sleep(0.01)
    await asyncio.to_thread(server.start)
    assert (await handling).ok
    assert (await Runner(echo).handle(task)).ok
    assert await value(echo) == 1


async def test_a_read_repeats_nothing_and_works_again(echo: Runtime, server: MariaDB) -> None:
    get = echo.bus.envelope(GetCount(name="a"), actor=SYSTEM).model_copy(update={"issuer": "tester"})
    assert (await Runner(echo).handle(get)).ok
    server.kill()
    assert not (await Runner(echo).handle(get)).ok
    await asyncio.to_thread(server.start)
    assert (await Runner(echo).handle(get)).ok
