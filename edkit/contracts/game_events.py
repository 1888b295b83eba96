"""The live game, what servers send: the parts of a view, the snapshot, and every server event.

The whole protocol is in `games`.
"""

from typing import ClassVar, Literal

from edkit.contracts.game_commands import GameSettings, Wire
from edkit.contracts.questions import Media, QuestionType

Phase = Literal["lobby", "question", "result", "ended"]
ReceiptStatus = Literal["accepted", "duplicate", "late", "closed", "early", "invalid"]
ResultStatus = Literal["correct", "partial", "wrong", "none", "survey"]


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


class Sequenced(Wire):
    """What every entry's event carries: its `seq`, and the phase after it."""

    event: ClassVar[str]
    game_id: str
    seq: int
    phase: Phase


class YourResult(Sequenced):
    """One player's result of one question; `points` is the sum of the parts without the credit.

    `score`, `rank` and `streak` are those of the whole game. `rank` is 0 while the player is on no board yet.
    """

    event: ClassVar[str] = "your_result"
    question_id: str
    status: ResultStatus
    points: int
    parts: ScoreParts
    score: int
    rank: int
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
    """The player who looks. `answer` and `result` belong to the question on show. `rank` is 0 before a first board."""

    player_id: str
    nickname: str
    team: str | None = None
    score: int
    rank: int
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
    For hosts `players`, `answered` and `of` are always there; the two are 0 while no question is on show.
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
    """More time. `player_ids` tells hosts that it is for these players only, and `remaining_ms` then is the latest of
    theirs; other players get `state_advanced`. Elsewhere hosts are told the deadline of the class.
    """

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
