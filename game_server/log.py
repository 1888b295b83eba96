"""The truth about games, stored: an append-only log for each, and the rows that must change with its entries.

Appending is compare-and-set on `seq`: of two servers that decided at once, one appends and the other is told `Moved`.
What it has returned survives a crash; what it says did not happen, did not.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import case, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from edkit import metrics
from edkit.chance import Chance
from edkit.clock import Clock
from edkit.db import Database, InDoubt, found, retrying
from edkit.errors import Unavailable
from edkit.message import Event
from game_server import models
from game_server.rules import chain, decide, entries
from game_server.rules.game import Game, begin

entries_total = metrics.counter("game_entries", "Entries appended to game logs", ["type"])

PIN_REST_MS = 24 * 3_600_000
"""How long the PIN of an ended game is not given to another."""
SETTLE_MS = 1_000
"""A gate that is still shut after this long was left by its server; any other finishes the closing."""
_ATTEMPTS = 8

Announce = Callable[[AsyncSession, Event], Awaitable[None]]
"""Puts an event into the outbox of an open transaction."""


class Moved(Exception):
    """Another server appended first, or somebody joined. Nothing was changed: follow the log and decide again."""


class Forked(Exception):
    """The log does not hold what was read from it before: a database took over that had not got it yet."""


@dataclass(frozen=True)
class Stored:
    """One entry as stored."""

    seq: int
    entry: entries.Entry
    body: bytes
    previous: str
    hash: str

    def row(self) -> dict[str, Any]:
        """The columns of `entries` beside the game."""
        return {"seq": self.seq, "body": self.body.decode(), "previous": self.previous, "hash": self.hash}


@dataclass(frozen=True)
class Op:
    """A command's own id, kept with what came of it."""

    scope: str
    op_id: str
    outcome: dict[str, Any]


class GameLog:
    """Games, their entries and the outcomes of operations. `now` is game time."""

    def __init__(
        self, database: Database, clock: Clock, now: Callable[[], int], chance: Chance, announce: Announce
    ) -> None:
        self._database, self._clock, self._now = database, clock, now
        self._chance, self._announce = chance, announce

    async def create(
        self, make: Callable[[str], entries.GameCreated], *, language: str | None, op: Op | None
    ) -> Stored:
        """Store a new game under a PIN that is free; `make` is given the PIN. Raises `Moved` if the `op` is known."""
        doubtful = False
        for _ in range(_ATTEMPTS * 8):
            first = make(self._chance.digits(6))
            try:
                if doubtful and (done := await self.since(first.game_id, 0)):
                    return done[0]
                stored = await retrying(partial(self._create, first, language, op))
            except OperationalError as error:
                doubtful |= isinstance(error, InDoubt)
                if not doubtful:
                    raise
                await self._clock.sleep(0.25)
                continue
            if stored is not None:
                entries_total.labels(first.type).inc()
                return stored
        raise Unavailable("No PIN is free right now. Try again in a moment.")

    async def append(
        self,
        before: Game,
        previous: str,
        added: Sequence[entries.Entry],
        after: Game,
        *,
        op: Op | None = None,
        announced: Sequence[Event] = (),
    ) -> list[Stored]:
        """Add `added`, which turn `before` into `after`, to the log; `previous` is the hash of its newest entry.

        Rows, operation and announcements change in the same transaction. Raises `Moved` when the log is no longer at
        `before.seq` and `previous`, or when a gate is shut that `added` does not close.
        """
        head = previous
        stored: list[Stored] = []
        bodies: list[dict[str, Any]] = []
        for entry in added:
            stored.append(_seal(before.seq + len(stored) + 1, previous, entry))
            bodies.append({"game_id": before.game_id, **stored[-1].row()})
            previous = stored[-1].hash

        async def work() -> None:
            async with self._database.write() as session:
                await self._move(session, before, head, after, previous, added)
                await session.execute(insert(models.entries), bodies)
                for one in stored:
                    await _keep_rows_in_step(session, before, after, one)
                await _keep(session, op, after.game_id, self._now())
                for event in announced:
                    await self._announce(session, event)

        await self._once(work, stored, before.game_id)
        for entry in added:
            entries_total.labels(entry.type).inc()
        return stored

    async def since(self, game_id: str, seq: int) -> list[Stored]:
        """The entries after `seq`, in order. Empty for a game that does not exist."""
        table = models.entries
        query = select(table).where(table.c.game_id == game_id, table.c.seq > seq)
        rows = await self._database.rows(query.order_by(table.c.seq))
        return [_stored(row) for row in rows]

    async def after(self, game_id: str, seq: int, head: str) -> list[Stored]:
        """The entries after the one numbered `seq`, whose hash is `head`. Raises Forked when there is no such entry."""
        table = models.entries
        body = case((table.c.seq == seq, ""), else_=table.c.body).label("body")
        query = select(table.c.seq, body, table.c.previous, table.c.hash).where(table.c.game_id == game_id)
        rows = await self._database.rows(query.where(table.c.seq >= seq).order_by(table.c.seq))
        if not rows or rows[0].hash != head:
            raise Forked
        return [_stored(row) for row in rows[1:]]

    async def shut(self, game: Game, question_id: str) -> None:
        """Freeze the answers of the open question. Raises `Moved` when the log is no longer at `game.seq`."""
        table = models.games

        at = [table.c.id == game.game_id, table.c.seq == game.seq, table.c.question_id == question_id]
        query = update(table).where(*at, or_(table.c.gate.is_(None), table.c.gate == question_id))
        if await self._database.single(query.values(gate=question_id, due_at=self._now() + SETTLE_MS)) != 1:
            raise Moved

    async def row(self, game_id: str) -> Any:
        """The row of one game, or None."""
        rows = await self._database.rows(select(models.games).where(models.games.c.id == game_id))
        return rows[0] if rows else None

    async def rows(self, game_ids: Sequence[str]) -> Sequence[Any]:
        """`id`, `seq`, `head`, `gate` and `joined` of these games."""
        table = models.games
        query = select(table.c.id, table.c.seq, table.c.head, table.c.gate, table.c.joined).where(
            table.c.id.in_(game_ids)
        )
        return await self._database.rows(query)

    async def due(self, now: int) -> Sequence[Any]:
        """`id` and `due_at` of the games in which a server must act by itself."""
        table = models.games
        query = select(table.c.id, table.c.due_at).where(table.c.due_at <= now).order_by(table.c.due_at).limit(200)
        return await self._database.rows(query)

    async def find(self, pin: str) -> Any:
        """The row of the game that this PIN leads to, live or ended a short while ago, or None."""
        query = select(models.games).join(models.pins, models.pins.c.game_id == models.games.c.id)
        rows = await self._database.rows(query.where(models.pins.c.pin == pin))
        return rows[0] if rows else None

    async def outcome(self, scope: str, op_id: str) -> dict[str, Any] | None:
        """What came of an operation, if it was ever done."""
        table = models.ops
        query = select(table.c.outcome).where(table.c.scope == scope, table.c.op_id == op_id)
        rows = await self._database.rows(query)
        return rows[0].outcome if rows else None

    async def _create(self, first: entries.GameCreated, language: str | None, op: Op | None) -> Stored | None:
        """The stored first entry; None when the PIN is taken."""
        stored = _seal(1, chain.GENESIS, first)
        now = self._now()
        game = begin(first)
        values = {
            "id": first.game_id,
            "pin": first.pin,
            "owner": first.owner_id,
            "quiz_id": first.quiz_id,
            "title": first.title,
            "language": language,
            "question_count": len(first.questions),
            "created_at": first.at,
            "joined": 0,
            "head": stored.hash,
            "gate": None,
            "host_key_seq": 1,
            "since": None,
            **_columns(game),
        }
        row = {"game_id": first.game_id, **stored.row()}
        try:
            async with self._database.write() as session:
                if op is not None and await _known(session, op):
                    raise Moved
                if not await _take_pin(session, first.pin, first.game_id, now):
                    return None
                await session.execute(insert(models.games).values(values))
                await session.execute(insert(models.entries).values(row))
                if op is not None:
                    await _keep(session, op, op.scope, now)
        except IntegrityError:
            return None  # the PIN or the op was taken at the same moment; the next attempt tells which
        return stored

    async def _move(
        self,
        session: AsyncSession,
        before: Game,
        previous: str,
        after: Game,
        head: str,
        added: Sequence[entries.Entry],
    ) -> None:
        table = models.games
        closing = next((entry.question_id for entry in added if isinstance(entry, entries.QuestionClosed)), None)
        gate = table.c.gate.is_(None) if closing is None else table.c.gate == closing
        here = [table.c.id == before.game_id, table.c.seq == before.seq, table.c.head == previous, gate]
        values = {"head": head, "gate": None, **_columns(after)}
        for entry in added:
            if isinstance(entry, entries.QuestionOpened):
                values["since"] = entry.opens_at
            elif isinstance(entry, entries.GameUnpaused) and after.shown is not None:
                values["since"] = max(entry.at, after.shown.opens_at)
            elif isinstance(entry, entries.QuestionClosed | entries.QuestionRegraded | entries.GameEnded):
                here.append(table.c.joined == entry.board.joined)
        moved = await session.execute(update(table).where(*here).values(values))
        if found(moved) != 1:
            raise Moved

    async def _once(self, work: Callable[[], Awaitable[None]], stored: Sequence[Stored], game_id: str) -> None:
        """Run `work` until it is known whether it happened."""
        unknown = False
        for attempt in range(_ATTEMPTS):
            try:
                return await retrying(work)
            except (OperationalError, InterfaceError):
                unknown = True
                await self._clock.sleep(0.1 * 2**attempt)
            except Moved:
                if unknown and any(one.hash == stored[0].hash for one in await self.since(game_id, stored[0].seq - 1)):
                    return None
                raise
        raise Unavailable("The database does not answer. Try again in a moment.")


def _stored(row: Any) -> Stored:
    return Stored(row.seq, entries.decode(row.body), row.body.encode(), row.previous, row.hash)


def _seal(seq: int, previous: str, entry: entries.Entry) -> Stored:
    body = entries.encode(entry)
    return Stored(seq, entry, body, previous, chain.link(previous, body))


def _columns(game: Game) -> dict[str, Any]:
    """What the accepting statement and the ticker read of a game."""
    shown = game.shown if game.phase == "question" else None
    return {
        "seq": game.seq,
        "phase": game.phase,
        "locked": game.locked,
        "paused": game.paused,
        "started_at": game.started_at,
        "ended_at": game.ended_at,
        "version": game.version,
        "kicked": len(game.kicked),
        "question_id": None if shown is None else shown.question_id,
        "opens_at": None if shown is None else shown.opens_at,
        "closes_at": None if shown is None else shown.closes_at,
        "due_at": decide.due_at(game),
        "host_command_at": game.host_at,
    }


async def _keep_rows_in_step(session: AsyncSession, before: Game, after: Game, stored: Stored) -> None:
    """What an entry changes beside the game's own row."""
    players, entry = models.players, stored.entry
    match entry:
        case entries.QuestionExtended(player_ids=tuple(named)):
            extra = after.shown.extra if after.shown is not None else {}
            for player_id in named:
                query = update(players).where(players.c.id == player_id, players.c.game_id == before.game_id)
                values = {"extended": entry.question_id, "extra_ms": extra.get(player_id, 0)}
                await session.execute(query.values(values))
        case entries.PlayerKicked():
            mine = (players.c.id == entry.player_id) & (players.c.game_id == before.game_id)
            if entry.ban:
                await _ban(session, before.game_id, (await session.execute(select(players).where(mine))).one())
            await session.execute(update(players).where(mine).values(kicked_seq=stored.seq, nickname_key=None))
        case entries.HostKeyRotated():
            game = models.games.c.id == before.game_id
            await session.execute(update(models.games).where(game).values(host_key_seq=stored.seq))
        case entries.GameEnded():
            pin = models.pins.c.game_id == before.game_id
            await session.execute(update(models.pins).where(pin).values(free_at=entry.at + PIN_REST_MS))


async def _ban(session: AsyncSession, game_id: str, player: Any) -> None:
    """Refuse the player's device, account and nickname in this game from now on."""
    table = models.bans
    for kind, value in (("device", player.device), ("user", player.user_id), ("nickname", player.nickname_key)):
        if value is None:
            continue
        row = {"game_id": game_id, "kind": kind, "value": value}
        await session.execute(delete(table).where(*(table.c[name] == held for name, held in row.items())))
        await session.execute(insert(table).values(row))


async def _take_pin(session: AsyncSession, pin: str, game_id: str, now: int) -> bool:
    """Whether the PIN is now this game's: it was never used, or its game ended long enough ago."""
    table = models.pins
    query = update(table).where(table.c.pin == pin, table.c.free_at <= now).values(game_id=game_id, free_at=None)
    if found(await session.execute(query)) == 1:
        return True
    if (await session.execute(select(table.c.pin).where(table.c.pin == pin))).first() is not None:
        return False
    await session.execute(insert(table).values(pin=pin, game_id=game_id, free_at=None))
    return True


async def _known(session: AsyncSession, op: Op) -> bool:
    table = models.ops
    query = select(table.c.op_id).where(table.c.scope == op.scope, table.c.op_id == op.op_id)
    return (await session.execute(query)).first() is not None


async def _keep(session: AsyncSession, op: Op | None, scope: str, now: int) -> None:
    if op is not None:
        row = {"scope": scope, "op_id": op.op_id, "outcome": op.outcome, "made_at": now}
        await session.execute(insert(models.ops).values(row))
