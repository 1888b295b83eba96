"""Quizzes that a machine proposed: what is asked for, where each question comes from, what the teacher makes of it."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from edkit.contracts.common import Id, Line, Nothing, Page, PageQuery, Time
from edkit.contracts.files import FileLocation
from edkit.contracts.questions import Question
from edkit.contracts.quizzes import Language, Quiz
from edkit.message import Frozen, Request

Difficulty = Literal["easy", "medium", "hard"]
GeneratedType = Literal["single_choice", "multiple_choice", "true_false", "typed"]
"""Types that can be generated and checked against a text."""

LONGEST_TEXT = 400_000
SourceText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
ItemState = Literal["proposed", "kept", "dropped"]
DraftStatus = Literal["generating", "ready", "failed", "cancelled", "accepted"]


class QuizWish(Frozen):
    """What a quiz should be made of, and how. Exactly one of topic, text, files and documents.

    Without `types` all of them may come; without a language it is that of the text, or English.
    """

    topic: Line | None = None
    text: SourceText | None = None
    file_ids: tuple[Id, ...] = Field(default=(), max_length=5)
    document_ids: tuple[Id, ...] = Field(default=(), max_length=5)
    title: Line | None = None
    count: int = Field(default=10, ge=1, le=30)
    types: tuple[GeneratedType, ...] = Field(default=(), max_length=4)
    difficulty: Difficulty = "medium"
    language: Language | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "QuizWish":
        given = [self.topic is not None, self.text is not None, bool(self.file_ids), bool(self.document_ids)]
        if sum(given) != 1:
            raise ValueError("give one of topic, text, file_ids and document_ids")
        return self


class Source(Frozen):
    """Where a question comes from. `quote` stands in the text character for character, at [start, end) of it.

    `page` counts from 1 where the file has pages; `heading` is the path of headings above, joined by " > ".
    """

    quote: str = Field(min_length=1, max_length=2000)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    file_name: Line | None = None
    page: int | None = None
    heading: str | None = Field(default=None, max_length=500)


class GeneratedItem(Frozen):
    """One proposed question. `source` is missing only where no text was given.

    `demand` says what it takes: remembering, or applying. `engine` is who made it: a model's name, or `offline`.
    """

    id: Id
    question: Question
    source: Source | None = None
    demand: Literal["recall", "application"] = "recall"
    engine: str


class DraftItem(GeneratedItem):
    """A proposed question and what the teacher has decided. `job_id`: another one is being made in its place."""

    state: ItemState = "proposed"
    edited: bool = False
    job_id: Id | None = None


class DraftSummary(Frozen):
    """A draft in a list."""

    id: Id
    job_id: Id
    title: Line
    status: DraftStatus
    engine: str | None = None
    item_count: int
    decided: int
    quiz_id: Id | None = None
    created_at: Time
    updated_at: Time


class QuizDraft(DraftSummary):
    """A draft with its questions. `remarks` say what could not be done, such as fewer questions than asked for.

    `version` grows with every write, and a write names the version it saw.
    """

    wish: QuizWish
    source_names: tuple[str, ...] = ()
    language: Language | None = None
    remarks: tuple[str, ...] = ()
    items: tuple[DraftItem, ...] = ()
    version: int


class Generating(Frozen):
    """Long work has begun: the job to watch, and the draft it will fill."""

    job_id: Id
    draft_id: Id


class GenerateQuiz(Request[Generating]):
    """Begin to make a quiz. The same ids again are the same job.

    The intent is recorded and the task announced in one transaction; nothing is read or asked before the answer.
    TooMany `jobs_under_way` or `daily_quota` when the actor has too many.
    """

    service = "quiz_service"
    job_id: Id
    draft_id: Id
    wish: QuizWish


class RegenerateItem(Request[Generating]):
    """Begin to make another question in place of this one. Conflict `under_way` while one is being made."""

    service = "quiz_service"
    job_id: Id
    draft_id: Id
    item_id: Id


class ListDrafts(Request[Page[DraftSummary]]):
    """The actor's drafts that are not accepted yet, the latest changed first."""

    service = "quiz_service"
    query: PageQuery


class GetDraft(Request[QuizDraft]):
    """The actor's draft."""

    service = "quiz_service"
    draft_id: Id


class ChangeItem(Request[QuizDraft]):
    """Keep, drop or edit one question of the actor's draft. Conflict `stale_version` unless `version` is stored."""

    service = "quiz_service"
    draft_id: Id
    item_id: Id
    version: int
    state: ItemState | None = None
    question: Question | None = None


class AcceptDraft(Request[Quiz]):
    """Make a quiz of the kept questions (with `rest`, also of those not decided on). Again: the same quiz."""

    service = "quiz_service"
    draft_id: Id
    quiz_id: Id
    title: Line | None = None
    rest: bool = False


class DeleteDraft(Request[Nothing]):
    """Throw the actor's draft away, and cancel what is still being made for it."""

    service = "quiz_service"
    draft_id: Id


class WishSource(Frozen):
    """What a job works with: the wish, where the files lie, and what the draft holds already.

    `instead_of` is the question for which another is wanted.
    """

    wish: QuizWish
    files: tuple[FileLocation, ...] = ()
    taken: tuple[Question, ...] = ()
    instead_of: GeneratedItem | None = None


class GetWishSource(Request[WishSource]):
    """For the job handler: what this job is to work with. NotFound once the draft was thrown away."""

    service = "quiz_service"
    job_id: Id


class SavedDraft(Frozen):
    """The draft that a job has filled, and how many questions it holds."""

    draft_id: Id
    item_count: int


class SaveGeneratedQuiz(Request[SavedDraft]):
    """For the job handler: the questions of a job. Idempotent by job: what the teacher did meanwhile is kept."""

    service = "quiz_service"
    job_id: Id
    title: Line
    language: Language | None = None
    engine: str
    items: tuple[GeneratedItem, ...] = Field(max_length=60)
    remarks: tuple[str, ...] = ()
    source_names: tuple[str, ...] = ()


def arguments_of(draft_id: str, item_id: str | None = None) -> dict[str, Any]:
    """The arguments of the jobs `generate_quiz` and `regenerate_question`."""
    return {"draft_id": draft_id, **({} if item_id is None else {"item_id": item_id})}
