"""Reads from a real replica: never older than the primary was when they began, and never in the way."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import orjson
import pymysql
import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import await_only

from edkit.bus import unwrap
from edkit.clock import SystemClock
from edkit.db import Database, ReplicaFailed
from edkit.db.migrate import upgrade
from edkit.db.replica import Position
from edkit.launch import load
from edkit.local.servers import MariaDB
from edkit.message import SYSTEM
from edkit.runner import Runner
from edkit.service import Context, Service, read
from edkit.settings import Settings
from edkit.testing import running
from tests.echo_service.app import Count, GetCount, service
from tests.echo_service.models import counters, metadata

pytestmark = [pytest.mark.mariadb, pytest.mark.xdist_group("replica")]

PRIMARY, COPY = 1, 2
"""Server ids of the two."""


class Pair:
    """A primary, its replica, and two processes' views of one database on them."""

    def __init__(self, primary: MariaDB, replica: MariaDB, url: str) -> None:
        self.primary, self.replica, self.url = primary, replica, url
        self.reader_url = url.replace(f":{primary.port}/", f":{replica.port}/")
        self.writer = Database(url, self.reader_url)
        self.other = Database(url, self.reader_url)

    async def write(self, value: int, name: str = "a") -> None:
        async with self.writer.write() as session:
            await session.execute(update(counters).where(counters.c.name == name).values(value=value))

    async def view(self, name: str = "a") -> tuple[int, int]:
        """Which server answered another process, and what."""
        async with self.other.view() as session:
            return await look(session, name)

    async def answers_again(self) -> None:
        """Return once the replica is used."""
        async with asyncio.timeout(40):
            while (await self.view())[0] != COPY:
                await asyncio.sleep(0.1)


async def look(session: AsyncSession, name: str = "a") -> tuple[int, int]:
    server = (await session.execute(text("SELECT @@server_id"))).scalar_one()
    return server, (await session.execute(select(counters.c.value).where(counters.c.name == name))).scalar_one()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MariaDB, MariaDB]]:
    folder = tmp_path_factory.mktemp("pair")
    primary = MariaDB(folder / "primary", replicated=True)
    with primary, MariaDB(folder / "replica", replica_of=primary) as replica:
        yield primary, replica


@pytest.fixture
async def pair(servers: tuple[MariaDB, MariaDB]) -> AsyncIterator[Pair]:
    primary, replica = servers
    url = primary.fresh_database()
    await asyncio.to_thread(upgrade, url, "tests.echo_service")
    pair = Pair(primary, replica, url)
    async with pair.writer.write() as session:
        await session.execute(counters.insert().values([{"name": f"{n}", "value": 0} for n in range(20)]))
        await session.execute(counters.insert().values(name="a", value=0))
    replica.catch_up()
    yield pair
    await pair.writer.close()
    await pair.other.close()
    replica.signal(signal.SIGCONT)
    await asyncio.to_thread(replica.start)


async def test_a_view_is_answered_by_the_replica_and_a_read_by_the_primary(pair: Pair) -> None:
    assert await pair.view() == (COPY, 0)
    async with pair.other.read() as session:
        assert await look(session) == (PRIMARY, 0)


async def test_a_view_sees_at_once_what_another_process_has_committed(pair: Pair) -> None:
    """20 writers side by side, each followed by a look through another process, while the replica is always behind."""
    answered = []

    async def write_and_look(name: str) -> None:
        for value in range(1, 16):
            await pair.write(value, name)
            server, seen = await pair.view(name)
            answered.append(server)
            assert seen == value

    await asyncio.gather(*(write_and_look(f"{n}") for n in range(20)))
    assert answered.count(COPY) > 150


async def test_a_view_is_one_view(pair: Pair) -> None:
    async with pair.other.view() as session:
        assert await look(session) == (COPY, 0)
        await pair.write(1)
        await asyncio.to_thread(pair.replica.catch_up)
        assert await look(session) == (COPY, 0)
    assert await pair.view() == (COPY, 1)


async def test_a_replica_that_lags_answers_nothing_that_is_too_old(pair: Pair) -> None:
    await asyncio.to_thread(pair.replica.pause)
    try:
        for value in (1, 2, 3):
            await pair.write(value)
            assert await pair.view() == (PRIMARY, value)
    finally:
        await asyncio.to_thread(pair.replica.resume)
    await pair.answers_again()
    assert await pair.view() == (COPY, 3)


async def test_a_replica_whose_tables_are_locked_is_passed_by(pair: Pair) -> None:
    assert await pair.view() == (COPY, 0)
    with pymysql.connect(host="127.0.0.1", port=pair.replica.port, user="root") as lock, lock.cursor() as cursor:
        cursor.execute("FLUSH TABLES WITH READ LOCK")
        await pair.write(7)
        assert await pair.view() == (PRIMARY, 7)
        cursor.execute("UNLOCK TABLES")
    await pair.answers_again()
    assert await pair.view() == (COPY, 7)


async def test_a_replica_that_is_killed_is_not_missed_and_comes_back(pair: Pair) -> None:
    assert await pair.view() == (COPY, 0)
    pair.replica.kill()
    await pair.write(5)
    assert await asyncio.gather(*(pair.view() for _ in range(10))) == [(PRIMARY, 5)] * 10
    await asyncio.to_thread(pair.replica.start)
    await pair.answers_again()
    assert await pair.view() == (COPY, 5)


async def test_a_replica_that_hangs_is_not_waited_for_and_comes_back(pair: Pair) -> None:
    assert await asyncio.gather(*(pair.view() for _ in range(5))) == [(COPY, 0)] * 5
    pair.replica.signal(signal.SIGSTOP)
    await pair.write(5)
    assert await asyncio.gather(*(pair.view() for _ in range(30))) == [(PRIMARY, 5)] * 30
    pair.replica.signal(signal.SIGCONT)
    await pair.answers_again()
    assert await pair.view() == (COPY, 5)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_replica_that_dies_in_the_middle_of_a_read_is_replaced_by_the_primary(
    pair: Pair, tmp_path: Path, number: signal.Signals
) -> None:
    seen = []

    async def get_count(cmd: GetCount, context: Context) -> Count:
        server, _ = await look(context.session)
        seen.append(server)
        if server == COPY:
            pair.replica.signal(number)
        return Count(name=cmd.name, value=(await look(context.session))[1])

    table = Service("echo_service", metadata=metadata, requests={GetCount: read(get_count)})
    options = {"database_url": pair.url, "database_reader_url": pair.reader_url}
    reading = Service(**{**vars(service), "requests": table.requests})
    async with running(tmp_path, [reading], clock=SystemClock(), serve=False, **options) as (runtime,):
        sent = runtime.bus.envelope(GetCount(name="a"), actor=SYSTEM).model_copy(update={"issuer": "tester"})
        reply = await Runner(runtime).handle(sent)
    assert orjson.loads(unwrap(reply)) == {"name": "a", "value": 0}
    assert seen == [COPY, PRIMARY]


async def test_outside_the_runner_a_death_in_the_middle_is_told(pair: Pair) -> None:
    async def dies_midway() -> None:
        async with pair.other.view() as session:
            await look(session)
            pair.replica.kill()
            await look(session)

    with pytest.raises(ReplicaFailed):
        await dies_midway()
    assert await pair.view() == (PRIMARY, 0)


async def test_an_error_of_the_handler_does_not_blame_the_replica(pair: Pair) -> None:
    with pytest.raises(LookupError):
        async with pair.other.view():
            raise LookupError
    assert await pair.view() == (COPY, 0)


async def test_reads_that_arrive_together_share_a_question_and_never_one_asked_before_them(pair: Pair) -> None:
    """The answer to a question is held up on its way back, while a write commits and others begin to read."""
    engine, release = pair.writer._engine.lone, asyncio.Event()
    asked: list[int] = []
    position = Position(engine)
    early = await position.now()

    def hold_up(*_: object) -> None:
        asked.append(len(asked))
        if len(asked) == 1:
            await_only(release.wait())

    event.listen(engine.sync_engine, "after_cursor_execute", hold_up)
    first = asyncio.create_task(position.now())
    while not asked:
        await asyncio.sleep(0)
    await pair.write(1)
    late = [asyncio.create_task(position.now()) for _ in range(30)]
    await asyncio.sleep(0.05)
    release.set()
    assert await first == early
    assert early not in set(await asyncio.gather(*late))
    assert len(asked) == 2


async def test_a_primary_without_a_log_is_always_asked_itself(mariadb_url: str) -> None:
    """Waiting for an empty position would succeed at once, on a replica as old as can be."""
    database = Database(mariadb_url, mariadb_url)
    assert database._replica is not None
    async with database._replica.view() as session:
        assert session is None
    await database.close()


async def test_an_unreachable_replica_costs_only_the_first_a_try(pair: Pair) -> None:
    database = Database(pair.url, pair.url.replace(f":{pair.primary.port}/", ":1/"))
    assert database._replica is not None
    tries = 0

    def count(*_: object) -> None:
        nonlocal tries
        tries += 1

    event.listen(database._replica._engine.sync_engine, "do_connect", count)
    for _ in range(20):
        async with database.view() as session:
            assert await look(session) == (PRIMARY, 0)
    assert tries == 1
    await database.close()


def test_a_reader_is_a_setting_and_needs_a_server(tmp_path: Path) -> None:
    settings = Settings(database_reader_url="mysql+aiomysql://reader@replica/edtech_{service}")
    assert settings.database_reader_url_of("gateway") == "mysql+aiomysql://reader@replica/edtech_gateway"
    assert Settings().database_reader_url_of("gateway") == ""
    with pytest.raises(ValueError, match="SQLite has no replicas"):
        Database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", "mysql+aiomysql://replica/a")


async def test_the_migrations_of_every_service_reach_the_replica(servers: tuple[MariaDB, MariaDB]) -> None:
    primary, replica = servers
    for one in load():
        url = primary.fresh_database()
        await asyncio.to_thread(upgrade, url, one.home)
        await asyncio.to_thread(replica.catch_up)
        name = url.rsplit("/", 1)[1].partition("?")[0]
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1"
        assert replica.execute(query, name) == primary.execute(query, name) != []
