"""What a host's command, or the passing of time, does to a game: the table phase x command of SPEC.md.

`decide` and `decide_due` say what to do; `match.write` says it in entries once the rows are read that it takes. Nothing
here knows `op_id`: storage looks it up before (its first outcome is the answer) and keeps the outcome in the
transaction that appends, so a command that came twice was decided once.
"""

from dataclasses import dataclass

from edkit.contracts import games as wire
from game_server.rules import entries
from game_server.rules.entries import By, CloseReason, EndReason, Entry, Key
from game_server.rules.game import GRACE_MS, IDLE_MS, Game
from game_server.rules.refusal import NOT_STARTED, TIME_IS_UP, UNKNOWN_PLAYER, Refusal
from game_server.rules.regrade import new_key

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

    `known`: of the player ids that the command names, those that have a row in this game. `host_key_sha256`: the hash
    of the new key, for `RotateHostKey`.
    """

    known: frozenset[str] = frozenset()
    host_key_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who takes part in the open question right now, counted in SQL.

    A player counts from joining until 10 s after the last connection ended, and not when kicked. `answered`: those who
    count and have an accepted answer. `waiting_extra`: those who count, have more time than the class, and have not
    answered yet.
    """

    counted: int
    answered: int
    waiting_extra: int = 0


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
    `roster`, and all answer rows of the questions in `rows`; call `match.write`; append. If the game moved on
    meanwhile, follow the log and decide again.
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
    if command.seq is not None and command.seq != game.seq:
        return Stale()
    match command:
        case wire.StartGame():
            return _start(game, now)
        case wire.NextQuestion():
            return _next(game, now)
        case wire.CloseQuestion():
            return _close(game, now)
        case wire.EndGame():
            return Stale() if game.phase == "ended" else _plan(game, now, "host", *_ending(game, "host"))
        case wire.ExtendQuestion():
            return _extend(game, command, now, facts)
        case wire.RegradeQuestion():
            return _regrade(game, command, now)
        case wire.RotateHostKey():
            entry = entries.HostKeyRotated(at=now, by="host", host_key_sha256=facts.host_key_sha256)
            return _plan(game, now, "host", Put(entry))
        case _:
            return _flag(game, command, now, facts)


def _start(game: Game, now: int) -> Plan | Stale:
    if game.phase != "lobby":
        return Stale()
    return _plan(game, now, "host", Put(entries.GameStarted(at=now, by="host")), Open(0))


def _next(game: Game, now: int) -> Plan | Stale | Refusal:
    match game.phase:
        case "lobby":
            return NOT_STARTED
        case "question" if game.open_question is not None and game.open_question.type == "slide":
            return _plan(game, now, "host", Close("host"), _onward(game))
        case "question":
            return _plan(game, now, "host", Close("host"))
        case "result":
            return _plan(game, now, "host", _onward(game))
        case "ended":
            return Stale()


def _close(game: Game, now: int) -> Plan | Stale | Refusal:
    if game.phase == "lobby":
        return NOT_STARTED
    return _plan(game, now, "host", Close("host")) if game.phase == "question" else Stale()


def _extend(game: Game, command: wire.ExtendQuestion, now: int, facts: Facts) -> Plan | Refusal:
    if game.phase == "lobby":
        return NOT_STARTED
    shown = game.shown
    if game.phase != "question" or shown is None:
        return TIME_IS_UP
    if not facts.known.issuperset(command.player_ids or ()) or game.kicked.intersection(command.player_ids or ()):
        return UNKNOWN_PLAYER
    deadlines = [shown.deadline(player) for player in command.player_ids or ()] or [shown.closes_at]
    if game.running_time(now) > min(deadlines):
        return TIME_IS_UP
    named = None if command.player_ids is None else tuple(dict.fromkeys(command.player_ids))
    entry = entries.QuestionExtended(at=now, by="host", question_id=shown.question_id, ms=command.ms, player_ids=named)
    return _plan(game, now, "host", Put(entry))


def _regrade(game: Game, command: wire.RegradeQuestion, now: int) -> Plan | Stale | Refusal:
    question = game.question(command.question_id)
    if game.phase == "lobby":
        return NOT_STARTED
    if question is None:
        return Refusal("unknown_question", "This game has no such question. Reload the page and choose it again.")
    if question.id not in game.closed:
        return Refusal("not_closed", "Only a closed question can be regraded. Close it first.")
    key = new_key(question, game.keys[question.id], command)
    if isinstance(key, Refusal):
        return key
    return Stale() if key == game.keys[question.id] else _plan(game, now, "host", Regrade(question.id, key))


def _flag(
    game: Game, command: wire.PauseGame | wire.UnpauseGame | wire.LockGame | wire.KickPlayer, now: int, facts: Facts
) -> Plan | Stale | Refusal:
    """The commands that change no phase: stale once ended, and stale where they would change nothing."""
    if game.phase == "ended":
        return Stale()
    entry: Entry
    match command:
        case wire.PauseGame():
            if game.paused:
                return Stale()
            entry = entries.GamePaused(at=now, by="host", reason=command.reason or None)
        case wire.UnpauseGame():
            if not game.paused:
                return Stale()
            entry = entries.GameUnpaused(at=now, by="host")
        case wire.LockGame():
            if game.locked == command.locked:
                return Stale()
            entry = entries.GameLocked(at=now, by="host", locked=command.locked)
        case wire.KickPlayer():
            if command.player_id not in facts.known:
                return UNKNOWN_PLAYER
            if command.player_id in game.kicked:
                return Stale()
            entry = entries.PlayerKicked(at=now, by="host", player_id=command.player_id, ban=command.ban)
    return _plan(game, now, "host", Put(entry))


def decide_due(game: Game, now: int, attendance: Attendance | None) -> Plan | None:
    """What is due at `now` without any command, if anything.

    Closing at the deadline and its grace or because all have answered, the next question after `auto_advance_ms`, the
    end of a forgotten game. `attendance` is read for an open question (without it only time counts).
    """
    if game.phase == "ended":
        return None
    if now >= game.host_at + IDLE_MS:
        return _plan(game, now, "clock", *_ending(game, "idle"))
    if game.paused:
        return None
    if game.phase == "question":
        reason = _closing_due(game, now, attendance)
        return None if reason is None else _plan(game, now, "clock", Close(reason))
    if game.advance_at is not None and now >= game.advance_at:
        return _plan(game, now, "clock", _onward(game))
    return None


def _closing_due(game: Game, now: int, attendance: Attendance | None) -> CloseReason | None:
    shown, question = game.shown, game.open_question
    if shown is None or question is None or now < shown.opens_at:
        return None
    if now >= shown.last_deadline + GRACE_MS:
        return "deadline"
    if attendance is None or question.type == "slide":
        return None
    if now >= shown.closes_at + GRACE_MS and attendance.waiting_extra == 0:
        return "deadline"
    return "answered" if 0 < attendance.counted <= attendance.answered else None


def settle(game: Game, now: int) -> Plan | None:
    """The closing of the open question whose gate someone shut and left; nothing when no question is open."""
    return _plan(game, now, "clock", Close("recovered")) if game.phase == "question" else None


def due_at(game: Game) -> int | None:
    """The next instant at which `decide_due` may find something; none once ended.

    It may lie in the past while a player with extra time is waited for: then ask `decide_due` each second.
    """
    if game.phase == "ended":
        return None
    idle = game.host_at + IDLE_MS
    if game.paused:
        return idle
    if game.phase == "question" and game.shown is not None:
        return min(idle, game.shown.closes_at + GRACE_MS)
    return idle if game.advance_at is None else min(idle, game.advance_at)


def _onward(game: Game) -> Step:
    return End("last_question") if game.is_last or game.shown is None else Open(game.shown.index + 1)


def _ending(game: Game, reason: EndReason) -> tuple[Step, ...]:
    return (Close("ended"), End(reason)) if game.phase == "question" else (End(reason),)


def _plan(game: Game, now: int, by: By, *steps: Step) -> Plan:
    """The plan of these steps with what they must read."""
    gate = game.shown.question_id if game.shown and any(isinstance(step, Close) for step in steps) else None
    regrades = any(isinstance(step, Regrade) for step in steps)
    rows = tuple(game.closed) if regrades else () if gate is None else (gate,)
    roster = any(isinstance(step, Close | Regrade | End) for step in steps)
    return Plan(steps, now, by, gate, rows, roster)
