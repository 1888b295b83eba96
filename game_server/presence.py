"""Who is here: connections as rows, written in groups, and a heartbeat by which a dead server is known.

A player counts from joining until 10 s after the last connection ended. The connections of a server that has not beaten
for 3 s ended with its last beat.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, literal, null, select, update
from sqlalchemy.sql import ColumnElement

from edkit import log
from edkit.db import Database
from game_server import models
from game_server.gametime import GameTime
from game_server.rules.decide import Attendance

logger = log.get(__name__)

DEAD_AFTER_MS = 3_000
COUNTS_FOR_MS = 10_000
FORGET_AFTER_MS = 60_000
SETTLE_MS = 2_000
"""Who could not beat for long waits so long for the others: they could not, either, if it was for the database."""
RTT_BEATS = 5
"""Round trips are stored with every so-manieth beat: they come all the time, and nobody waits for them."""

_C, _S, _P, _A, _G = models.connections, models.servers, models.players, models.answers, models.games


@dataclass(frozen=True)
class Present:
    """A player as the host's list shows them."""

    player_id: str
    nickname: str
    team: str | None
    connected: bool
    rtt_ms: int | None


class Presence:
    """The connections of this server, and the presence of everybody. `changed` is told games after each commit."""

    def __init__(self, database: Database, time: GameTime, server_id: str, changed: Callable[[set[str]], None]) -> None:
        self._database, self._time, self._server_id, self._changed = database, time, server_id, changed
        self._mine: dict[str, dict[str, Any]] = {}
        self._opened: dict[str, dict[str, Any]] = {}
        self._ended: dict[str, tuple[str, int]] = {}
        self._rtts: dict[str, tuple[str, int]] = {}
        self._writer: asyncio.Task[None] | None = None
        self._unsure = False
        self._beats = 0
        self._beaten_at: int | None = None
        self._trusted_at = 0

    @property
    def trusted(self) -> bool:
        """Whether those seem to be away only who are: every server has had time to say that it lives."""
        return self._time.now() >= self._trusted_at

    def opened(self, connection_id: str, game_id: str, player_id: str) -> None:
        """A socket now speaks for this player."""
        row = {"id": connection_id, "game_id": game_id, "player_id": player_id, "server_id": self._server_id}
        self._mine[connection_id] = self._opened[connection_id] = {**row, "ended_at": None, "rtt_ms": None}
        self._write_soon()

    def ended(self, connection_id: str, game_id: str) -> None:
        """It no longer does."""
        self._mine.pop(connection_id, None)
        self._ended[connection_id] = (game_id, self._time.now())
        self._write_soon()

    def measured(self, connection_id: str, game_id: str, rtt_ms: int) -> None:
        """Its round trip; stored within seconds, and news for nobody."""
        self._rtts[connection_id] = (game_id, rtt_ms)

    async def beat(self) -> None:
        """Say that this server lives, and store what was measured. Once a second.

        A server that stood still for so long that it was forgotten brings its connections back.
        """
        now = self._time.now()
        self._beats += 1
        try:
            await self._say_so(now)
        except Exception:
            self._trusted_at = self._time.now() + SETTLE_MS
            raise
        if self._beaten_at is not None and now - self._beaten_at > DEAD_AFTER_MS:
            self._trusted_at = now + SETTLE_MS
        self._beaten_at = now
        if self._opened or self._ended or (self._rtts and self._beats % RTT_BEATS == 0):
            self._write_soon()

    async def _say_so(self, now: int) -> None:
        if await self._database.single(update(_S).where(_S.c.id == self._server_id).values(beat_at=now)) == 0:
            await self._database.single(insert(_S).values(id=self._server_id, beat_at=now))
            await self.flush()
            await self._database.single(delete(_C).where(_C.c.server_id == self._server_id))
            self._opened.update(self._mine)

    async def sweep(self) -> None:
        """Forget connections that ended long ago and servers long dead."""
        old = self._time.now() - FORGET_AFTER_MS
        async with self._database.write() as session:
            dead = select(_S.c.id).where(_S.c.beat_at < old)
            await session.execute(delete(_C).where(_C.c.server_id.in_(dead) | (_C.c.ended_at < old)))
            await session.execute(delete(_S).where(_S.c.beat_at < old))

    async def leave(self) -> None:
        """End every connection of this server. What cannot be stored now ends with the last beat."""
        for connection_id, row in list(self._mine.items()):
            self.ended(connection_id, row["game_id"])
        await self.flush()

    async def flush(self) -> None:
        """Wait until everything told so far is stored."""
        if self._writer is not None:
            await self._writer

    async def present(self, game_id: str) -> list[Present]:
        """All players of the game but those kicked, in the order they joined."""
        now = self._time.now()
        last = _last_seen(now)
        query = (
            select(
                _P.c.id, _P.c.nickname, _P.c.team, func.max(last).label("seen"), func.min(_live_rtt(now)).label("rtt")
            )
            .select_from(_P.outerjoin(_C, _C.c.player_id == _P.c.id).outerjoin(_S, _S.c.id == _C.c.server_id))
            .where(_P.c.game_id == game_id, _P.c.kicked_seq.is_(None))
            .group_by(_P.c.id, _P.c.nickname, _P.c.team, _P.c.joined_at)
            .order_by(_P.c.joined_at, _P.c.id)
        )
        rows = await self._database.rows(query)
        return [Present(row.id, row.nickname, row.team, row.seen == now, row.rtt) for row in rows]

    async def populations(self, game_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Of these games, how many connections are open, and how many of them on servers that live."""
        alive = case((_S.c.beat_at >= self._time.now() - DEAD_AFTER_MS, 1), else_=0)
        query = (
            select(_C.c.game_id, func.count(), func.sum(alive))
            .select_from(_C.outerjoin(_S, _S.c.id == _C.c.server_id))
            .where(_C.c.game_id.in_(game_ids), _C.c.ended_at.is_(None))
            .group_by(_C.c.game_id)
        )
        return {game: (opened, int(living)) for game, opened, living in await self._database.rows(query)}

    async def attendance(self, game_ids: Sequence[str]) -> dict[str, tuple[str, Attendance]]:
        """Of these games, those with an open question: which it is, and who takes part in it right now."""
        now = self._time.now()
        seen = select(_C.c.id).select_from(_C.outerjoin(_S, _S.c.id == _C.c.server_id))
        seen = seen.where(_C.c.player_id == _P.c.id, _last_seen(now) > now - COUNTS_FOR_MS)
        counts = (_P.c.id.is_not(None)) & ((_P.c.joined_at > now - COUNTS_FOR_MS) | seen.exists())
        waiting = counts & _A.c.player_id.is_(None) & (_P.c.extended == _G.c.question_id) & (_P.c.extra_ms > 0)
        theirs = (_A.c.game_id == _G.c.id) & (_A.c.question_id == _G.c.question_id) & (_A.c.player_id == _P.c.id)
        query = (
            select(
                _G.c.id,
                _G.c.question_id,
                func.sum(case((counts, 1), else_=0)),
                func.sum(case((counts & _A.c.player_id.is_not(None), 1), else_=0)),
                func.sum(case((waiting, 1), else_=0)),
            )
            .select_from(_G.outerjoin(_P, (_P.c.game_id == _G.c.id) & _P.c.kicked_seq.is_(None)).outerjoin(_A, theirs))
            .where(_G.c.id.in_(game_ids), _G.c.question_id.is_not(None))
            .group_by(_G.c.id, _G.c.question_id)
        )
        rows = await self._database.rows(query)
        return {
            game: (question, Attendance(int(counted), int(answered), int(extra)))
            for game, question, counted, answered, extra in rows
        }

    def _write_soon(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """One transaction at a time takes all that was told meanwhile."""
        while self._opened or self._ended or self._rtts:
            opened, self._opened = self._opened, {}
            ended, self._ended = self._ended, {}
            rtts, self._rtts = self._rtts, {}
            try:
                async with self._database.write() as session:
                    if self._unsure:  # the commit before may have happened after all
                        await session.execute(delete(_C).where(_C.c.id.in_(list(opened))))
                    if opened:
                        await session.execute(insert(_C), list(opened.values()))
                    if ended:
                        query = update(_C).where(_C.c.id == bindparam("which")).values(ended_at=bindparam("at"))
                        rows = [{"which": key, "at": at} for key, (_, at) in ended.items()]
                        await (await session.connection()).execute(query, rows)
                    if rtts:
                        query = update(_C).where(_C.c.id == bindparam("which")).values(rtt_ms=bindparam("rtt"))
                        measured = [{"which": key, "rtt": rtt} for key, (_, rtt) in rtts.items()]
                        await (await session.connection()).execute(query, measured)
            except Exception:
                logger.exception("presence_not_stored")
                self._opened = {**opened, **self._opened}
                self._ended = {**ended, **self._ended}
                self._unsure = True
                return
            self._unsure = False
            if opened or ended:
                self._changed({row["game_id"] for row in opened.values()} | {game for game, _ in ended.values()})


def _last_seen(now: int) -> ColumnElement[int]:
    """When a connection was last alive; `now` if it is."""
    alive = case((_S.c.beat_at >= now - DEAD_AFTER_MS, literal(now)), else_=_S.c.beat_at)
    return func.coalesce(_C.c.ended_at, alive)


def _live_rtt(now: int) -> ColumnElement[int]:
    lives = _C.c.ended_at.is_(None) & (_S.c.beat_at >= now - DEAD_AFTER_MS)
    return case((lives, _C.c.rtt_ms), else_=null())
