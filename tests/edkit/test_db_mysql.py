"""The MySQL engine over a real MariaDB: isolation, locks, collation, relays side by side, and cancelled queries."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from edkit.db import Database, explained, mysql
from edkit.db.migrate import upgrade
from edkit.db.outbox import BATCH, Outbox
from edkit.db.tables import PENDING
from edkit.launch import load
from edkit.message import SYSTEM
from edkit.testing import running
from tests.echo_service.app import CountTask, service
from tests.echo_service.models import counters, metadata

pytestmark = [pytest.mark.mariadb, pytest.mark.xdist_group("mariadb")]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await asyncio.to_thread(upgrade, database_url, "tests.echo_service")
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def maria(mariadb_url: str) -> AsyncIterator[Database]:
    await asyncio.to_thread(upgrade, mariadb_url, "tests.echo_service")
    opened = Database(mariadb_url)
    yield opened
    await opened.close()


_STATE = text("SELECT @@tx_isolation, @@autocommit, @@innodb_lock_wait_timeout, @@sql_mode")


async def test_isolation_and_lock_wait_are_what_is_promised_on_the_wire(maria: Database) -> None:
    async with maria.write() as session:
        written = (await session.execute(_STATE)).one()
    async with maria.read() as session:
        seen = (await session.execute(_STATE)).one()
    async with maria._engine.lone.connect() as connection:
        alone = (await connection.execute(_STATE)).one()
    assert tuple(written) == ("READ-COMMITTED", 0, 2, "STRICT_ALL_TABLES")
    assert tuple(seen) == ("REPEATABLE-READ", 0, 2, "STRICT_ALL_TABLES")
    assert tuple(alone) == ("READ-COMMITTED", 1, 2, "STRICT_ALL_TABLES")


async def test_a_process_that_freezes_in_a_transaction_holds_its_locks_for_seconds_only(maria: Database) -> None:
    async def count(connection: AsyncConnection) -> None:
        await connection.execute(update(counters).where(counters.c.name == "a").values(value=counters.c.value + 1))

    async def freeze() -> None:
        async with maria.write() as frozen:
            await frozen.execute(update(counters).values(value=100))
            await maria.autocommit(count)  # waits for the lock, and gets it

    async with maria.write() as session:
        await session.execute(insert(counters).values(name="a", value=0))
    with pytest.raises(OperationalError) as caught:
        await freeze()
    assert explained(caught.value) is not None
    async with maria.read() as session:
        assert (await session.execute(select(counters.c.value))).scalar_one() == 1


async def test_a_read_is_one_view_whatever_is_committed_meanwhile(database: Database) -> None:
    count = select(func.count()).select_from(counters)
    async with database.read() as session:
        before = (await session.execute(count)).scalar_one()
        async with database.write() as other:
            await other.execute(insert(counters).values(name="a", value=1))
        assert (await session.execute(count)).scalar_one() == before
    async with database.read() as session:
        assert (await session.execute(count)).scalar_one() == before + 1


async def test_victims_of_a_deadlock_are_run_again_and_no_update_is_lost(maria: Database) -> None:
    async with maria.write() as session:
        await session.execute(insert(counters).values([{"name": "a", "value": 0}, {"name": "b", "value": 0}]))
    both_hold_one, attempts = asyncio.Barrier(2), 0

    def crossing(first: str, second: str) -> object:
        async def work(connection: AsyncConnection) -> None:
            nonlocal attempts
            attempts += 1
            for place, name in enumerate((first, second)):
                await connection.execute(
                    update(counters).where(counters.c.name == name).values(value=counters.c.value + 1)
                )
                if place == 0 and attempts <= 2:
                    await both_hold_one.wait()

        return maria.autocommit(work)

    await asyncio.gather(crossing("a", "b"), crossing("b", "a"))  # type: ignore[call-overload]
    assert attempts == 3
    async with maria.read() as session:
        assert (await session.execute(select(counters.c.value))).scalars().all() == [2, 2]


async def test_a_lock_that_does_not_come_free_is_an_explained_failure(maria: Database) -> None:
    bump = update(counters).where(counters.c.name == "a").values(value=counters.c.value + 1)
    async with maria.write() as session:
        await session.execute(insert(counters).values(name="a", value=0))
    async with maria.write() as holder:
        await holder.execute(bump)
        with pytest.raises(OperationalError) as caught:
            async with maria.write() as waiter:
                await waiter.execute(bump)
    refusal = explained(caught.value)
    assert refusal is not None
    assert refusal.code == "database_busy"
    async with maria.read() as session:
        assert (await session.execute(select(counters.c.value))).scalar_one() == 1


@pytest.mark.parametrize("one", load(), ids=lambda one: str(one.name))
async def test_every_table_and_column_of_every_service_is_compared_bytewise(one: object, mariadb_url: str) -> None:
    await asyncio.to_thread(upgrade, mariadb_url, one.home)  # type: ignore[attr-defined]
    database = Database(mariadb_url)
    tables = text("SELECT table_name, table_collation FROM information_schema.tables WHERE table_schema = DATABASE()")
    columns = text(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL"
    )
    async with database.read() as session:
        of_tables = (await session.execute(tables)).all()
        of_columns = (await session.execute(columns)).all()
    await database.close()
    assert len(of_tables) > 4
    assert {row[1] for row in of_tables} == {"utf8mb4_bin"}
    assert [tuple(row) for row in of_columns if row[2] != "utf8mb4_bin"] == []


async def test_several_relays_send_each_message_once_and_skip_none_that_commits_late(
    tmp_path: Path, mariadb_url: str
) -> None:
    """A relay that reads by `id > last` would miss the row whose transaction began first and commits last."""
    rows, late = 150, 5  # the slow transaction has to end before the server ends it for idling
    async with running(tmp_path, [service], database_url=mariadb_url, serve=False) as (runtime,):
        databases = [Database(mariadb_url) for _ in range(4)]
        outboxes = [Outbox("echo_service", metadata, one, runtime.bus, runtime.clock) for one in databases]
        assert runtime.outbox is not None
        sent = 0

        async def relay(outbox: Outbox, until: int) -> None:
            nonlocal sent
            async with asyncio.timeout(60):
                while sent < until:
                    now = await outbox.relay_once()
                    sent += now

        async with asyncio.TaskGroup() as group, runtime.database.write() as slow:
            for _ in range(late):
                await runtime.announce(slow, CountTask(name="late"), actor=SYSTEM)
            await slow.flush()
            for outbox in outboxes:
                group.create_task(relay(outbox, rows + late))
            for _ in range(rows):
                async with runtime.database.write() as session:
                    await runtime.announce(session, CountTask(name="soon"), actor=SYSTEM)
            async with asyncio.timeout(60):
                while sent < rows:
                    await asyncio.sleep(0.005)
            assert sent == rows
        for outbox in outboxes:
            assert await outbox.relay_once() == 0
        assert sent == rows + late
        table = metadata.tables["outbox"]
        async with runtime.database.read() as session:
            left = await session.execute(select(table.c.status, func.count()).group_by(table.c.status))
        assert [tuple(row) for row in left] == [("sent", rows + late)]
        for one in databases:
            await one.close()


class Held(Database):
    """Its first transaction that writes ends only when it may."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.done, self.may_end = asyncio.Event(), asyncio.Event()

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        async with super().write() as session:
            yield session
            self.done.set()
            await self.may_end.wait()


async def test_a_relay_takes_a_batch_while_another_is_still_claiming_one(tmp_path: Path, mariadb_url: str) -> None:
    async with running(tmp_path, [service], database_url=mariadb_url, serve=False) as (runtime,):
        held, free = Held(mariadb_url), Database(mariadb_url)
        first, second = (Outbox("echo_service", metadata, one, runtime.bus, runtime.clock) for one in (held, free))
        envelopes = [runtime.bus.envelope(CountTask(name="many"), actor=SYSTEM) for _ in range(3 * BATCH)]
        rows = [{"id": one.id, "status": PENDING, "envelope": one.model_dump(mode="json")} for one in envelopes]
        async with runtime.database.write() as session:
            await session.execute(insert(metadata.tables["outbox"]).values(changed_at=runtime.clock.now()), rows)
        claiming = asyncio.create_task(first.relay_once())
        await held.done.wait()
        assert await second.relay_once() == BATCH
        held.may_end.set()
        assert await claiming == BATCH
        assert await second.relay_once() == BATCH
        assert await second.relay_once() == 0
        await held.close()
        await free.close()


async def test_after_a_storm_of_cancels_no_result_belongs_to_another_query(mariadb_url: str) -> None:
    """A cancelled await leaves an answer on the wire; the next user of that connection must never read it."""
    engine = mysql.open_engine(mariadb_url, "READ COMMITTED", size=3, overflow=2)
    dice, wrong, answered, cancelled = random.Random(7), [], 0, 0
    query = text("SELECT :mine, seq FROM seq_1_to_20")

    async def ask(mine: int) -> None:
        nonlocal answered, cancelled
        try:
            async with engine.connect() as connection:
                for _ in range(2):
                    rows = (await connection.execute(query, {"mine": mine})).all()
                    if [tuple(row) for row in rows] != [(mine, n) for n in range(1, 21)]:
                        wrong.append((mine, rows))
            answered += 1
        except asyncio.CancelledError:
            cancelled += 1

    async def ask_and_leave(mine: int) -> None:
        task = asyncio.create_task(ask(mine))
        if dice.random() < 0.5:
            for _ in range(dice.randrange(60)):
                await asyncio.sleep(0)
            if dice.random() < 0.5:
                await asyncio.sleep(dice.random() / 50)
            task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            assert task.exception() is None

    for first in range(0, 1500, 25):
        await asyncio.gather(*(ask_and_leave(mine) for mine in range(first, first + 25)))
    assert wrong == []
    assert cancelled > 200
    assert answered > 500
    assert await asyncio.gather(*(_one(engine) for _ in range(10))) == [1] * 10
    await engine.dispose()


async def _one(engine: object) -> int:
    async with engine.connect() as connection:  # type: ignore[attr-defined]
        return int((await connection.execute(text("SELECT 1"))).scalar_one())
