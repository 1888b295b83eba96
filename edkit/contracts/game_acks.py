"""The live game, how each client event is acknowledged. The whole protocol is in `games`."""

from typing import Literal

from edkit.contracts.game_commands import Wire
from edkit.contracts.game_events import Receipt, ScoreChange, State

GameRole = Literal["host", "player"]


class RefusalData(Wire):
    code: str
    message: str
    retry_after_ms: int | None = None


class Refused(Wire):
    """Not processed; nothing changed."""

    ok: Literal[False] = False
    error: RefusalData


class Done(Wire):
    ok: Literal[True] = True


class GameCreated(Done):
    game_id: str
    pin: str
    host_key: str
    state: State


class GameJoined(Done):
    player_id: str
    resume_token: str
    state: State


class GameResumed(Done):
    role: GameRole
    state: State


class GameSynced(Done):
    state: State


class ClockProbed(Done):
    t0: float
    t1: float
    t2: float


class AnswerReceived(Done, Receipt):
    """The receipt."""


class CommandDone(Done):
    """The state after the command, or the present one if it was stale. `changes` answer a regrade."""

    state: State
    changes: tuple[ScoreChange, ...] | None = None


class HostKeyRotated(Done):
    host_key: str


class Acknowledged(Done):
    """A client's answer to `probe`; carries nothing."""
