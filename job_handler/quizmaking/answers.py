"""What a model answers, and what becomes of it: each question is traced to the text and checked, or dropped. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from edkit.contracts.drafts import Difficulty, GeneratedType, Source
from edkit.contracts.questions import Option, Question
from job_handler.documents.shape import Document
from job_handler.quizmaking.checks import answer_faults, faults, same
from job_handler.quizmaking.languages import language_of_text
from job_handler.quizmaking.shape import SECONDS, TYPING_S, Made
from job_handler.quizmaking.tracing import Traced
from job_handler.quizmaking.words import content

APPLIED_TENTHS = 4
"""Of ten questions so many ask to apply what was learned."""
APPLIED_FROM = 5
"""Fewer questions than this may all be recall."""
OWN_WORDS = 0.4
"""Share of its words that a question of application has beyond its quote: else it only repeats it."""
_SPEAKS_TO_A_MODEL = re.compile(
    r"(?i)\b(?:ignore|disregard|forget|override)\b.{0,60}\b(?:instructions?|prompts?|rules?|above|before|previous)\b|"
    r"\b(?:system prompt|language model|as an ai\b|you are (?:now )?(?:an? )?(?:ai|assistant|chatbot|gpt))|"
    r"\b(?:respond|reply|answer|output) (?:only )?with\b"
)


class WrittenItem(BaseModel):
    """One question as a model writes it. `right` are places in `options`, from 0; `answers` is for typed questions."""

    model_config = ConfigDict(extra="ignore")

    type: GeneratedType
    question: str = Field(min_length=1, max_length=1000)
    options: list[str] = Field(default_factory=list, max_length=10)
    right: list[int] = Field(default_factory=list, max_length=10)
    answers: list[str] = Field(default_factory=list, max_length=20)
    quote: str = Field(default="", max_length=2000)
    explanation: str = Field(default="", max_length=2000)
    topic: str = Field(default="", max_length=200)
    demand: Literal["recall", "application"] = "recall"


class WrittenQuiz(BaseModel):
    """The whole answer."""

    model_config = ConfigDict(extra="ignore")

    items: list[WrittenItem] = Field(max_length=100)
    _sifted: bool = PrivateAttr(False)

    @property
    def sifted(self) -> bool:
        """Whether only what may be offered is left in it."""
        return self._sifted

    @classmethod
    def of(cls, items: Sequence[WrittenItem]) -> "WrittenQuiz":
        """What is left of an answer once it is sifted."""
        made = cls(items=list(items))
        made._sifted = True
        return made


@dataclass(frozen=True)
class Rules:
    """What was asked of a model, against which its answer is held. `text` is the part it was given, at `start` of the
    document; without a document nothing can be traced. `mark` is what it must never write.
    """

    count: int
    types: tuple[GeneratedType, ...]
    difficulty: Difficulty
    language: str | None
    mark: str
    taken: Sequence[str] = ()
    document: Document | None = None
    name: str | None = None
    start: int = 0
    text: str = ""
    _traced: list[Traced] = field(default_factory=list)

    def faults(self, answer: WrittenQuiz) -> list[str]:
        """What the model is told once: what is wrong, if that leaves less than half of what was asked for, or if too
        few questions ask to apply.
        """
        if answer.sifted:
            return []
        if not answer.items:
            return ["It holds no questions. Write at least one."]
        good, bad = self.sift(answer)
        told = [f"Question {number}: {fault}." for number, found in bad for fault in found]
        applied, least = sum(one.demand == "application" for one in good), self.least_applied(len(good))
        if len(good) * 2 >= self.count or not bad:
            told = []
        if applied < least:
            told.append(f"Only {applied} questions ask to apply what the text says; at least {least} must.")
        if (language := self.wrong_language(answer)) is not None:
            told.insert(0, f"The questions are in the language “{language}”; they must be in “{self.language}”.")
        return told

    def least_applied(self, count: int) -> int:
        """How many of so many must ask to apply."""
        return 0 if self.count < APPLIED_FROM else -(-count * APPLIED_TENTHS // 10)

    def repair(self, answer: WrittenQuiz) -> WrittenQuiz | None:
        """The same without what may not be offered; None if nothing is left, or it is in another language."""
        if self.wrong_language(answer) is not None:
            return None
        bad = {number for number, _ in self.sift(answer)[1]}
        kept = [item for number, item in enumerate(answer.items, 1) if number not in bad]
        return WrittenQuiz.of(kept[: self.count]) if kept else None

    def wrong_language(self, answer: WrittenQuiz) -> str | None:
        """Which language it is in, if that is plainly not the one that was asked for."""
        if self.language is None:
            return None
        found = language_of_text(" ".join(f"{item.question} {item.explanation}" for item in answer.items))
        return found if found is not None and found != self.language.split("-")[0] else None

    def sift(self, answer: WrittenQuiz) -> tuple[list[Made], list[tuple[int, list[str]]]]:
        """What may be offered; and, by their numbers from 1, what may not and why. No more is taken than asked for."""
        good: list[Made] = []
        bad: list[tuple[int, list[str]]] = []
        asked = list(self.taken)
        for number, item in enumerate(answer.items, 1):
            made, found = self._made(item)
            if made is not None and not found and same(made.question, asked):
                found.append("it asks what is asked already")
            if made is None or found:
                bad.append((number, found))
            elif len(good) < self.count:
                asked.append(made.question.text)
                good.append(made)
        return good, bad

    def _made(self, item: WrittenItem) -> tuple[Made | None, list[str]]:
        found = list(self._item_faults(item))
        if found:
            return None, found
        source = None
        if self.document is not None:
            source = self._source(item.quote)
            if source is None:
                return None, ["its quote does not stand in the text"]
        try:
            question = _question(item, self.difficulty)
        except ValidationError:
            return None, ["a field of it is empty or too long"]
        applied = item.demand == "application" and (source is None or _has_own_words(item.question, source.quote))
        made = Made(question=question, source=source, demand="application" if applied else "recall")
        text = "" if self.document is None else self.document.text
        return made, [*faults(made, text), *answer_faults(made)]

    def _item_faults(self, item: WrittenItem) -> Iterator[str]:
        if item.type not in self.types:
            yield f"its type {item.type} was not asked for"
        typed = item.type == "typed"
        if (not typed and any(not 0 <= place < len(item.options) for place in item.right)) or len(
            set(item.right)
        ) != len(item.right):
            yield "right names an option that is not there"
        written = " ".join([item.question, item.quote, item.explanation, item.topic, *item.options, *item.answers])
        if self.mark in written or _SPEAKS_TO_A_MODEL.search(written):
            yield "it is made of words that speak to you, which are no material"

    def _source(self, quote: str) -> Source | None:
        """Where in the document the quote stands, looked for in the part that the model was given."""
        if not self._traced:
            self._traced.append(Traced(self.text))
        span = self._traced[0].find(quote)
        if span is None or self.document is None:
            return None
        start, end = self.start + span[0], self.start + span[1]
        paragraph = next((one for one in self.document.paragraphs if one.start <= start < one.end), None)
        return Source(
            quote=self.document.text[start:end],
            start=start,
            end=end,
            file_name=self.name,
            page=paragraph.page if paragraph else None,
            heading=(" > ".join(paragraph.heading)[:500] or None) if paragraph else None,
        )


def _has_own_words(question: str, quote: str) -> bool:
    words = set(content(question))
    return len(words) >= 6 and len(words - set(content(quote))) >= OWN_WORDS * len(words)


def _question(item: WrittenItem, difficulty: Difficulty) -> Question:
    options = tuple(Option(text=text, correct=place in item.right) for place, text in enumerate(item.options))
    typed = item.type == "typed"
    return Question(
        type=item.type,
        text=item.question,
        options=() if typed else options,
        accepted=tuple(dict.fromkeys(answer.strip() for answer in item.answers if answer.strip())) if typed else (),
        explanation=item.explanation.strip()[:2000] or None,
        topic=item.topic.strip()[:100] or None,
        time_limit_s=SECONDS[difficulty] + (TYPING_S if typed else 0) + (10 if len(item.question) > 120 else 0),
    )
