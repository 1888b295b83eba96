"""SQLite as an engine: how its connections are set up, and the short way of an answer into it."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import aiosqlite
from sqlalchemy import event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

Statement = tuple[str, Mapping[str, Any]]


class SQLite:
    """One writer connection (`BEGIN IMMEDIATE`) and a pool of readers, so writers queue instead of failing."""

    dialect = "sqlite"

    def __init__(self, url: str) -> None:
        file = make_url(url).database
        if not file or file == ":memory:":
            raise ValueError("a SQLite database needs a file: readers and the writer are separate connections")
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        self.writer = self.lone = open_engine(url, size=1, begin="BEGIN IMMEDIATE")
        self.reader = open_engine(url, size=4, begin="BEGIN")
        self.glance = open_engine(url, size=4, begin="")

    async def insert_then_read(self, insert: Statement, query: Statement) -> Sequence[Sequence[Any]]:
        """Both in one transaction, committed when this returns; the rows of the query. Four steps of the driver."""
        async with self.writer.connect() as connection:
            driver = cast(aiosqlite.Connection, (await connection.get_raw_connection()).driver_connection)
            try:
                await driver.execute_fetchall("BEGIN IMMEDIATE")
                await driver.execute_fetchall(*insert)
                rows = await driver.execute_fetchall(*query)
                await driver.commit()
            except sqlite3.Error as error:
                await driver.rollback()
                raise OperationalError(insert[0], None, error) from error
            return cast(Sequence[Sequence[Any]], rows)


def open_engine(url: str, *, size: int, begin: str) -> AsyncEngine:
    """An engine of `size` connections whose transactions start with `begin`; with a plain BEGIN they only read.

    With nothing they only read as well, one query at a time: none begins or undoes anything, which is half its price.
    """
    alone: dict[str, Any] = {} if begin else {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=30,
        hide_parameters=True,  # an error is logged without the names and hashes it was about
        connect_args={"timeout": 10},
        **alone,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
        if begin != "BEGIN IMMEDIATE":
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    if begin:

        @event.listens_for(engine.sync_engine, "begin")
        def start(connection: Any) -> None:
            connection.exec_driver_sql(begin)

    return engine
