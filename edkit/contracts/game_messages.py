"""Live games on the bus: what the game server is asked and tells. The wire to browsers is in `games`."""

from typing import Annotated, Literal

from pydantic import Field

from edkit.contracts.common import Id, Page, PageQuery, Time
from edkit.contracts.games import (
    Counts,
    GameSettings,
    Phase,
    Pin,
    RegradeQuestion,
    ResultStatus,
    ScoreChange,
    ScoreParts,
    Solution,
    TeamName,
    TeamRow,
)
from edkit.contracts.questions import QuestionType
from edkit.contracts.quizzes import Quiz
from edkit.message import Event, Frozen, Request


class GameFound(Frozen):
    """What a person with the PIN may know before joining, so that the join form asks for the right things."""

    title: str
    phase: Phase
    locked: bool
    identifier_label: str | None = None
    teams: tuple[TeamName, ...] | None = None
    nickname_generator: bool = False


class GameSummary(Frozen):
    """A game in its owner's list. `pin` is there while it is live; `version` is that of its results, 0 before the
    end."""

    id: Id
    quiz_id: Id
    title: str
    pin: Pin | None = None
    phase: Phase
    paused: bool
    locked: bool
    player_count: int
    question_count: int
    created_at: Time
    started_at: Time | None = None
    ended_at: Time | None = None
    version: int


class GameDetails(GameSummary):
    """A game as its owner sees it."""

    settings: GameSettings


class LoggedEntry(Frozen):
    """One entry. `body` is the text as stored; `hash` is SHA-256 of the hash before it (64 zeros before the first) and
    it."""

    kind: Literal["entry"] = "entry"
    seq: int
    body: str
    hash: str


class LoggedAnswer(Frozen):
    """One answer, listed after the closing (entry `closed_seq`) that counted it, in order of player id."""

    kind: Literal["answer"] = "answer"
    closed_seq: int
    question_id: str
    player_id: str
    answer_id: str
    seq: int
    received_at: int
    received_ms: int
    credit_ms: int
    option_ids: tuple[str, ...] | None = None
    text: str | None = None
    number: float | None = None


LogLine = Annotated[LoggedEntry | LoggedAnswer, Field(discriminator="kind")]


class GameLogPage(Frozen):
    """Lines of a log in order. `next_cursor` is absent at its present end."""

    items: tuple[LogLine, ...]
    next_cursor: str | None = None


class ResultOption(Frozen):
    """`id` is this game's, `source_id` the quiz's."""

    id: str
    source_id: str | None = None
    text: str


class ResultQuestion(Frozen):
    """A closed question of a game, in order of closing. `question_id` is the quiz's own."""

    question_id: Id
    index: int
    type: QuestionType
    text: str
    topic: str | None = None
    explanation: str | None = None
    points: int
    time_limit_ms: int
    options: tuple[ResultOption, ...]
    solution: Solution
    counts: Counts
    answered: int
    of: int


class ResultAnswer(Frozen):
    """One player's answer to one question. `share` is 0 to 1, for pictures; scores are exact. No choice: no answer."""

    question_id: Id
    status: ResultStatus
    share: float
    points: int
    parts: ScoreParts
    received_ms: int | None = None
    option_ids: tuple[str, ...] | None = None
    text: str | None = None
    number: float | None = None


class ResultPlayer(Frozen):
    """One player's result. `user_id` when they were signed in; `answers` in the order of the questions."""

    player_id: Id
    nickname: str
    team: str | None = None
    user_id: str | None = None
    identifier: str | None = None
    score: int
    rank: int
    time_ms: int
    answers: tuple[ResultAnswer, ...]


class GameResults(Frozen):
    """One page of an ended game's results at `version`: players in order of rank. All else is on every page.

    When `version` differs between two pages, a regrade came between: begin again.
    """

    game_id: Id
    version: int
    owner_id: Id
    quiz_id: Id
    quiz_version: int
    title: str
    settings: GameSettings
    started_at: Time | None = None
    ended_at: Time
    player_count: int
    questions: tuple[ResultQuestion, ...]
    teams: tuple[TeamRow, ...]
    players: tuple[ResultPlayer, ...]
    next_cursor: str | None = None


class GameRegrade(Frozen):
    """What a regrade did. `version` is that of the results; 0 while the game goes on."""

    game_id: Id
    version: int
    changes: tuple[ScoreChange, ...]


class FindGame(Request[GameFound]):
    """The live game with this PIN, for anyone. NotFound when there is none."""

    service = "game_server"
    pin: Pin


class ListGames(Request[Page[GameSummary]]):
    """The actor's games, past and live, the newest first."""

    service = "game_server"
    query: PageQuery


class GetGame(Request[GameDetails]):
    """The actor's own game. NotFound otherwise."""

    service = "game_server"
    game_id: Id


class ReadGameLog(Request[GameLogPage]):
    """The log of the actor's own game from `cursor` on: entries in order, after each closing its answer rows."""

    service = "game_server"
    game_id: Id
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=500, ge=1, le=1000)


class GetGameResults(Request[GameResults]):
    """The results of an ended game, asked by the quiz service. Conflict `not_ended` before the end."""

    service = "game_server"
    game_id: Id
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=200, ge=1, le=500)


class RegradeGame(Request[GameRegrade]):
    """A new key for a closed question of the actor's own game, also after its end.

    Conflict or Invalid, with the codes of `regrade_question`, when it cannot be.
    """

    service = "game_server"
    game_id: Id
    regrade: RegradeQuestion


class GetQuizForGame(Request[Quiz]):
    """The actor's quiz to be played, asked by the game server for the teacher who hosts. NotFound otherwise."""

    service = "quiz_service"
    quiz_id: Id


class GameFinished(Event):
    """A game has ended. The results are fetched with `GetGameResults`; a consumer ignores a version below its own."""

    game_id: Id
    version: int
    owner_id: Id
    quiz_id: Id
    title: str
    created_at: Time
    started_at: Time | None = None
    ended_at: Time
    question_count: int
    player_count: int
    answer_count: int


class GameRegraded(Event):
    """The results of an ended game have changed to `version`; fetch them again."""

    game_id: Id
    version: int
    owner_id: Id
    quiz_id: Id
    question_id: Id
