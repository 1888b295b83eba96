"""A game with its scoreboard, moved on entry by entry. This is what a server holds of each game it follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from game_server.rules import answers, entries
from game_server.rules.board import Board, count, publish, recount, taking_part
from game_server.rules.chain import answers_hash
from game_server.rules.decide import Close, End, Open, Plan, Put, Regrade, Step
from game_server.rules.entries import Entry, GameCreated
from game_server.rules.game import Game, apply
from game_server.rules.game import begin as begin_game
from game_server.rules.rows import PlayerRow, Rows

_EMPTY = entries.Published(joined=0, top=(), teams=(), scores_hash="")


@dataclass(frozen=True, slots=True)
class Match:
    """A game and the board last published in it, both after `game.seq` entries."""

    game: Game
    board: Board


@dataclass(frozen=True, slots=True)
class Needs:
    """What `advance` must be given for an entry: the answer rows of these questions, and, if `roster`, all players."""

    rows: tuple[str, ...] = ()
    roster: bool = False


def begin(entry: GameCreated) -> Match:
    """The match after its first entry."""
    return Match(begin_game(entry), Board())


def needs(game: Game, entry: Entry) -> Needs:
    """What to read before `advance(match, entry, ...)`, `game` being the one before the entry."""
    match entry:
        case entries.QuestionClosed():
            return Needs((entry.question_id,), roster=True)
        case entries.QuestionRegraded():
            return Needs(tuple(game.closed), roster=True)
        case entries.GameEnded():
            return Needs(roster=True)
        case _:
            return Needs()


def advance(match: Match, entry: Entry, players: Sequence[PlayerRow] = (), rows: Rows | None = None) -> Match:
    """The match after one more entry. `players` may hold more than had joined by then, in any order."""
    game, board, rows = apply(match.game, entry), match.board, rows or {}
    if not isinstance(entry, entries.QuestionClosed | entries.QuestionRegraded | entries.GameEnded):
        return Match(game, board)
    there = taking_part(game, players, game.seq)
    match entry:
        case entries.QuestionClosed():
            board = count(replace(board, results={}), game, entry.question_id, rows.get(entry.question_id, ()), there)
        case entries.QuestionRegraded():
            shown = {game.shown.question_id} if game.shown is not None and game.phase == "result" else set()
            board = recount(board, game, rows, there, keep=frozenset(shown | {entry.question_id}))
    joined = sum(player.joined_seq < game.seq for player in players)
    return Match(game, publish(board, game, there, game.seq, joined))


def write(match: Match, plan: Plan, players: Sequence[PlayerRow] = (), rows: Rows | None = None) -> tuple[Entry, ...]:
    """The plan as entries to append after `match.game.seq`, in this order, all or none."""
    written: list[Entry] = []
    for step in plan.steps:
        for entry in _entries(match, step, plan, players, rows or {}):
            match = advance(match, entry, players, rows)
            written.append(_with_board(entry, match))
    return tuple(written)


def _entries(match: Match, step: Step, plan: Plan, players: Sequence[PlayerRow], rows: Rows) -> list[Entry]:
    """The entries of one step; a board that they publish is still to be filled in."""
    game, at, by = match.game, plan.now, plan.by
    lifted: list[Entry] = [entries.GameUnpaused(at=at, by=by)] if game.paused else []
    match step:
        case Put():
            return [step.entry]
        case Open():
            return [*lifted, _opening(game, step.index, plan)]
        case Close():
            return [_closing(game, step, plan, players, rows)]
        case Regrade():
            entry = entries.QuestionRegraded(at=at, by=by, question_id=step.question_id, key=step.key, board=_EMPTY)
            return [entry]
        case End():
            return [*lifted, entries.GameEnded(at=at, by=by, reason=step.reason, board=_EMPTY)]


def _opening(game: Game, index: int, plan: Plan) -> entries.QuestionOpened:
    question = game.questions[index]
    opens_at = plan.now + (0 if question.type == "slide" else game.settings.reading_ms)
    return entries.QuestionOpened(
        at=plan.now,
        by=plan.by,
        question_id=question.id,
        index=index,
        opens_at=opens_at,
        closes_at=opens_at + question.time_limit_ms,
    )


def _closing(game: Game, step: Close, plan: Plan, players: Sequence[PlayerRow], rows: Rows) -> entries.QuestionClosed:
    question = game.open_question
    if question is None:
        raise ValueError("no question is open")
    there = {player.player_id for player in taking_part(game, players, game.seq + 1)}
    frozen = rows[question.id]
    counted = [row.choice for row in frozen if row.player_id in there]
    whole, marks = answers_hash(frozen)
    return entries.QuestionClosed(
        at=plan.now,
        by=plan.by,
        question_id=question.id,
        reason=step.reason,
        counts=answers.counts(question, counted),
        answered=len(counted),
        of=len(there),
        rows=len(frozen),
        answers_hash=whole,
        marks=marks,
        board=_EMPTY,
    )


def _with_board(entry: Entry, match: Match) -> Entry:
    if isinstance(entry, entries.QuestionClosed | entries.QuestionRegraded | entries.GameEnded):
        published = match.board.published(match.game.settings.leaderboard_size)
        return entry.model_copy(update={"board": published})
    return entry
