"""Players and their stored answers: rows of their own, so that a full room has no hot counter in the log.

A join and an entry of the same game change the same row, so it is always known which came first: an entry that
publishes a board is refused while it has not seen everyone who joined before, and nobody joins while a gate is shut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, literal, or_, select, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.db import Database, found, retrying
from edkit.errors import Conflict, Forbidden
from game_server import models
from game_server.rules.rows import AnswerRow, Choice, PlayerRow, Rows

_PLAYERS, _ANSWERS = models.players, models.answers


@dataclass(frozen=True)
class Newcomer:
    """Somebody at the door. `join_id` is the client's; the same again is the same player."""

    player_id: str
    join_id: str
    nickname: str
    nickname_key: str
    team: str | None
    identifier: str | None
    user_id: str | None
    device: str | None


@dataclass(frozen=True)
class Seat:
    """A stored player, and whether they were kicked."""

    game_id: str
    player: PlayerRow
    kicked: bool


class MovedOn(Exception):
    """The game is no longer where it was when the newcomer was admitted, or is just closing a question: look again."""


class _InAlready(Exception):
    """The newcomer has a seat: undo what was begun."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat


class Roster:
    """Players and answers of all games."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def join(self, game_id: str, seq: int, newcomer: Newcomer, now: int) -> Seat:
        """The newcomer's seat, stored, while the game stands at `seq`; raises `MovedOn` when it does not.

        Conflict `nickname_taken` when another player has the folded nickname; Forbidden `banned`. A player who was
        kicked and comes with the old `join_id` gets a new seat.
        """
        for _ in range(3):
            try:
                return await retrying(lambda: self._join(game_id, seq, newcomer, now))
            except _InAlready as known:
                return known.seat
            except IntegrityError:  # the same join at the same moment on another server, or the nickname
                continue
        raise _taken()

    async def seat(self, player_id: str) -> Seat | None:
        """One player."""
        rows = await self._database.rows(select(_PLAYERS).where(_PLAYERS.c.id == player_id))
        return _seat(rows[0]) if rows else None

    async def joined(self, game_id: str, join_id: str) -> Seat | None:
        """The player who came in with this `join_id`."""
        mine = (_PLAYERS.c.game_id == game_id) & (_PLAYERS.c.join_id == join_id)
        rows = await self._database.rows(select(_PLAYERS).where(mine))
        return _seat(rows[0]) if rows else None

    async def players(self, game_id: str) -> list[PlayerRow]:
        """All who ever joined, in order, those kicked included."""
        query = select(_PLAYERS).where(_PLAYERS.c.game_id == game_id).order_by(_PLAYERS.c.joined_at, _PLAYERS.c.id)
        return [_seat(row).player for row in await self._database.rows(query)]

    async def known(self, game_id: str, player_ids: Sequence[str]) -> frozenset[str]:
        """Of these ids, those of players of this game."""
        query = select(_PLAYERS.c.id).where(_PLAYERS.c.game_id == game_id, _PLAYERS.c.id.in_(player_ids))
        return frozenset(row.id for row in await self._database.rows(query))

    async def answers(self, game_id: str, question_ids: Sequence[str]) -> Rows:
        """The accepted answers to these questions, by question."""
        rows: dict[str, list[AnswerRow]] = {question_id: [] for question_id in question_ids}
        if not rows:
            return rows
        query = select(_ANSWERS).where(_ANSWERS.c.game_id == game_id, _ANSWERS.c.question_id.in_(question_ids))
        for row in await self._database.rows(query):
            rows[row.question_id].append(_answer(row))
        return rows

    async def answer(self, game_id: str, question_id: str, player_id: str) -> AnswerRow | None:
        """What this player answered to this question."""
        mine = (_ANSWERS.c.question_id == question_id) & (_ANSWERS.c.player_id == player_id)
        rows = await self._database.rows(select(_ANSWERS).where(_ANSWERS.c.game_id == game_id, mine))
        return _answer(rows[0]) if rows else None

    async def shut(self, question_id: str, player_id: str) -> None:
        """Freeze this player's answers to the question: none that is not there yet is stored any more."""
        await self._database.single(update(_PLAYERS).where(_PLAYERS.c.id == player_id).values(shut=question_id))

    async def _join(self, game_id: str, seq: int, newcomer: Newcomer, now: int) -> Seat:
        games = models.games
        async with self._database.write() as session:
            here = (games.c.id == game_id) & (games.c.seq == seq) & games.c.gate.is_(None)
            moved = await session.execute(update(games).where(here).values(joined=games.c.joined + 1))
            if found(moved) != 1:
                raise MovedOn
            # Only now, under the lock of the game's row, is it certain who is in.
            again = (_PLAYERS.c.game_id == game_id) & (_PLAYERS.c.join_id == newcomer.join_id)
            before = (await session.execute(select(_PLAYERS).where(again))).first()
            if before is not None and before.kicked_seq is None:
                raise _InAlready(_seat(before))
            if before is not None:  # kicked: the person may join anew
                await session.execute(update(_PLAYERS).where(again).values(join_id=before.id))
            await _check_name_and_bans(session, game_id, newcomer)
            values = {
                "id": newcomer.player_id,
                "game_id": game_id,
                "nickname": newcomer.nickname,
                "nickname_key": newcomer.nickname_key,
                "join_id": newcomer.join_id,
                "team": newcomer.team,
                "identifier": newcomer.identifier,
                "user_id": newcomer.user_id,
                "device": newcomer.device,
                "joined_at": now,
                "joined_seq": seq,
                "extra_ms": 0,
            }
            await session.execute(insert(_PLAYERS).values(values))
        player = PlayerRow(
            player_id=newcomer.player_id,
            nickname=newcomer.nickname,
            joined_seq=seq,
            joined_at=now,
            team=newcomer.team,
            user_id=newcomer.user_id,
            identifier=newcomer.identifier,
        )
        return Seat(game_id, player, kicked=False)


async def _check_name_and_bans(session: AsyncSession, game_id: str, newcomer: Newcomer) -> None:
    bans, key = models.bans, newcomer.nickname_key
    marks = [("device", newcomer.device), ("user", newcomer.user_id), ("nickname", key)]
    matches = [(bans.c.kind == kind) & (bans.c.value == value) for kind, value in marks if value is not None]
    banned = select(literal("banned")).where(bans.c.game_id == game_id, or_(*matches))
    taken = select(literal("taken")).where(_PLAYERS.c.game_id == game_id, _PLAYERS.c.nickname_key == key)
    against = set((await session.execute(union(banned, taken))).scalars())
    if "banned" in against:
        raise Forbidden("The host has closed this game to you. Ask them if you think this is a mistake.", code="banned")
    if against:
        raise _taken()


def _taken() -> Conflict:
    return Conflict("Somebody in this game already has that name. Choose another one.", code="nickname_taken")


def _seat(row: Any) -> Seat:
    player = PlayerRow(
        player_id=row.id,
        nickname=row.nickname,
        joined_seq=row.joined_seq,
        joined_at=row.joined_at,
        team=row.team,
        user_id=row.user_id,
        identifier=row.identifier,
    )
    return Seat(row.game_id, player, row.kicked_seq is not None)


def _answer(row: Any) -> AnswerRow:
    choice = Choice.of(row.choice)
    return AnswerRow(
        question_id=row.question_id,
        player_id=row.player_id,
        answer_id=row.answer_id,
        choice=choice,
        seq=row.seq,
        received_at=row.received_at,
        received_ms=row.received_ms,
        credit_ms=row.credit_ms,
    )
