"""Accepting answers by group commit: whatever arrives while a statement is under way rides in the next one.

The statement inserts a row only where, at that instant, the question is open, its answers are not frozen (everybody's
by the gate, or those of this player, who was told to be late), the game is not paused, the player is not kicked and the
answer came in time for that player. It locks what it read in share mode (SQLite: it is the only writer), so a gate is
shut either before or after it, never during. What it inserted is then read back: the first answer of a player stands,
and whoever asks again with its `answer_id` gets the same receipt.

Nothing is said before the commit. A statement whose outcome is unknown is run again, which changes nothing if it had
worked; until the database answers, so does nobody.
"""

# ruff: noqa: S608 - the statements are put together from constants of this file

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from edkit import log, metrics
from edkit.clock import Clock
from edkit.db import Database
from edkit.db.types import canonical
from edkit.errors import Unavailable

logger = log.get(__name__)
T = TypeVar("T")
answers_total = metrics.counter("game_answers", "Answers by what became of them", ["status"])
commit_seconds = metrics.histogram("game_answer_commit_seconds", "From the start of a group to its rulings")
group_size = metrics.histogram(
    "game_answer_group_size", "Answers in one commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)

GROUP = 500
"""Answers in one statement at most."""
LONGEST_WAIT_S = 0.2
"""Until the database is asked again: what was received in time must be there before the first look for due closings."""

Status = Literal["accepted", "duplicate", "late", "closed", "early", "invalid", "paused", "kicked"]


@dataclass(frozen=True)
class Submission:
    """One answer as received: by whom and for what is known from the session, `received_at` is game time."""

    game_id: str
    question_id: str
    player_id: str
    answer_id: str
    choice: Any
    received_at: int
    credit_ms: int


@dataclass(frozen=True)
class Ruling:
    """What became of a submission. `seq` and `received_ms` of an accepted one never change."""

    status: Status
    seq: int
    received_ms: int


Waiting = tuple[Submission, "asyncio.Future[Ruling]"]

_COLUMNS = "game_id, question_id, player_id, answer_id, choice, received_at, received_ms, credit_ms, seq"
_SELECTED = (
    "g.id, g.question_id, p.id, v.answer_id, v.choice, v.received_at, v.received_at - g.opens_at, v.credit_ms, g.seq"
)
_IN_TIME = (
    "g.gate IS NULL AND g.paused = 0 AND p.kicked_seq IS NULL AND (p.shut IS NULL OR p.shut <> g.question_id) AND "
    "v.received_at >= g.since AND v.received_at <= "
    "g.closes_at + CASE WHEN p.extended = g.question_id THEN p.extra_ms ELSE 0 END"
)
_FIELDS = {
    "place": "INT",
    "game_id": "VARCHAR(64)",
    "question_id": "VARCHAR(64)",
    "player_id": "VARCHAR(64)",
    "answer_id": "VARCHAR(64)",
    "choice": "LONGTEXT",
    "received_at": "BIGINT",
    "credit_ms": "INT",
}


@dataclass(frozen=True)
class _Statements:
    insert: str
    standing: str
    elsewhere: str


def _statements(dialect: str) -> _Statements:
    if dialect == "sqlite":
        fields = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(_FIELDS))
        rows, join = f"(SELECT {fields} FROM json_each(:rows)) AS v", "CROSS JOIN"
        tail = "ON CONFLICT DO NOTHING"
    else:
        fields = ", ".join(f"{name} {kind} PATH '$[{n}]'" for n, (name, kind) in enumerate(_FIELDS.items()))
        rows, join = f"JSON_TABLE(:rows, '$[*]' COLUMNS ({fields})) AS v", "STRAIGHT_JOIN"
        tail = "LOCK IN SHARE MODE ON DUPLICATE KEY UPDATE answer_id = answers.answer_id"
    return _Statements(
        insert=f"INSERT INTO answers ({_COLUMNS}) SELECT {_SELECTED} FROM {rows}"
        f" {join} games g ON g.id = v.game_id AND g.question_id = v.question_id"
        f" {join} players p ON p.id = v.player_id AND p.game_id = g.id WHERE {_IN_TIME} {tail}",
        standing=f"SELECT v.place, a.answer_id, a.seq, a.received_ms FROM {rows} {join} answers a"
        " ON a.game_id = v.game_id AND a.question_id = v.question_id AND a.player_id = v.player_id",
        elsewhere="SELECT v.place, a.question_id AS used_for, g.seq, g.question_id, g.gate, g.paused, g.opens_at,"
        " g.since, g.closes_at + CASE WHEN p.extended = g.question_id THEN p.extra_ms ELSE 0 END AS deadline,"
        f" p.kicked_seq, p.shut, p.id AS player_id FROM {rows} {join} games g ON g.id = v.game_id"
        " LEFT JOIN players p ON p.id = v.player_id AND p.game_id = g.id"
        " LEFT JOIN answers a ON a.game_id = v.game_id AND a.answer_id = v.answer_id",
    )


class Answers:
    """Takes submissions one by one and rules on them in groups. `committed` is told the games of each group."""

    def __init__(self, database: Database, clock: Clock, committed: Callable[[set[str]], None]) -> None:
        self._database, self._clock, self._committed = database, clock, committed
        statements = _statements(database.dialect)
        self._insert, self._standing = statements.insert, statements.standing
        self._elsewhere = text(statements.elsewhere)
        self._waiting: list[Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def rule(self, submission: Submission) -> Ruling:
        """What became of `submission`, after the commit. The same `answer_id` again brings the identical ruling."""
        future: asyncio.Future[Ruling] = asyncio.get_running_loop().create_future()
        self._waiting.append((submission, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        ruling = await future
        answers_total.labels(ruling.status).inc()
        return ruling

    async def close(self) -> None:
        """Finish what is under way."""
        if self._worker is not None:
            await self._worker

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            group.sort(key=lambda item: item[0].game_id)  # stable: within a game, the first to arrive stays first
            started = self._clock.monotonic()
            try:
                rulings = await self._rule([submission for submission, _ in group])
            except Exception:
                logger.exception("answers_not_ruled_on", size=len(group))
                _refuse(group)
                continue
            commit_seconds.observe(self._clock.monotonic() - started)
            group_size.observe(len(group))
            for (submission, future), ruling in zip(group, rulings, strict=True):
                if ruling is None:
                    self._waiting.append((submission, future))
                elif not future.done():
                    future.set_result(ruling)
            self._committed({submission.game_id for submission, _ in group})

    async def _rule(self, group: Sequence[Submission]) -> list[Ruling | None]:
        """A ruling for each; None where the game moved on between statement and reading, to be tried again."""
        first: dict[tuple[str, str, str], int] = {}
        for place, submission in enumerate(group):
            first.setdefault((submission.game_id, submission.question_id, submission.player_id), place)
        insert = self._insert, {"rows": _rows(group, sorted(first.values()))}
        query = self._standing, {"rows": _rows(group, range(len(group)))}
        standing = await self._until_known(lambda: self._database.insert_then_read(insert, query))
        rulings: list[Ruling | None] = [None] * len(group)
        for place, answer_id, seq, received_ms in standing:
            status: Status = "accepted" if answer_id == group[place].answer_id else "duplicate"
            rulings[place] = Ruling(status, seq, received_ms)
        if missing := [place for place, ruling in enumerate(rulings) if ruling is None]:
            rest = {"rows": _rows(group, missing)}
            found = await self._until_known(lambda: self._database.rows(self._elsewhere, rest))
            seen = {row.place: row for row in found}
            for place in missing:
                rulings[place] = _refusal(group[place], seen.get(place))
        return rulings

    async def _until_known(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`, run until the database has certainly done it."""
        wait = 0.05
        while True:
            try:
                return await work()
            except (OperationalError, InterfaceError) as error:
                logger.warning("answers_wait_for_database", error=type(error.orig).__name__)
            await self._clock.sleep(wait)
            wait = min(LONGEST_WAIT_S, wait * 2)


def _rows(group: Sequence[Submission], places: Iterable[int]) -> str:
    """The submissions at `places` as one JSON parameter, in that order; fields as in `_FIELDS`."""
    rows = []
    for place in places:
        s = group[place]
        choice = canonical(s.choice)
        rows.append([place, s.game_id, s.question_id, s.player_id, s.answer_id, choice, s.received_at, s.credit_ms])
    return canonical(rows)


def _refusal(submission: Submission, row: Any) -> Ruling | None:
    """Why no answer of this player stands; None when nothing forbids it any more."""
    if row is None:
        return Ruling("closed", 0, 0)
    status: Status | None = None
    if row.used_for is not None:
        status = "invalid"
    elif row.player_id is None or row.kicked_seq is not None:
        status = "kicked"
    elif row.question_id != submission.question_id:
        status = "closed"
    elif row.paused:
        status = "paused"
    elif submission.received_at < row.since:
        status = "early"
    elif submission.received_at > row.deadline or row.shut == row.question_id:
        status = "late"
    elif row.gate is not None:
        status = "closed"
    if status is None:
        return None
    opens_at = submission.received_at if row.opens_at is None else row.opens_at
    return Ruling(status, row.seq, max(0, submission.received_at - opens_at))


def _refuse(group: Sequence[Waiting]) -> None:
    """The statement was refused by the database, so nothing of it is stored."""
    for _, future in group:
        if not future.done():
            future.set_exception(Unavailable("Your answer was not stored. Send it again."))
