"""What is asked for, and what is made."""

from typing import Literal

from pydantic import Field

from edkit.contracts.drafts import Difficulty, GeneratedType, Source
from edkit.contracts.questions import Question
from edkit.llm import OFFLINE
from edkit.message import Frozen
from job_handler.documents.shape import Document

TYPES: tuple[GeneratedType, ...] = ("single_choice", "true_false", "typed", "multiple_choice")
SECONDS = {"easy": 30, "medium": 20, "hard": 20}
TYPING_S = 15
"""How long there is to answer, and how much more where one types."""


class Order(Frozen):
    """How many questions, of which kinds, from which texts. `seed` steers the dice.

    `taken` are questions, and `taken_keys` answers, that are not to come again.
    """

    documents: tuple[Document, ...]
    names: tuple[str | None, ...]
    count: int
    types: tuple[GeneratedType, ...]
    difficulty: Difficulty
    language: str | None = None
    taken: tuple[str, ...] = ()
    taken_keys: tuple[str, ...] = ()
    seed: str = ""


class Made(Frozen):
    """A question, and the sentence that it rests on; none only where there was no text."""

    question: Question
    source: Source | None = None
    demand: Literal["recall", "application"] = "recall"


class Batch(Frozen):
    """What could be made, and by whom. `remarks` say what could not."""

    items: tuple[Made, ...] = Field(max_length=60)
    remarks: tuple[str, ...] = ()
    engine: str = OFFLINE
