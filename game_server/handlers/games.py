"""Finding, listing, reading and regrading games."""

from typing import Any

from sqlalchemy import and_, or_, select, update

from edkit.contracts.accounts import LoggedOut, UserErased
from edkit.contracts.common import Page
from edkit.contracts.game_messages import (
    FindGame,
    GameDetails,
    GameFound,
    GameLogPage,
    GameRegrade,
    GameSummary,
    GetGame,
    ListGames,
    LoggedAnswer,
    LoggedEntry,
    ReadGameLog,
    RegradeGame,
)
from edkit.errors import Invalid
from edkit.service import Context, Runtime
from game_server import models, server
from game_server.doors import UnknownPin
from game_server.follow import Followed, GameNotFound
from game_server.play import time_of
from game_server.rules import entries
from game_server.rules.chain import sorted_rows
from game_server.rules.rows import AnswerRow

_GAMES = models.games


async def find_game(cmd: FindGame, ctx: Context) -> GameFound:
    """What a person with the PIN may know before joining."""
    play = server.of(ctx.runtime).play
    row = await play.log.find(cmd.pin)
    if row is None or row.phase == "ended":
        raise UnknownPin
    settings = (await play.follower.get(row.id)).match.game.settings
    return GameFound(
        title=row.title,
        phase=row.phase,
        locked=row.locked,
        identifier_label=settings.identifier_label,
        teams=settings.teams,
        nickname_generator=settings.nickname_generator,
    )


async def list_games(cmd: ListGames, ctx: Context) -> Page[GameSummary]:
    """The actor's games, the newest first."""
    query = select(_GAMES).where(_GAMES.c.owner == ctx.actor.id)
    if cmd.query.cursor is not None:
        made, game_id = _cursor(cmd.query.cursor)
        older = _GAMES.c.created_at < made
        query = query.where(or_(older, and_(_GAMES.c.created_at == made, _GAMES.c.id < game_id)))
    for word in (cmd.query.q or "").split():
        query = query.where(_GAMES.c.title.icontains(word, autoescape=True))
    query = query.order_by(_GAMES.c.created_at.desc(), _GAMES.c.id.desc()).limit(cmd.query.limit + 1)
    rows = (await ctx.session.execute(query)).all()
    shown = rows[: cmd.query.limit]
    following = f"{shown[-1].created_at}.{shown[-1].id}" if len(rows) > len(shown) else None
    return Page(items=tuple(GameSummary(**_summary(row)) for row in shown), next_cursor=following)


async def get_game(cmd: GetGame, ctx: Context) -> GameDetails:
    """The actor's own game."""
    row = await _own(ctx, cmd.game_id)
    followed = await server.of(ctx.runtime).play.follower.get(cmd.game_id)
    return GameDetails(**_summary(row), settings=followed.match.game.settings)


async def read_game_log(cmd: ReadGameLog, ctx: Context) -> GameLogPage:
    """The log of the actor's own game; after each closing the answers that it counted."""
    await _own(ctx, cmd.game_id)
    play = server.of(ctx.runtime).play
    seq, skip = (1, 0) if cmd.cursor is None else _cursor(cmd.cursor)
    first, passed = int(seq), int(skip)
    lines: list[tuple[int, int, LoggedEntry | LoggedAnswer]] = []
    for stored in await play.log.since(cmd.game_id, first - 1):
        of_entry: list[LoggedEntry | LoggedAnswer] = [
            LoggedEntry(seq=stored.seq, body=stored.body.decode(), hash=stored.hash)
        ]
        if isinstance(stored.entry, entries.QuestionClosed):
            question_id = stored.entry.question_id
            rows = await play.roster.answers(cmd.game_id, [question_id])
            of_entry += [_logged(stored.seq, row) for row in sorted_rows(rows[question_id])]
        lines += [(stored.seq, place, line) for place, line in enumerate(of_entry)]
        if len(lines) > passed + cmd.limit:
            break
    page = lines[passed : passed + cmd.limit]
    more = lines[passed + cmd.limit :]
    following = f"{more[0][0]}.{more[0][1]}" if more else None
    return GameLogPage(items=tuple(line for _, _, line in page), next_cursor=following)


async def carry_out_regrade(cmd: RegradeGame, ctx: Context) -> GameRegrade:
    """Before the transaction, since a game's log has its own: the regrade, once for each message."""
    play = server.of(ctx.runtime).play
    followed = await play.follower.get(cmd.game_id)
    _check_owner(followed, ctx.actor.id)
    regrade = cmd.regrade
    if regrade.op_id is None:
        regrade = regrade.model_copy(update={"op_id": ctx.message_id})
    await play.follower.catch_up(followed)
    done = await play.command(followed, regrade)
    game = followed.match.game
    return GameRegrade(game_id=game.game_id, version=game.version, changes=done.changes or ())


async def regrade_game(_: RegradeGame, ctx: Context) -> GameRegrade:
    """What `carry_out_regrade` did."""
    done: GameRegrade = ctx.prepared
    return done


async def forget_user(event: UserErased, ctx: Context) -> None:
    """Take the person out of every game they played; the scores stay, nameless."""
    players = models.players
    mine = players.c.user_id == event.user_id
    nameless = {"user_id": None, "device": None, "identifier": None, "nickname": "-", "nickname_key": None}
    await ctx.session.execute(update(players).where(mine).values(nameless))


async def end_host_rights(notice: LoggedOut, runtime: Runtime) -> None:
    """A teacher's session ended: its sockets are hosts no more."""
    server.of(runtime).games.logged_out(notice.user_id, notice.session_id)


async def _own(ctx: Context, game_id: str) -> Any:
    query = select(_GAMES).where(_GAMES.c.id == game_id, _GAMES.c.owner == ctx.actor.id)
    row = (await ctx.session.execute(query)).first()
    if row is None:
        raise GameNotFound
    return row


def _check_owner(followed: Followed, user_id: str) -> None:
    if followed.match.game.owner_id != user_id:
        raise GameNotFound


def _cursor(cursor: str) -> tuple[int, str]:
    number, _, rest = cursor.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and rest):
        raise Invalid.on("cursor", "Use next_cursor of the page before, as it was.")
    return int(number), rest


def _summary(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "quiz_id": row.quiz_id,
        "title": row.title,
        "pin": None if row.phase == "ended" else row.pin,
        "phase": row.phase,
        "paused": row.paused,
        "locked": row.locked,
        "player_count": row.joined - row.kicked,
        "question_count": row.question_count,
        "created_at": time_of(row.created_at),
        "started_at": None if row.started_at is None else time_of(row.started_at),
        "ended_at": None if row.ended_at is None else time_of(row.ended_at),
        "version": row.version,
    }


def _logged(closed_seq: int, row: AnswerRow) -> LoggedAnswer:
    return LoggedAnswer(
        closed_seq=closed_seq,
        question_id=row.question_id,
        player_id=row.player_id,
        answer_id=row.answer_id,
        seq=row.seq,
        received_at=row.received_at,
        received_ms=row.received_ms,
        credit_ms=row.credit_ms,
        option_ids=row.choice.option_ids,
        text=row.choice.text,
        number=row.choice.number,
    )
