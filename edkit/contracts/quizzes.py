"""Quizzes: what the quiz service is asked, and what it answers."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from edkit.contracts.common import Id, Line, Nothing, Page, PageQuery, Time
from edkit.contracts.questions import Question
from edkit.message import Frozen, Request

Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
ImportFormat = Literal["json", "kahoot_xlsx", "gift", "aiken"]


class QuizFields(Frozen):
    """What a teacher writes."""

    title: Line
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    language: Language | None = None
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    questions: tuple[Question, ...] = Field(default=(), max_length=200)


class Quiz(QuizFields):
    """A stored quiz. `version` grows by one with every write; every question and option has its id."""

    id: Id
    version: int
    created_at: Time
    updated_at: Time


class QuizSummary(Frozen):
    """A quiz in a list."""

    id: Id
    title: Line
    description: str
    language: str | None
    tags: tuple[str, ...]
    question_count: int
    version: int
    created_at: Time
    updated_at: Time
    played_at: Time | None = None


class ImportWarning(Frozen):
    """What was not taken over as it stood. `row` is the 1-based row or line of the file."""

    row: int
    message: str


class ImportedQuiz(Frozen):
    """The quiz that an import made, and everything in the file that it could not hold."""

    quiz: Quiz
    warnings: tuple[ImportWarning, ...]


class CreateQuiz(Request[Quiz]):
    """Store a new quiz owned by the actor. The same `quiz_id` twice is the same quiz."""

    service = "quiz_service"
    quiz_id: Id
    fields: QuizFields


class GetQuiz(Request[Quiz]):
    """The actor's own quiz, solutions included. NotFound otherwise."""

    service = "quiz_service"
    quiz_id: Id


class ListQuizzes(Request[Page[QuizSummary]]):
    """The actor's quizzes, the latest changed first."""

    service = "quiz_service"
    query: PageQuery


class ReplaceQuiz(Request[Quiz]):
    """Write the actor's quiz anew. Conflict `stale_version` unless `version` is the stored one."""

    service = "quiz_service"
    quiz_id: Id
    version: int
    fields: QuizFields


class DeleteQuiz(Request[Nothing]):
    """Delete the actor's quiz. Games already created keep their frozen copy."""

    service = "quiz_service"
    quiz_id: Id


class RestoreQuiz(Request[Quiz]):
    """Take back a deletion of the last 30 days."""

    service = "quiz_service"
    quiz_id: Id


class DuplicateQuiz(Request[Quiz]):
    """Copy the actor's quiz under `new_quiz_id`."""

    service = "quiz_service"
    quiz_id: Id
    new_quiz_id: Id


class ImportQuiz(Request[ImportedQuiz]):
    """Read a staged file into a new quiz. Invalid with the rows named when nothing in it is usable."""

    service = "quiz_service"
    quiz_id: Id
    file_id: Id
    file_name: Line
    format: ImportFormat | None = None
