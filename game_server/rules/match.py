"""A game with its scoreboard, moved on entry by entry. This is what a server holds of each game it follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from game_server.rules.board import Board
from game_server.rules.decide import Plan
from game_server.rules.entries import Entry, GameCreated
from game_server.rules.game import Game
from game_server.rules.rows import PlayerRow, Rows


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
    raise NotImplementedError


def needs(game: Game, entry: Entry) -> Needs:
    """What to read before `advance(match, entry, ...)`, `game` being the one before the entry."""
    raise NotImplementedError


def advance(match: Match, entry: Entry, players: Sequence[PlayerRow] = (), rows: Rows | None = None) -> Match:
    """The match after one more entry. `players` may hold more than had joined by then, in any order."""
    raise NotImplementedError


def write(match: Match, plan: Plan, players: Sequence[PlayerRow] = (), rows: Rows | None = None) -> tuple[Entry, ...]:
    """The plan as entries to append after `match.game.seq`, in this order, all or none."""
    raise NotImplementedError
