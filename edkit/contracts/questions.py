"""A question as teachers write it: ten types, one shape."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from edkit.contracts.common import Id
from edkit.message import Frozen

QuestionType = Literal[
    "single_choice",
    "multiple_choice",
    "true_false",
    "typed",
    "number",
    "order",
    "poll",
    "word_cloud",
    "open",
    "slide",
]

SCORED: frozenset[str] = frozenset({"single_choice", "multiple_choice", "true_false", "typed", "number", "order"})
"""Types that have a right answer. The others neither feed nor break a streak."""

WITH_OPTIONS: frozenset[str] = frozenset({"single_choice", "multiple_choice", "true_false", "order", "poll"})

QuestionText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
OptionText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
AnswerText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Media(Frozen):
    """A picture. `url` is `/api/files/{id}` of a file the author owns, or an https address; `alt` says what is seen."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    alt: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class Option(Frozen):
    """One choice. In an `order` question the right order is the order of the list, and `correct` has no meaning."""

    id: Id | None = None
    text: OptionText = ""
    media: Media | None = None
    correct: bool = False


class NumberAnswer(Frozen):
    """The key of a `number` question.

    `within`: full share inside `tolerance`, else none. `proximity`: `max(0, 1 - |x - answer| / tolerance)`.
    """

    answer: float = Field(allow_inf_nan=False)
    tolerance: float = Field(default=0, ge=0, allow_inf_nan=False)
    scoring: Literal["within", "proximity"] = "within"
    min: float | None = Field(default=None, allow_inf_nan=False)
    max: float | None = Field(default=None, allow_inf_nan=False)
    step: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    unit: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] | None = None


class Question(Frozen):
    """One question. Times are seconds; points are 0 to 10,000; what each type needs is checked by the quiz service."""

    id: Id | None = None
    type: QuestionType
    text: QuestionText
    media: Media | None = None
    time_limit_s: int = Field(default=20, ge=1, le=600)
    points: int = Field(default=1000, ge=0, le=10_000)
    options: tuple[Option, ...] = Field(default=(), max_length=10)
    accepted: tuple[AnswerText, ...] = Field(default=(), max_length=50)
    number: NumberAnswer | None = None
    explanation: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] | None = None
    topic: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] | None = None
