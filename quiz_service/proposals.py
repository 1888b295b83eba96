"""What becomes of questions that a machine proposes. Pure: ids are handed in."""

from collections.abc import Iterator, Sequence
from textwrap import shorten
from typing import get_args

from edkit.contracts.drafts import DraftItem, GeneratedItem, GeneratedType, QuizDraft, QuizWish
from edkit.contracts.questions import Question
from edkit.errors import NotFound
from edkit.ids import Ids
from quiz_service import rules

TITLE_MAX = 200
NAMED_BY = 40
"""Of a text so many letters of its beginning name the job."""
BEGINNING = 400
TYPES = frozenset(get_args(GeneratedType))


class ItemNotFound(NotFound):
    """No question of the draft has this id."""

    code = "item_not_found"
    message = "This question is not in the draft. Look at the draft again."


def offered(
    items: Sequence[GeneratedItem], count: int, language: str | None, ids: Ids
) -> tuple[tuple[DraftItem, ...], tuple[str, ...]]:
    """At most `count` of the items, with ids of their own where they are missing or doubled, and why others are not
    among them. Nothing is offered that could not be played as it stands."""
    chosen: dict[str, DraftItem] = {}
    remarks = []
    for place, item in enumerate(items, 1):
        fault = next(_faults(item.question), None)
        if fault is not None:
            remarks.append(f"Proposed question {place} was left out. {fault}")
        elif len(chosen) == count:
            remarks.append(f"More than {count} were proposed. Those from number {place} on were left out.")
            break
        else:
            (question,) = rules.prepare_questions(rules.renewed([item.question]), ids, language)
            item_id = ids.new() if item.id in chosen else item.id
            chosen[item_id] = DraftItem(**{**dict(item), "id": item_id, "question": question})
    return tuple(chosen.values()), tuple(remarks)


def _faults(question: Question) -> Iterator[str]:
    if question.type not in TYPES:
        yield f"No machine makes {rules.NAMES[question.type]} questions here."
    if question.media is not None or any(option.media is not None for option in question.options):
        yield "It shows a picture from elsewhere."
    for problem in rules.problems(question, "question"):
        yield problem.message


def proposed(item: DraftItem) -> GeneratedItem:
    """The item without what the teacher did about it."""
    return GeneratedItem(**{name: getattr(item, name) for name in GeneratedItem.model_fields})


def item_of(draft: QuizDraft, item_id: str) -> DraftItem:
    """The item. Raises ItemNotFound."""
    for item in draft.items:
        if item.id == item_id:
            return item
    raise ItemNotFound()


def with_item(draft: QuizDraft, changed: DraftItem) -> QuizDraft:
    """The draft with this item in the place of the one with the same id."""
    items = tuple(changed if item.id == changed.id else item for item in draft.items)
    return draft.model_copy(update={"items": items})


def title_of(wish: QuizWish, file_names: Sequence[str]) -> str:
    """What the job is called: by its title if it was given one, else by what the quiz is made of."""
    if wish.title is not None:
        return cut(f"Quiz “{wish.title}”")
    if wish.topic is not None:
        return cut(f"Quiz about {wish.topic}")
    if wish.text is not None:
        return f"Quiz from “{beginning(wish.text)}”"
    more = f" and {len(file_names) - 1} more" if len(file_names) > 1 else ""
    return cut(f"Quiz from {file_names[0]}", TITLE_MAX - len(more)) + more


def beginning(text: str) -> str:
    """The first words of a text, by which a person knows it again."""
    words = " ".join(text[:BEGINNING].split())
    whole = shorten(words, NAMED_BY, placeholder="…")
    return whole if len(whole) > 1 else cut(words, NAMED_BY)


def cut(title: str, length: int = TITLE_MAX) -> str:
    """The title, shortened so that it fits."""
    return title if len(title) <= length else f"{title[: length - 1].rstrip()}…"
