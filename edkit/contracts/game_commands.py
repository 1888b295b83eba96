"""The live game, what clients send: the settings of a game, the handshake, and the payload of every client event.

The whole protocol is in `games`.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from edkit.contracts.common import Id
from edkit.contracts.questions import AnswerText
from edkit.message import Frozen

Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Nickname = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
IdentifierLabel = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
TeamName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Wire(Frozen):
    """Anything that crosses the socket. Unknown fields from outside are refused."""

    def wire(self) -> dict[str, Any]:
        """As JSON values, without the fields that hold nothing."""
        return self.model_dump(mode="json", exclude_none=True)

    def wire_bytes(self) -> bytes:
        """`wire()` as JSON bytes, for packets encoded once and written to many sockets."""
        return self.model_dump_json(exclude_none=True).encode()


class GameSettings(Wire):
    """How one game is played; frozen at its creation.

    `scoring`: speed and share (`kahoot`), share alone (`accuracy`), no points (`survey`). `teams` are the names that a
    player may choose from. `show_leaderboard: false` sends nobody a ranking. `leaderboard_size` is the length of every
    leaderboard. `question_on_phone: false` keeps texts and pictures on the projector. `reading_ms` lies between
    announcing a question and opening it. `auto_advance_ms` after a closing the next question opens by itself.
    """

    scoring: Literal["kahoot", "accuracy", "survey"] = "kahoot"
    streak_bonus: bool = False
    late_join: bool = True
    shuffle_options: bool = True
    nickname_filter: bool = True
    nickname_generator: bool = False
    identifier_label: IdentifierLabel | None = None
    teams: tuple[TeamName, ...] | None = Field(default=None, min_length=2, max_length=20)
    show_leaderboard: bool = True
    leaderboard_size: int = Field(default=5, ge=1, le=100)
    question_on_phone: bool = True
    reading_ms: int = Field(default=3000, ge=0, le=60_000)
    auto_advance_ms: int | None = Field(default=None, ge=100, le=600_000)
    latency_credit_ms_max: int = Field(default=250, ge=0, le=250)


class Handshake(Wire):
    """`auth` of the connection. No token: may only join as a player. With `resume` the server answers with `state`."""

    token: Secret | None = None
    resume: Secret | None = None
    device: Annotated[str, StringConstraints(max_length=100)] | None = None


class CreateGame(Wire):
    """A teacher opens a lobby over the quiz as it stands now."""

    event: ClassVar[str] = "create_game"
    quiz_id: Id
    settings: GameSettings = GameSettings()
    op_id: Id | None = None


class JoinGame(Wire):
    """Anyone comes in. `join_id` is the client's UUID: the same again is the same player.

    `nickname` may be empty only where the game makes the names; `identifier` is asked for by `identifier_label`.
    """

    event: ClassVar[str] = "join_game"
    pin: Pin
    nickname: Nickname = ""
    join_id: Id | None = None
    identifier: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None = None
    team: TeamName | None = None


class ResumeGame(Wire):
    """`resume_token` (player), or `game_id` with `host_key`, or `game_id` alone with the owner's access token."""

    event: ClassVar[str] = "resume_game"
    resume_token: Secret | None = None
    game_id: Id | None = None
    host_key: Secret | None = None


class SyncGame(Wire):
    """Asks for the snapshot, having seen a hole in `seq` or nothing for too long."""

    event: ClassVar[str] = "sync_game"
    last_seq: int | None = Field(default=None, ge=0)


class ProbeClock(Wire):
    """Asks the server's clock, for the client's own display."""

    event: ClassVar[str] = "probe_clock"
    t0: float


class SubmitAnswer(Wire):
    """One player's answer to the open question: exactly one of `option_ids`, `text`, `number`.

    An `answer_id` belongs to one player and one question; repeat it until a receipt comes. `elapsed_ms` is the client's
    own account and never scores.
    """

    event: ClassVar[str] = "submit_answer"
    answer_id: Id
    question_id: Id
    option_ids: tuple[Id, ...] | None = Field(default=None, max_length=10)
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    number: Number | None = None
    elapsed_ms: Number | None = None


class HostCommand(Wire):
    """`seq` that is no longer the game's makes it stale; an `op_id` seen before returns its first outcome."""

    op_id: Id | None = None
    seq: int | None = Field(default=None, ge=0)


class StartGame(HostCommand):
    event: ClassVar[str] = "start_game"


class NextQuestion(HostCommand):
    event: ClassVar[str] = "next_question"


class CloseQuestion(HostCommand):
    event: ClassVar[str] = "close_question"


class EndGame(HostCommand):
    event: ClassVar[str] = "end_game"


class PauseGame(HostCommand):
    event: ClassVar[str] = "pause_game"
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None


class UnpauseGame(HostCommand):
    event: ClassVar[str] = "unpause_game"


class ExtendQuestion(HostCommand):
    """More time for the open question: for everyone, or for the players named."""

    event: ClassVar[str] = "extend_question"
    ms: int = Field(ge=1, le=600_000)
    player_ids: tuple[Id, ...] | None = Field(default=None, min_length=1, max_length=500)


class LockGame(HostCommand):
    event: ClassVar[str] = "lock_game"
    locked: bool


class KickPlayer(HostCommand):
    event: ClassVar[str] = "kick_player"
    player_id: Id
    ban: bool = False


class RegradeQuestion(HostCommand):
    """A new key for a closed question: exactly one of the five fields that fits its type.

    `accepted` is the whole new list. `void: true` takes the question out of all scores; `void: false` puts it back.
    """

    event: ClassVar[str] = "regrade_question"
    question_id: Id
    correct_option_ids: tuple[Id, ...] | None = Field(default=None, min_length=1, max_length=10)
    accepted: tuple[AnswerText, ...] | None = Field(default=None, min_length=1, max_length=50)
    number: Number | None = None
    order_ids: tuple[Id, ...] | None = Field(default=None, min_length=2, max_length=10)
    void: bool | None = None


class RotateHostKey(HostCommand):
    """The owner makes every earlier host key worthless."""

    event: ClassVar[str] = "rotate_host_key"
