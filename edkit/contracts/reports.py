"""The report of an ended game, as its owner reads it."""

from typing import Literal

from edkit.contracts.common import Id, Time
from edkit.contracts.games import ResultStatus, TeamRow
from edkit.contracts.questions import QuestionType
from edkit.message import Frozen, Request


class ReportOption(Frozen):
    """One option and how many chose it; in an `order` question, how many put it in its right place."""

    id: str
    text: str
    correct: bool
    count: int


class ReportText(Frozen):
    """A text or number that was given, and how often."""

    text: str
    count: int


class ReportQuestion(Frozen):
    """One question over all players.

    `correct + partial + wrong + unanswered` is all players where the question is scored; `of` those who were there when
    it closed. `share` is the mean share of 0 to 1, none where nothing is scored; `mean_ms` the mean time of those who
    answered; `void`: taken out of all scores.
    """

    question_id: Id
    index: int
    type: QuestionType
    text: str
    topic: str | None = None
    explanation: str | None = None
    points: int
    time_limit_ms: int
    scored: bool
    void: bool = False
    options: tuple[ReportOption, ...] = ()
    texts: tuple[ReportText, ...] = ()
    right_answer: str | None = None
    answered: int
    of: int
    correct: int
    partial: int
    wrong: int
    unanswered: int
    share: float | None = None
    mean_ms: int | None = None


class ReportAnswer(Frozen):
    """One cell of players x questions. `given` is what was answered, in words; none when nothing was."""

    question_id: Id
    status: ResultStatus
    points: int
    given: str | None = None
    received_ms: int | None = None


class ReportPlayer(Frozen):
    """One player over all questions. `share` is the mean share of the scored questions, unanswered ones as 0."""

    player_id: Id
    nickname: str
    team: str | None = None
    identifier: str | None = None
    user_id: str | None = None
    score: int
    rank: int
    correct: int
    answered: int
    share: float | None = None
    mean_ms: int | None = None
    answers: tuple[ReportAnswer, ...]


class ReportSummary(Frozen):
    """The game in numbers. `understood`: players whose share is at least 0.6; `answer_rate` is 0 to 1."""

    players: int
    questions: int
    scored_questions: int
    answers: int
    answer_rate: float | None = None
    share: float | None = None
    understood: int
    mean_score: int
    duration_s: int | None = None


class GameReport(Frozen):
    """What a teacher wants to know the minute after. `sentence` comes first on the page.

    `hardest` are the scored questions with the lowest share, at most three, the hardest first; `needs_help` the players
    who are not among the understood, the lowest share first.
    """

    game_id: Id
    version: int
    quiz_id: Id
    quiz_version: int
    title: str
    scoring: Literal["kahoot", "accuracy", "survey"]
    started_at: Time | None = None
    ended_at: Time
    sentence: str
    summary: ReportSummary
    hardest: tuple[Id, ...]
    needs_help: tuple[Id, ...]
    questions: tuple[ReportQuestion, ...]
    players: tuple[ReportPlayer, ...]
    teams: tuple[TeamRow, ...]


class GetGameReport(Request[GameReport]):
    """The report of the actor's own game. NotFound otherwise; Conflict `report_pending` until it is stored."""

    service = "quiz_service"
    game_id: Id
