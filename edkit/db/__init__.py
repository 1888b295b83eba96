"""A service's database. Transactions are opened and committed here and nowhere else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import CursorResult, Executable, Result, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from edkit.db import mysql
from edkit.db.mysql import code_of
from edkit.db.replica import Replica, ReplicaFailed
from edkit.db.sqlite import SQLite
from edkit.errors import Unavailable

__all__ = ["Database", "InDoubt", "ReplicaFailed", "explained", "found", "retrying"]

T = TypeVar("T")

_ATTEMPTS = 5


class InDoubt(OperationalError):
    """The database went away while a commit was under way: nobody knows whether it happened. Look before repeating."""


class Engine(Protocol):
    """What SQLite and MySQL each bring: where to write, where to read, where statements commit by themselves, and where
    a single query is answered in the fewest steps."""

    dialect: str
    writer: AsyncEngine
    reader: AsyncEngine
    lone: AsyncEngine
    glance: AsyncEngine

    async def insert_then_read(
        self, insert: tuple[str, Mapping[str, Any]], query: tuple[str, Mapping[str, Any]]
    ) -> Sequence[Sequence[Any]]: ...


class Database:
    """One service's own database, and a replica for reading if there is one.

    SQLite: one writer connection (`BEGIN IMMEDIATE`, WAL, synchronous=FULL) and a pool of readers, so writers queue
    instead of failing. MariaDB and MySQL: writes at READ COMMITTED, lock wait 2 s. What `write` has left survives a
    crash. A server that hangs fails a statement within ten seconds; `explained` says what that means.
    """

    def __init__(self, url: str, reader_url: str = "") -> None:
        self.url = url
        self._engine: Engine = SQLite(url) if make_url(url).get_backend_name() == "sqlite" else mysql.MySQL(url)
        self.dialect = self._engine.dialect
        if reader_url and self.dialect == "sqlite":
            raise ValueError("SQLite has no replicas: leave the URL of the reader empty")
        self._replica = Replica(reader_url, self._engine.lone) if reader_url else None

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends and rolled back when it raises. Raises InDoubt."""
        async with AsyncSession(self._engine.writer, expire_on_commit=False) as session:
            yield session
            await session.flush()
            with _doubting():
                await session.commit()

    @contextlib.asynccontextmanager
    async def view(self) -> AsyncIterator[AsyncSession]:
        """A consistent view of all that was committed before it was asked for, from a replica where there is one.

        Raises ReplicaFailed when the replica dies in the middle: repeat with `read`, which only the primary answers.
        """
        if self._replica is None:
            async with self.read() as session:
                yield session
            return
        async with self._replica.view() as distant:
            if distant is not None:
                yield distant
                return
        async with self.read() as session:
            yield session

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A consistent view that is never written through."""
        async with AsyncSession(self._engine.reader, expire_on_commit=False) as session:
            yield session

    async def rows(self, query: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """The rows of one query, which sees all that was committed before it began. Nothing is begun or undone."""
        async with self._engine.glance.connect() as connection:
            return (await connection.execute(query, parameters)).all()

    async def autocommit(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` as one short transaction on Core. Deadlocks and lock time-outs run it again, five times."""

        async def once() -> T:
            async with self._engine.writer.connect() as connection:
                result = await work(connection)
                with _doubting():
                    await connection.commit()
                return result

        return await retrying(once)

    async def single(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> int:
        """Run one statement that commits by itself, so that a process stopped in the middle leaves no lock behind.

        The number of rows it found. Deadlocks and lock time-outs run it again, five times at most. Raises InDoubt.
        """

        async def once() -> int:
            async with self._engine.lone.connect() as connection:
                with _doubting():
                    result = await connection.execute(statement, parameters)
                    await connection.commit()
                return found(result)

        return await retrying(once)

    async def insert_then_read(
        self, insert: tuple[str, Mapping[str, Any]], query: tuple[str, Mapping[str, Any]]
    ) -> Sequence[Sequence[Any]]:
        """Run an insert that commits by itself, then a query that sees what is committed; the rows of the query.

        On SQLite both take four steps of the driver instead of some thirty: this is the path of every answer.
        Deadlocks and lock time-outs run the insert again, five times at most.
        """
        return await retrying(lambda: self._engine.insert_then_read(insert, query))

    async def ping(self) -> None:
        """Raises Unavailable unless the database answers within 2 s."""
        try:
            async with asyncio.timeout(2), self._engine.reader.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (TimeoutError, SQLAlchemyError, OSError) as error:
            raise Unavailable(f"The database does not answer: {type(error).__name__}.") from error

    async def close(self) -> None:
        if self._replica is not None:
            await self._replica.close()
        for engine in (self._engine.writer, self._engine.reader, self._engine.lone, self._engine.glance):
            await engine.dispose()


@contextlib.contextmanager
def _doubting() -> Iterator[None]:
    """What is lost in here may have been committed."""
    try:
        yield
    except DBAPIError as error:
        if _gone(error):
            raise InDoubt("COMMIT", None, cast(BaseException, error.orig)) from error
        raise


def _gone(error: DBAPIError) -> bool:
    return error.connection_invalidated or code_of(error) in mysql.GONE


def explained(error: BaseException) -> Unavailable | None:
    """What to tell the caller when the database, and not the request, is at fault; None for any other error."""
    if isinstance(error, InDoubt):
        return Unavailable(
            "The database went away in the middle. Whether this was done is not known; look before you try again.",
            code="interrupted",
            retry_after_ms=1000,
        )
    if isinstance(error, NoFreeConnection) or (isinstance(error, DBAPIError) and _gone(error)):
        message = "The database does not answer. Nothing was changed. Try again in a moment."
        return Unavailable(message, code="database_away", retry_after_ms=1000)
    if code_of(error) in mysql.RETRYABLE:
        message = "Too many are changing the same thing. Nothing was changed. Try again in a moment."
        return Unavailable(message, code="database_busy", retry_after_ms=1000)
    return None


def found(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE has found."""
    return int(cast(CursorResult[Any], result).rowcount)


async def retrying(work: Callable[[], Awaitable[T]]) -> T:
    """The result of `work`, run again when the database chose it as the victim of a deadlock or a lock time-out."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await work()
        except DBAPIError as error:
            if code_of(error) not in mysql.RETRYABLE or attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(0.01 * attempt)
    raise AssertionError("unreachable")
