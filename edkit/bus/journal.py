"""Where the memory bus keeps Tasks and Events: one SQLite file, written before `publish` returns."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from edkit.bus import DeadLetter

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    queue TEXT NOT NULL,
    type TEXT NOT NULL,
    envelope BLOB NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    died_at INTEGER,
    UNIQUE (queue, id)
);
CREATE INDEX IF NOT EXISTS messages_queue ON messages (queue, died_at, due, seq);
"""


class Stored(NamedTuple):
    """A message waiting in a queue."""

    seq: int
    queue: str
    envelope: bytes
    failures: int


class Journal:
    """Every method returns after its change is on disk. The same message in the same queue twice is one message."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bus-journal")
        self._connection: sqlite3.Connection | None = None

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, self._in_thread, work))

    def _in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_SCHEMA)
        with self._connection:
            result = work(self._connection)
        if isinstance(result, sqlite3.Cursor):
            result.close()  # here: let go in another thread, it resets the statement that this one runs next
        return result

    async def add(self, rows: Sequence[tuple[str, str, str, bytes]]) -> None:
        """Store (id, queue, type, envelope) rows."""
        await self._run(
            lambda c: c.executemany(
                "INSERT INTO messages (id, queue, type, envelope) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", rows
            )
        )

    async def due(self, queue: str, now: int, limit: int = 50) -> list[Stored]:
        """The next messages of `queue` to deliver, the oldest first."""
        query = (
            "SELECT seq, queue, envelope, failures FROM messages"
            " WHERE queue = ? AND died_at IS NULL AND due <= ? ORDER BY seq LIMIT ?"
        )
        return await self._run(lambda c: [Stored(*row) for row in c.execute(query, (queue, now, limit))])

    async def next_due(self, queue: str) -> int | None:
        """When the next message of `queue` is to be delivered; None when it is empty."""
        query = "SELECT MIN(due) FROM messages WHERE queue = ? AND died_at IS NULL"
        row = await self._run(lambda c: c.execute(query, (queue,)).fetchone())
        return None if row is None else row[0]

    async def done(self, seq: int) -> None:
        await self._run(lambda c: c.execute("DELETE FROM messages WHERE seq = ?", (seq,)))

    async def failed(self, seq: int, due: int) -> None:
        """Count a handled failure; deliver again at `due`."""
        await self._run(
            lambda c: c.execute("UPDATE messages SET failures = failures + 1, due = ? WHERE seq = ?", (due, seq))
        )

    async def bury(self, seq: int, reason: str, now: int) -> None:
        """Make it a dead letter."""
        query = "UPDATE messages SET failures = failures + 1, reason = ?, died_at = ? WHERE seq = ?"
        await self._run(lambda c: c.execute(query, (reason, now, seq)))

    async def dead(self, limit: int) -> list[DeadLetter]:
        """The first that died, at most `limit`."""
        query = "SELECT id, queue, type, reason, died_at FROM messages WHERE died_at IS NOT NULL ORDER BY died_at, seq"
        return await self._run(lambda c: [DeadLetter(*row) for row in c.execute(f"{query} LIMIT ?", (limit,))])

    async def revive(self, message_id: str) -> list[str]:
        """Give a dead letter a new start; the queues in which it was dead."""

        def work(connection: sqlite3.Connection) -> list[str]:
            query = "SELECT queue FROM messages WHERE id = ? AND died_at IS NOT NULL"
            queues = [row[0] for row in connection.execute(query, (message_id,))]
            connection.execute(
                "UPDATE messages SET failures = 0, due = 0, reason = NULL, died_at = NULL"
                " WHERE id = ? AND died_at IS NOT NULL",
                (message_id,),
            )
            return queues

        return await self._run(work)

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await asyncio.get_running_loop().run_in_executor(self._thread, connection.close)
        self._thread.shutdown(wait=True)
