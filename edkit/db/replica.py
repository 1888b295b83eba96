"""Reads from a replica that are never older than the primary was when they began.

A read first asks the primary how far its log has come. Reads that arrive together share one such question: at most one
is under way, and whoever comes meanwhile waits for the next, because only a question asked after the read began counts.
The read then waits, on the very connection of the replica that it will use, until the replica has come as far. So
everything that was committed before the read began is in it, whichever process wrote it.

Whenever that does not work out, the caller reads from the primary. A replica that failed is left alone for a while, and
then asked by one read alone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from edkit import log, metrics
from edkit.db import mysql

logger = log.get(__name__)
views_total = metrics.counter("database_views", "Reads that a replica may answer, by who answered", ["source"])
fallbacks_total = metrics.counter("database_view_fallbacks", "Reads sent back to the primary, by reason", ["reason"])
wait_seconds = metrics.histogram("database_view_wait_seconds", "Until a replica was known to be new enough")

WAIT_S = 0.05
"""How long a read waits for the replica to come as far as the primary, which could answer at once."""
ENTER_S = 1.5
"""How long it may take altogether until the replica is used: connecting, asking, waiting."""
LAGGING_S, BROKEN_S = 1.0, 5.0
"""For how long nobody asks a replica that is behind, or that failed."""
LIMITS = mysql.Limits(connect=1, answer=3, ping=1, free=0.25)


class ReplicaFailed(Exception):
    """The replica failed in the middle of a read. Nothing is lost: read again from the primary."""


class _Behind(Exception):
    """The replica has not come far enough in time."""


class Position:
    """How far the primary's log has come, asked with as few queries as can be."""

    def __init__(self, primary: AsyncEngine) -> None:
        self._primary = primary
        self._flying: asyncio.Task[str] | None = None
        self._next: asyncio.Task[str] | None = None

    async def now(self) -> str:
        """A position that holds all that was committed before this was called; empty if the primary keeps no log."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask(self._flying))
            self._next.add_done_callback(_retrieved)
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """End the questions under way."""
        for task in (self._next, self._flying):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.wait([task])

    async def _ask(self, before: "asyncio.Task[str] | None") -> str:
        if before is not None:
            await asyncio.wait([before])
        self._flying, self._next = self._next, None  # whoever comes from here on needs the next question
        async with self._primary.connect() as connection:
            variable = "@@gtid_binlog_pos" if _is_mariadb(connection) else "@@global.gtid_executed"
            return str((await connection.execute(text(f"SELECT {variable}"))).scalar() or "")


class Replica:
    """One read-only copy of a primary. Nothing here fails because of the replica, but for a read under way on it."""

    def __init__(self, url: str, primary: AsyncEngine) -> None:
        self.position = Position(primary)
        # No ping: asking how far it has come is one, and a failure costs no more than reading from the primary.
        self._engine = mysql.open_engine(url, "REPEATABLE READ", size=10, overflow=10, limits=LIMITS, ping=False)
        self._resting_until = 0.0

    @asynccontextmanager
    async def view(self) -> AsyncIterator[AsyncSession | None]:
        """A session on the replica, as new as the primary was when this was called; None: read from the primary.

        Raises ReplicaFailed from inside the block when the replica dies there.
        """
        connection = await self._enter()
        if connection is None:
            views_total.labels("primary").inc()
            yield None
            return
        views_total.labels("replica").inc()
        try:
            async with AsyncSession(connection, expire_on_commit=False) as session:
                yield session
        except DBAPIError as error:
            self._failed("died", error)
            raise ReplicaFailed from error
        finally:
            await connection.close()

    async def close(self) -> None:
        await self.position.close()
        await self._engine.dispose()

    async def _enter(self) -> AsyncConnection | None:
        """A connection that is new enough, or None."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        if began < self._resting_until:
            fallbacks_total.labels("resting").inc()
            return None
        if self._resting_until:
            self._resting_until = began + BROKEN_S  # one read tries; until it knows, the others do not
        position = await self.position.now()
        if not position:
            self._failed("unlogged")
            return None
        try:
            async with asyncio.timeout(ENTER_S):
                connection = await self._caught_up(position)
        except _Behind:
            self._failed("behind", rest_s=LAGGING_S)
        except (SQLAlchemyError, TimeoutError, OSError) as error:
            self._failed("broken", error)
        else:
            if self._resting_until:
                logger.info("replica_back")
            self._resting_until = 0.0
            wait_seconds.observe(loop.time() - began)
            return connection
        return None

    async def _caught_up(self, position: str) -> AsyncConnection:
        connection = await self._engine.connect()
        try:
            # Kept with the connection, which no restart of the replica outlives.
            if connection.info.get("reached") != position:
                await self._wait(connection, position)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _wait(self, connection: AsyncConnection, position: str) -> None:
        mariadb = _is_mariadb(connection)
        function = "MASTER_GTID_WAIT" if mariadb else "WAIT_FOR_EXECUTED_GTID_SET"
        query = text(f"SELECT {function}(:position, :seconds)")
        if (await connection.execute(query, {"position": position, "seconds": WAIT_S})).scalar() != 0:
            raise _Behind
        await connection.rollback()  # the snapshot of the read begins after this
        connection.info["reached"] = position

    def _failed(self, reason: str, error: BaseException | None = None, *, rest_s: float = BROKEN_S) -> None:
        fallbacks_total.labels(reason).inc()
        if self._resting_until < asyncio.get_running_loop().time():
            logger.warning("replica_not_used", reason=reason, error=type(error).__name__ if error else "")
        self._resting_until = asyncio.get_running_loop().time() + rest_s


def _is_mariadb(connection: AsyncConnection) -> bool:
    return bool(getattr(connection.dialect, "is_mariadb", False))


def _retrieved(task: "asyncio.Task[str]") -> None:
    """A failure that nobody waited for any more is no failure."""
    if not task.cancelled():
        task.exception()
