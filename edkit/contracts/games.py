"""The live game on the wire, namespace `/games`: what browsers send, how each event is acknowledged, what servers send.

Every duration is in milliseconds counted from sending. Optional fields are left out when they hold nothing (`wire()`).
`CLIENT_EVENTS` and `SERVER_EVENTS` at the end are the whole protocol.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from edkit.contracts.common import Id
from edkit.contracts.questions import AnswerText, Media, QuestionType
from edkit.message import Frozen

Phase = Literal["lobby", "question", "result", "ended"]
GameRole = Literal["host", "player"]
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Nickname = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
IdentifierLabel = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
TeamName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Number = Annotated[float, Field(allow_inf_nan=False)]
ReceiptStatus = Literal["accepted", "duplicate", "late", "closed", "early", "invalid"]
ResultStatus = Literal["correct", "partial", "wrong", "none", "survey"]


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
    auto_advance_ms: int | None = Field(default=None, ge=1000, le=600_000)
    latency_credit_ms_max: int = Field(default=250, ge=0, le=250)


class Handshake(Wire):
    """`auth` of the connection. No token: may only join as a player. With `resume` the server answers with `state`."""

    token: Secret | None = None
    resume: Secret | None = None
    device: Annotated[str, StringConstraints(max_length=100)] | None = None


# ---- what clients send ----


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
    elapsed_ms: int | None = None


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
    ms: int = Field(ge=1000, le=600_000)
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


# ---- parts ----


class GameOption(Wire):
    """A choice as shown. `id` is random per game; letter, colour and shape go by its place in the list."""

    id: str
    text: str
    media: Media | None = None


class GameQuestion(Wire):
    """A question as shown: never its solution. `index` counts from 0."""

    id: str
    index: int
    total: int
    type: QuestionType
    text: str
    media: Media | None = None
    options: tuple[GameOption, ...] | None = None
    time_limit_ms: int
    points: int
    min: float | None = None
    max: float | None = None
    step: float | None = None
    unit: str | None = None


class Solution(Wire):
    """What was right; empty for types without a right answer. `void`: the question was taken out of all scores."""

    option_ids: tuple[str, ...] | None = None
    accepted: tuple[str, ...] | None = None
    number: float | None = None
    tolerance: float | None = None
    order_ids: tuple[str, ...] | None = None
    void: Literal[True] | None = None


class TextCount(Wire):
    """How many gave this text. `text` is the commonest spelling of the answers that fold to the same."""

    text: str
    n: int


Counts = dict[str, int] | tuple[TextCount, ...]
"""By option id (in `order`: how many put it in its right place), or by text, the most frequent first, at most 100."""


class LeaderboardRow(Wire):
    """`delta` is the number of places gained since the leaderboard before; 0 for who was not on it."""

    player_id: str
    nickname: str
    score: int
    rank: int
    delta: int


class TeamRow(Wire):
    """`score` is the mean of the members', rounded half up."""

    team: str
    score: int
    rank: int
    delta: int


class ScoreParts(Wire):
    base: int
    speed: int
    streak: int
    latency_credit_ms: int


class Ahead(Wire):
    """The player one rank higher, and by how many points."""

    nickname: str
    gap: int


class RosterPlayer(Wire):
    """A player as the host sees them."""

    id: str
    nickname: str
    team: str | None = None
    connected: bool
    rtt_ms: int | None = None


class ScoreChange(Wire):
    """What a regrade did to one player."""

    player_id: str
    nickname: str
    score_before: int
    score_after: int
    rank_before: int | None = None
    rank_after: int | None = None


# ---- what servers send ----


class Sequenced(Wire):
    """What every entry's event carries: its `seq`, and the phase after it."""

    event: ClassVar[str]
    game_id: str
    seq: int
    phase: Phase


class YourResult(Sequenced):
    """One player's result of one question; `points` is the sum of the parts without the credit.

    `score`, `rank` and `streak` are those of the whole game. `rank` is missing while the player is on no board yet.
    """

    event: ClassVar[str] = "your_result"
    question_id: str
    status: ResultStatus
    points: int
    parts: ScoreParts
    score: int
    rank: int | None = None
    streak: int
    ahead: Ahead | None = None


class Receipt(Wire):
    """What became of a submission. Only `accepted` is stored; its receipt is the same for ever."""

    answer_id: str
    question_id: str
    status: ReceiptStatus
    seq: int
    received_ms: int


class OwnAnswer(Receipt):
    """The player's stored answer: the receipt and what was chosen."""

    option_ids: tuple[str, ...] | None = None
    text: str | None = None
    number: float | None = None


class Me(Wire):
    """The player who looks. `answer` and `result` belong to the question on show. `rank` comes with the first board."""

    player_id: str
    nickname: str
    team: str | None = None
    score: int
    rank: int | None = None
    streak: int
    answer: OwnAnswer | None = None
    result: YourResult | None = None


class QuestionResult(Wire):
    """The closed question on show."""

    question_id: str
    solution: Solution
    explanation: str | None = None
    counts: Counts
    answered: int
    of: int


class State(Sequenced):
    """The snapshot: all that a client needs to stand where one that never left stands.

    `question` is there in `question` and `result`, `result` in `result`; `podium` and `report_id` in `ended`.
    `opens_in_ms` and `remaining_ms` (until the deadline, reading time included) stand still while `paused`.
    """

    event: ClassVar[str] = "state"
    pin: str
    paused: bool
    pause_reason: str | None = None
    locked: bool
    title: str
    question_count: int
    settings: GameSettings
    player_count: int
    question: GameQuestion | None = None
    opens_in_ms: int | None = None
    remaining_ms: int | None = None
    result: QuestionResult | None = None
    leaderboard: tuple[LeaderboardRow, ...] | None = None
    team_leaderboard: tuple[TeamRow, ...] | None = None
    podium: tuple[LeaderboardRow, ...] | None = None
    report_id: str | None = None
    me: Me | None = None
    players: tuple[RosterPlayer, ...] | None = None
    answered: int | None = None
    of: int | None = None
    solution: Solution | None = None
    host_key: str | None = None


class StateAdvanced(Sequenced):
    """The game went on in a way that does not concern this viewer."""

    event: ClassVar[str] = "state_advanced"


class PlayersChanged(Sequenced):
    """To hosts, at most ten a second, no entry: those that changed, and how many players there are."""

    event: ClassVar[str] = "players_changed"
    players: tuple[RosterPlayer, ...]
    count: int


class GameStarted(Sequenced):
    """The lobby is over; the first question follows at once."""

    event: ClassVar[str] = "game_started"
    title: str
    question_count: int


class QuestionOpened(Sequenced):
    """Answers are taken from `opens_in_ms` to `closes_in_ms`. `solution` goes to hosts only."""

    event: ClassVar[str] = "question_opened"
    question: GameQuestion
    opens_in_ms: int
    closes_in_ms: int
    solution: Solution | None = None


class AnswersCounted(Sequenced):
    """To hosts, at most ten a second, no entry."""

    event: ClassVar[str] = "answers_counted"
    question_id: str
    answered: int
    of: int


class QuestionExtended(Sequenced):
    """More time. `player_ids` tells hosts that it is for these players only; others get `state_advanced`."""

    event: ClassVar[str] = "question_extended"
    question_id: str
    remaining_ms: int
    player_ids: tuple[str, ...] | None = None


class QuestionClosed(Sequenced, QuestionResult):
    event: ClassVar[str] = "question_closed"
    leaderboard: tuple[LeaderboardRow, ...]
    team_leaderboard: tuple[TeamRow, ...] | None = None


class QuestionRegraded(Sequenced):
    event: ClassVar[str] = "question_regraded"
    question_id: str
    solution: Solution
    leaderboard: tuple[LeaderboardRow, ...]
    team_leaderboard: tuple[TeamRow, ...] | None = None
    podium: tuple[LeaderboardRow, ...] | None = None


class GamePaused(Sequenced):
    event: ClassVar[str] = "game_paused"
    reason: str | None = None


class GameUnpaused(Sequenced):
    event: ClassVar[str] = "game_unpaused"
    opens_in_ms: int | None = None
    remaining_ms: int | None = None


class GameLocked(Sequenced):
    event: ClassVar[str] = "game_locked"
    locked: bool


class PlayerKicked(Sequenced):
    """To hosts."""

    event: ClassVar[str] = "player_kicked"
    player_id: str
    ban: bool


class Kicked(Sequenced):
    """To the player concerned, who is then disconnected."""

    event: ClassVar[str] = "kicked"
    ban: bool


class GameEnded(Sequenced):
    """`report_id` is the game's id."""

    event: ClassVar[str] = "game_ended"
    podium: tuple[LeaderboardRow, ...]
    leaderboard: tuple[LeaderboardRow, ...]
    team_leaderboard: tuple[TeamRow, ...] | None = None
    report_id: str


class Probe(Wire):
    """Acknowledged at once by the client: how the server measures round trips."""

    event: ClassVar[str] = "probe"
    n: int


class Move(Wire):
    """This server is leaving; reconnect after that long. The game goes on."""

    event: ClassVar[str] = "move"
    retry_after_ms: int


# ---- acknowledgements ----


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


CLIENT_EVENTS: dict[str, tuple[type[Wire], type[Done]]] = {
    "create_game": (CreateGame, GameCreated),
    "join_game": (JoinGame, GameJoined),
    "resume_game": (ResumeGame, GameResumed),
    "sync_game": (SyncGame, GameSynced),
    "probe_clock": (ProbeClock, ClockProbed),
    "submit_answer": (SubmitAnswer, AnswerReceived),
    "start_game": (StartGame, CommandDone),
    "next_question": (NextQuestion, CommandDone),
    "close_question": (CloseQuestion, CommandDone),
    "end_game": (EndGame, CommandDone),
    "pause_game": (PauseGame, CommandDone),
    "unpause_game": (UnpauseGame, CommandDone),
    "extend_question": (ExtendQuestion, CommandDone),
    "lock_game": (LockGame, CommandDone),
    "kick_player": (KickPlayer, CommandDone),
    "regrade_question": (RegradeQuestion, CommandDone),
    "rotate_host_key": (RotateHostKey, HostKeyRotated),
}
"""What a client may send, and what acknowledges it when it is not `Refused`."""

SERVER_EVENTS: dict[str, type[Wire]] = {
    model.event: model
    for model in (
        State, StateAdvanced, PlayersChanged, GameStarted, QuestionOpened, AnswersCounted, QuestionExtended, YourResult,
        QuestionClosed, QuestionRegraded, GamePaused, GameUnpaused, GameLocked, PlayerKicked, Kicked, GameEnded, Probe,
        Move,
    )
}  # fmt: skip
"""What a server may send."""
