"""MariaDB and MySQL as an engine: how its connections are set up, and how long they wait.

Writes run at READ COMMITTED. Reads see one snapshot (REPEATABLE READ), as they do on SQLite. A statement waits 2 s for
a lock. A server that hangs, or a network that swallows packets, costs no more than the limits below: the connection is
closed in the middle, never handed on, and what became of an unanswered commit is not known.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiomysql
from sqlalchemy import text
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

Statement = tuple[str, Mapping[str, Any]]

LOCK_WAIT_S = 2
IDLE_S = 5
"""After so long without a statement MariaDB undoes a transaction that has written: its process froze, or its machine is
gone without a word, and its locks must not stop a game. (MySQL has no such limit: it waits for the connection.)"""

RETRYABLE = frozenset({1205, 1213})
"""Lock wait time-out, deadlock: the transaction is undone and may be run again."""

_REFUSED, _LOST = 2003, 2013

GONE = frozenset(
    {2002, _REFUSED, 2006, _LOST, 2014, 2045, 2055}
    | {1040, 1053, 1203, 1927, 4031}  # too many connections, shutting down, killed
    | {1290, 1836}  # read-only: no primary any more
)
"""What the driver and the server say when the server cannot be worked with just now."""


@dataclass(frozen=True)
class Limits:
    """Seconds until a server that does not answer is taken for gone."""

    connect: float = 3
    answer: float = 8
    """For one statement, its rows included. Lock waits end after `LOCK_WAIT_S`."""
    ping: float = 1
    free: float = 5
    """For a free connection of the pool."""


class Punctual(aiomysql.Connection):  # type: ignore[misc]  # the driver has no types
    """A connection that waits for an answer no longer than its limits, and is closed when one did not come."""

    limits = Limits()

    async def _connect(self) -> None:
        async with self._within(self.limits.connect, _REFUSED):
            await super()._connect()
            await super().query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")

    async def query(self, sql: str | bytes, unbuffered: bool = False) -> Any:
        async with self._within(self.limits.answer):
            return await super().query(sql, unbuffered)

    async def _read_ok_packet(self) -> Any:
        async with self._within(self.limits.answer):
            return await super()._read_ok_packet()

    async def ping(self, reconnect: bool = False) -> None:
        async with self._within(self.limits.ping):
            await super().ping(reconnect)

    @asynccontextmanager
    async def _within(self, seconds: float, code: int = _LOST) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            self.close()
            raise aiomysql.OperationalError(code, f"no answer within {seconds:g} s") from error
        except asyncio.CancelledError:
            self.close()  # its answer is still on the way: it must not become the next one's
            raise


def open_engine(
    url: str,
    isolation: IsolationLevel,
    *,
    size: int,
    overflow: int = 0,
    limits: Limits | None = None,
    ping: bool = True,
) -> AsyncEngine:
    """An engine of `size` connections kept and `overflow` more at need; `ping` asks each before it is used."""
    limits = limits or Limits()

    async def connect(**arguments: Any) -> Punctual:
        connection = Punctual(**arguments)
        connection.limits = limits
        await connection._connect()
        return connection

    return create_async_engine(
        url,
        isolation_level=isolation,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=limits.free,
        pool_pre_ping=ping,
        pool_recycle=1800,
        hide_parameters=True,  # an error is logged without the names and hashes it was about
        skip_autocommit_rollback=True,  # there is nothing to undo, and saying so costs another way to the server
        connect_args={
            "async_creator_fn": connect,
            "charset": "utf8mb4",
            "init_command": f"SET SESSION innodb_lock_wait_timeout={LOCK_WAIT_S}, sql_mode='STRICT_ALL_TABLES'"
            f" /*M!100300 , idle_write_transaction_timeout={IDLE_S} */",
        },
    )


MOST_CONNECTIONS = 60
"""What one process asks its primary for when it has most to do; 20 of a replica. A server allows 151 unless told."""


class MySQL:
    """Connections for writes, for reads, and for statements that commit by themselves."""

    dialect = "mysql"

    def __init__(self, url: str) -> None:
        self.writer = open_engine(url, "READ COMMITTED", size=10, overflow=10)
        self.reader = open_engine(url, "REPEATABLE READ", size=10, overflow=10)
        self.lone = open_engine(url, "AUTOCOMMIT", size=5, overflow=5)
        self.glance = open_engine(url, "AUTOCOMMIT", size=5, overflow=5)

    async def insert_then_read(self, insert: Statement, query: Statement) -> Sequence[Sequence[Any]]:
        """The insert commits by itself; the rows of the query see it."""
        async with self.lone.begin() as connection:
            await connection.execute(text(insert[0]), insert[1])
        async with self.glance.connect() as connection:
            return (await connection.execute(text(query[0]), query[1])).all()


def code_of(error: BaseException) -> int | None:
    """The server's or driver's number of an error, if it is one of theirs."""
    if isinstance(error, DBAPIError) and error.orig is not None and error.orig.args:
        code = error.orig.args[0]
        return code if isinstance(code, int) else None
    return None
