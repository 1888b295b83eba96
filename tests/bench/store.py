"""Where both peers put their answers: one SQLite file, each answer on disk before it is acknowledged."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Answer = tuple[str, int, int, int]  # who, question, choice, elapsed ms


class AnswerStore:
    """WAL with synchronous=FULL. What arrives while a transaction is under way shares the next one."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute(
            "CREATE TABLE answers (id INTEGER PRIMARY KEY, who TEXT, question INTEGER, choice INTEGER, elapsed INTEGER)"
        )
        self._thread = ThreadPoolExecutor(1)
        self._waiting: list[tuple[Answer, asyncio.Future[None]]] = []
        self._busy = False

    def add(self, answer: Answer) -> "asyncio.Future[None]":
        """Done once the answer would survive a loss of power."""
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[None] = loop.create_future()
        self._waiting.append((answer, stored))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._next_group)  # what else came in this turn of the loop shares the transaction
        return stored

    def _next_group(self) -> None:
        group, self._waiting = self._waiting, []
        written = asyncio.get_running_loop().run_in_executor(self._thread, self._write, [answer for answer, _ in group])
        written.add_done_callback(lambda result: self._written(group, result.exception()))

    def _written(self, group: list[tuple[Answer, "asyncio.Future[None]"]], error: BaseException | None) -> None:
        for _, stored in group:
            if not stored.done():
                stored.set_result(None) if error is None else stored.set_exception(error)
        if self._waiting:
            self._next_group()
        else:
            self._busy = False

    def _write(self, answers: list[Answer]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT INTO answers (who, question, choice, elapsed) VALUES (?, ?, ?, ?)", answers)
        self._database.execute("COMMIT")
