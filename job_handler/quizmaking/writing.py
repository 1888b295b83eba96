"""Questions by a language model: the text in parts, an Ask for each, and what of the answers may be offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edkit.llm import OFFLINE, Ask, BudgetSpent, Llm, ModelFailed
from job_handler.documents.shape import Document
from job_handler.prompts import Prompt
from job_handler.quizmaking.answers import Rules, WrittenQuiz
from job_handler.quizmaking.checks import same
from job_handler.quizmaking.languages import language_of, wording
from job_handler.quizmaking.shape import Batch, Made, Order

PART_MAX = 12_000
"""Characters of a text that go into one Ask."""
PARTS_MAX = 4
"""Asks for one quiz at most. Of a longer text, parts from all over it are read."""
PART_COUNT = 4
"""A part is asked for so many questions at least, as far as there are so many."""
LANGUAGES = {"en": "English", "vi": "Vietnamese", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian"}


class Tell(Protocol):
    """How the writing tells how far it is."""

    async def __call__(self, share: float, stage: str = "") -> None: ...


@dataclass(frozen=True)
class Part:
    """[start, end) of a document, in whole paragraphs as far as they are not longer than a part."""

    document: Document
    name: str | None
    start: int
    end: int

    @property
    def text(self) -> str:
        """What a model is given to read."""
        return self.document.text[self.start : self.end]


@dataclass(frozen=True)
class Asking:
    """What stays the same over the Asks of one order."""

    prompt: Prompt
    owner: str
    reference: str
    mark: str
    avoid: Sequence[str] = ()


async def write(order: Order, asking: Asking, llm: Llm, topic: str | None, tell: Tell) -> Batch:
    """What the model wrote and may be offered, with its name. Raises ModelFailed or BudgetSpent when nothing came.

    At most PARTS_MAX Asks; each has a limit of calls of its own.
    """
    parts: Sequence[Part | None] = chosen_parts(order, _most_parts(order.count)) if topic is None else [None]
    language = order.language or (language_of(order.documents[0]) if order.documents else "en") or "en"
    made: list[Made] = []
    remarks: list[str] = []
    engine, failed, dropped = OFFLINE, None, 0
    for number, part in enumerate(parts):
        count = share_of(order.count - len(made), len(parts) - number)
        if count <= 0:
            break
        stage = f"Writing questions ({number + 1} of {len(parts)})" if len(parts) > 1 else "Writing questions"
        await tell(0.05 + 0.9 * number / len(parts), stage)
        taken = [*order.taken, *(one.question.text for one in made)]
        rules = _rules(order, part, count, language, taken, asking)
        ask = _ask(asking, rules, part.text if part else topic or "", number)
        try:
            answered = await llm.answer(ask)
        except (ModelFailed, BudgetSpent) as error:
            failed = error
            if isinstance(error, BudgetSpent):
                break
            continue
        good, bad = rules.sift(answered.value)
        made.extend(one for one in good if not same(one.question, taken))
        engine, dropped = answered.engine, dropped + len(bad)
    if failed is not None and not made:
        raise failed
    if failed is not None:
        remarks.append(f"Not the whole text was asked about: {failed.message}")
    remarks.extend(_remarks(order, made, dropped))
    return Batch(items=tuple(made), remarks=tuple(remarks), engine=engine)


def _most_parts(count: int) -> int:
    return max(1, min(PARTS_MAX, -(-count // PART_COUNT)))


def share_of(count: int, parts: int) -> int:
    """What the next of so many parts is asked for, so that all together give `count`."""
    return -(-count // max(1, parts))


def chosen_parts(order: Order, most: int) -> list[Part]:
    """The parts of all texts, or as many as `most` from all over them."""
    every = [
        part
        for document, name in zip(order.documents, order.names, strict=True)
        for part in parts_of(document, name, PART_MAX)
    ]
    if len(every) <= most:
        return every
    return [every[place * len(every) // most + len(every) // (2 * most)] for place in range(most)]


def parts_of(document: Document, name: str | None, size: int) -> list[Part]:
    """The document in parts of at most `size` characters that begin and end with paragraphs where they can."""
    parts: list[Part] = []
    start = end = document.paragraphs[0].start if document.paragraphs else 0
    for paragraph in document.paragraphs:
        if paragraph.end - start > size and end > start:
            parts.append(Part(document, name, start, end))
            start = paragraph.start
        while paragraph.end - start > size:
            parts.append(Part(document, name, start, start + size))
            start += size
        end = paragraph.end
    if end > start:
        parts.append(Part(document, name, start, end))
    return parts


def _rules(order: Order, part: Part | None, count: int, language: str, taken: Sequence[str], asking: Asking) -> Rules:
    return Rules(
        count=count,
        types=order.types,
        difficulty=order.difficulty,
        language=language,
        mark=asking.mark,
        taken=[*asking.avoid, *taken],
        document=part.document if part else None,
        name=part.name if part else None,
        start=part.start if part else 0,
        text=part.text if part else "",
    )


def _ask(asking: Asking, rules: Rules, text: str, number: int) -> Ask[WrittenQuiz]:
    words = wording(rules.language)
    shown = [line.replace("\n", " ")[:300] for line in rules.taken[:30]]
    system, user = asking.prompt.filled(
        count=str(rules.count),
        types=", ".join(rules.types),
        difficulty=rules.difficulty,
        language=LANGUAGES.get(rules.language or "en", rules.language or "English"),
        mark=asking.mark,
        yes=words.yes,
        no=words.no,
        text=text.replace(asking.mark, ""),
        taken="\n".join(f"- {line}" for line in shown) or "(nothing)",
    )
    return Ask(
        task=asking.prompt.name,
        owner=asking.owner,
        system=system,
        user=user,
        shape=WrittenQuiz,
        offline=_nobody,
        faults=rules.faults,
        repair=rules.repair,
        size=asking.prompt.size,
        reference=f"{asking.reference}/{number + 1}",
    )


async def _nobody() -> WrittenQuiz:
    """Without a model the caller makes the questions by other means; it does not come here."""
    raise ModelFailed()


def _remarks(order: Order, made: Sequence[Made], dropped: int) -> list[str]:
    told = []
    if dropped:
        told.append(
            f"{dropped} proposed questions were dropped: the text does not bear them out, or they broke a rule."
        )
    if made and len(made) < order.count:
        told.append(f"The model wrote {len(made)} good questions of the {order.count} that were asked for.")
    applied = sum(one.demand == "application" for one in made)
    if order.count >= 5 and applied * 10 < len(made) * 4:
        told.append(
            f"Only {applied} of {len(made)} questions ask to apply what was learned; the others ask to remember."
        )
    return told
