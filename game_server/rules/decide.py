"""What a host's command, or the passing of time, does to a game: the table phase x command of SPEC.md.

`decide` and `decide_due` say what to do; `write` says it in entries once the rows are read that it takes. Nothing here
knows `op_id`: storage looks it up before (its first outcome is the answer) and keeps the outcome in the transaction that
appends, so a command that came twice was decided once.
"""

from dataclasses import dataclass

from edkit.contracts import games as wire
from game_server.rules.entries import By, CloseReason, EndReason, Entry, Key
from game_server.rules.game import Game

Command = (
    wire.StartGame
    | wire.NextQuestion
    | wire.CloseQuestion
    | wire.EndGame
    | wire.PauseGame
    | wire.UnpauseGame
    | wire.ExtendQuestion
    | wire.LockGame
    | wire.KickPlayer
    | wire.RegradeQuestion
    | wire.RotateHostKey
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the log does not hold and a command needs.

    `known`: of the player ids that the command names, those that have a row in this game. `host_key_sha256`: the hash of
    the new key, for `RotateHostKey`.
    """

    known: frozenset[str] = frozenset()
    host_key_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who takes part in the open question right now, counted in SQL.

    A player counts from joining until 10 s after the last connection ended, and not when kicked. `answered`: those who
    count and have an accepted answer. `waiting_extra`: those who count, have more time than the class, and no answer yet.
    """

    counted: int
    answered: int
    waiting_extra: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not done, nothing changed. `message` says what to do."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Stale:
    """Nothing to do: answered `ok` with the present state."""


@dataclass(frozen=True, slots=True)
class Put:
    """Append this entry as it stands."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Open:
    """Open the question of this index; a pause ends first."""

    index: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close the open question."""

    reason: CloseReason


@dataclass(frozen=True, slots=True)
class Regrade:
    """Put this key in force and fold all scores anew."""

    question_id: str
    key: Key


@dataclass(frozen=True, slots=True)
class End:
    """End the game; a pause ends first."""

    reason: EndReason


Step = Put | Open | Close | Regrade | End


@dataclass(frozen=True, slots=True)
class Plan:
    """What to append, in one transaction, after `game.seq`.

    In this order: if `gate` names a question, shut its gate by compare-and-set on `game.seq`; read all players if
    `roster`, and all answer rows of the questions in `rows`; call `match.write`; append. If the game moved on meanwhile,
    follow the log and decide again.
    """

    steps: tuple[Step, ...]
    now: int
    by: By
    gate: str | None = None
    rows: tuple[str, ...] = ()
    roster: bool = False


def decide(game: Game, command: Command, now: int, facts: Facts) -> Plan | Stale | Refusal:
    """What a host's command does at `now`. Authority was checked before: the command comes from a host of this game.

    If the gate of the open question is already shut, settle that first with `settle`, then decide.
    """
    raise NotImplementedError


def decide_due(game: Game, now: int, attendance: Attendance | None) -> Plan | None:
    """What is due at `now` without any command, if anything.

    Closing at the deadline and its grace or because all have answered, the next question after `auto_advance_ms`, the end
    of a forgotten game. `attendance` is read for an open question (without it only time counts).
    """
    raise NotImplementedError


def settle(game: Game, now: int) -> Plan | None:
    """The closing of the open question whose gate someone shut and left; nothing when no question is open."""
    raise NotImplementedError


def due_at(game: Game) -> int | None:
    """The next instant at which `decide_due` may find something; none once ended.

    It may lie in the past while a player with extra time is waited for: then ask `decide_due` each second.
    """
    raise NotImplementedError
