"""A service's database. Transactions are opened and committed here and nowhere else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Executable, Result, make_url, text
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from edkit.db import sqlite
from edkit.errors import Unavailable

T = TypeVar("T")

LOCK_WAIT_S = 2
_ATTEMPTS = 5
_RETRYABLE = (1205, 1213)
"""MariaDB: lock wait timeout, deadlock."""


class Database:
    """One service's own database.

    SQLite: one writer connection (`BEGIN IMMEDIATE`, WAL, synchronous=FULL) and a pool of readers, so writers queue
    instead of failing. MariaDB and MySQL: READ COMMITTED, lock wait 2 s. What `write` has left survives a crash.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.url = url
        self.dialect = "sqlite" if parsed.get_backend_name() == "sqlite" else "mysql"
        if self.dialect == "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise ValueError("a SQLite database needs a file: readers and the writer are separate connections")
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self._writer = sqlite.open_engine(url, size=1, begin="BEGIN IMMEDIATE")
            self._reader = sqlite.open_engine(url, size=4, begin="BEGIN")
        else:
            self._writer = self._reader = _mysql_engine(url)
        self._lone = self._writer if self.dialect == "sqlite" else _mysql_engine(url, "AUTOCOMMIT")

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends and rolled back when it raises."""
        async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A consistent view that is never written through."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    async def autocommit(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` as one short transaction on Core. Deadlocks and lock time-outs run it again, five times."""

        async def once() -> T:
            async with self._writer.begin() as connection:
                return await work(connection)

        return await retrying(once)

    async def single(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> int:
        """Run one statement that commits by itself, so that a process stopped in the middle leaves no lock behind.

        The number of rows it found. Deadlocks and lock time-outs run it again, five times at most.
        """

        async def once() -> int:
            async with self._lone.begin() as connection:
                result = await connection.execute(statement, parameters)
                return found(result)

        return await retrying(once)

    async def insert_then_read(
        self, insert: tuple[str, Mapping[str, Any]], query: tuple[str, Mapping[str, Any]]
    ) -> Sequence[Sequence[Any]]:
        """Run an insert that commits by itself, then a query that sees what is committed; the rows of the query.

        On SQLite both take four steps of the driver instead of some thirty: this is the path of every answer.
        Deadlocks and lock time-outs run the insert again, five times at most.
        """
        if self.dialect == "mysql":
            await self.single(text(insert[0]), insert[1])
            async with self.read() as session:
                return (await session.execute(text(query[0]), query[1])).all()
        return await sqlite.insert_then_read(self._writer, insert, query)

    async def ping(self) -> None:
        """Raises Unavailable unless the database answers within 2 s."""
        try:
            async with asyncio.timeout(2), self._reader.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (TimeoutError, DBAPIError, OSError) as error:
            raise Unavailable(f"The database does not answer: {type(error).__name__}.") from error

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()
        await self._lone.dispose()


def found(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE has found."""
    return int(cast(CursorResult[Any], result).rowcount)


async def retrying(work: Callable[[], Awaitable[T]]) -> T:
    """The result of `work`, run again when the database chose it as the victim of a deadlock or a lock time-out."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await work()
        except DBAPIError as error:
            code = error.orig.args[0] if error.orig is not None and error.orig.args else None
            if code not in _RETRYABLE or attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(0.01 * attempt)
    raise AssertionError("unreachable")


def _mysql_engine(url: str, isolation: IsolationLevel = "READ COMMITTED") -> AsyncEngine:
    return create_async_engine(
        url,
        isolation_level=isolation,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={
            "charset": "utf8mb4",
            "connect_timeout": 5,
            "init_command": f"SET SESSION innodb_lock_wait_timeout={LOCK_WAIT_S}, sql_mode='STRICT_ALL_TABLES'",
        },
    )
