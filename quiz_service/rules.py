"""What makes a quiz playable. Pure: no database, no clock; ids are handed in."""

import re
from collections.abc import Iterator, Sequence, Set
from decimal import ROUND_CEILING, Decimal
from urllib.parse import urlsplit

from edkit.contracts.questions import WITH_OPTIONS, Media, NumberAnswer, Option, Question
from edkit.errors import FieldError, Invalid
from edkit.ids import Ids

FILE_URL = re.compile(r"/api/files/([A-Za-z0-9_-]{1,64})")
OPTIONS_MIN = 2
TRUE_FALSE = {"en": ("True", "False"), "vi": ("Đúng", "Sai")}
NAMES = {
    "single_choice": "single choice",
    "multiple_choice": "multiple choice",
    "true_false": "true or false",
    "typed": "typed answer",
    "number": "number",
    "order": "order",
    "poll": "poll",
    "word_cloud": "word cloud",
    "open": "open",
    "slide": "slide",
}
"""How a person calls each type."""


def check_questions(questions: Sequence[Question]) -> None:
    """Raise `Invalid` naming every field that keeps a question from being played, like `questions.3.options`."""
    errors = [error for index, question in enumerate(questions) for error in problems(question, f"questions.{index}")]
    errors += _doubled_ids(questions)
    if errors:
        raise Invalid(_summary(errors), errors=tuple(errors))


def prepare_questions(questions: Sequence[Question], ids: Ids, language: str | None = None) -> tuple[Question, ...]:
    """The questions as they are stored: every question and option has an id, true-or-false options have their words,
    and `correct` is cleared where it means nothing. Ids that are there are kept. The questions must have passed
    `check_questions`."""
    return tuple(_prepared(question, ids, language) for question in questions)


def renewed(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The same questions without ids, for a copy that gets its own."""
    return tuple(
        question.model_copy(
            update={
                "id": None,
                "options": tuple(option.model_copy(update={"id": None}) for option in question.options),
            }
        )
        for question in questions
    )


def file_ids(questions: Sequence[Question]) -> dict[str, str]:
    """Every file of ours that the questions show, by the path of the field that names it first."""
    found: dict[str, str] = {}
    for index, question in enumerate(questions):
        pictures = [(f"questions.{index}.media.url", question.media)]
        pictures += [(f"questions.{index}.options.{n}.media.url", o.media) for n, o in enumerate(question.options)]
        for path, media in pictures:
            match = FILE_URL.fullmatch(media.url) if media else None
            if match:
                found.setdefault(match[1], path)
    return found


def without_files(questions: Sequence[Question], strange: Set[str]) -> tuple[tuple[Question, ...], list[int]]:
    """The questions without the pictures that lie in `strange` files, and the places of those that lost one.

    An option that was only a picture says so in words.
    """

    def is_strange(media: Media | None) -> bool:
        found = FILE_URL.fullmatch(media.url) if media else None
        return bool(found and found[1] in strange)

    kept, lost = [], []
    for index, question in enumerate(questions):
        hit = is_strange(question.media)
        options = []
        for place, option in enumerate(question.options):
            if option.media and is_strange(option.media):
                hit = True
                text = option.text or option.media.alt or f"Picture {place + 1}"
                option = option.model_copy(update={"media": None, "text": text})
            options.append(option)
        if hit:
            lost.append(index)
            media = None if is_strange(question.media) else question.media
            question = question.model_copy(update={"media": media, "options": tuple(options)})
        kept.append(question)
    return tuple(kept), lost


def problems(question: Question, at: str) -> Iterator[FieldError]:
    """What is wrong with one question; `at` is the path that its fields are named under."""
    kind = NAMES[question.type]
    if question.media:
        yield from _media_problems(question.media.url, f"{at}.media.url")
    if question.type in WITH_OPTIONS:
        yield from _option_problems(question, at)
    elif question.options:
        yield FieldError(field=f"{at}.options", message=f"A {kind} question has no options. Take them out.")
    if question.type == "typed":
        if not question.accepted:
            yield FieldError(field=f"{at}.accepted", message="Write at least one answer that counts as right.")
    elif question.accepted:
        yield FieldError(field=f"{at}.accepted", message=f"A {kind} question has no accepted texts. Take them out.")
    if question.type == "number":
        if question.number is None:
            yield FieldError(field=f"{at}.number", message="Write the right number.")
        else:
            yield from _number_problems(question.number, f"{at}.number")
    elif question.number is not None:
        yield FieldError(field=f"{at}.number", message=f"A {kind} question has no number. Take it out.")


def _option_problems(question: Question, at: str) -> Iterator[FieldError]:
    options = question.options
    if question.type == "true_false":
        if len(options) != OPTIONS_MIN:
            yield FieldError(field=f"{at}.options", message="A true or false question has exactly two options.")
    elif len(options) < OPTIONS_MIN:
        yield FieldError(field=f"{at}.options", message="Write at least two options.")
    seen: dict[tuple[str, str], int] = {}
    for index, option in enumerate(options):
        path = f"{at}.options.{index}"
        if option.media:
            yield from _media_problems(option.media.url, f"{path}.media.url")
            if not option.text and not option.media.alt:
                yield FieldError(
                    field=f"{path}.media.alt", message="Say in words what the picture shows: this option has no text."
                )
        elif not option.text and question.type != "true_false":
            yield FieldError(field=f"{path}.text", message="Write this option or take it out.")
        looks = (option.text, option.media.url if option.media else "")
        if any(looks) and seen.setdefault(looks, index) != index:
            yield FieldError(
                field=f"{path}.text", message=f"Options {seen[looks] + 1} and {index + 1} are the same. Change one."
            )
    if len(options) >= OPTIONS_MIN:
        yield from _key_problems(question, at)


def _key_problems(question: Question, at: str) -> Iterator[FieldError]:
    correct = sum(option.correct for option in question.options)
    if question.type == "single_choice" and correct > 1:
        yield FieldError(
            field=f"{at}.options", message="Mark only one option as correct, or make this a multiple choice question."
        )
    elif question.type == "true_false" and correct > 1:
        yield FieldError(field=f"{at}.options", message="Only one of true and false can be correct.")
    elif question.type in {"single_choice", "multiple_choice", "true_false"} and correct == 0:
        yield FieldError(field=f"{at}.options", message="Mark the correct option.")


def _number_problems(number: NumberAnswer, at: str) -> Iterator[FieldError]:
    if number.scoring == "proximity" and number.tolerance == 0:
        yield FieldError(
            field=f"{at}.tolerance", message="Say how far off still brings points: with 0 only the exact number does."
        )
    if number.min is not None and number.max is not None and number.min >= number.max:
        yield FieldError(field=f"{at}.max", message="The largest value must be above the smallest.")
    elif (number.min is not None and number.answer < number.min) or (
        number.max is not None and number.answer > number.max
    ):
        yield FieldError(field=f"{at}.answer", message="The right number lies outside the range that can be answered.")
    elif not _reachable(number):
        yield FieldError(field=f"{at}.step", message="With this step nobody can reach the right number.")


def _reachable(number: NumberAnswer) -> bool:
    """Whether some value of the grid `min + n * step` counts as right."""
    if number.step is None or number.min is None:
        return True
    low, step = Decimal(str(number.min)), Decimal(str(number.step))
    answer, tolerance = Decimal(str(number.answer)), Decimal(str(number.tolerance))
    first = max(answer - tolerance, low)
    nearest = low + ((first - low) / step).to_integral_value(rounding=ROUND_CEILING) * step
    last = answer + tolerance
    if number.max is not None:
        last = min(last, Decimal(str(number.max)))
    return nearest <= last


def _media_problems(url: str, at: str) -> Iterator[FieldError]:
    if not FILE_URL.fullmatch(url) and not _is_https(url):
        yield FieldError(
            field=at,
            message="A picture is a file you uploaded (/api/files/...) or an address that begins with https://.",
        )


def _is_https(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or any(mark in url for mark in " \"'<>\\`{}|^"):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


def _doubled_ids(questions: Sequence[Question]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, question in enumerate(questions):
        if question.id in seen:
            yield FieldError(field=f"questions.{index}.id", message="Another question of this quiz has the same id.")
        if question.id:
            seen.add(question.id)
        own: set[str] = set()
        for n, option in enumerate(question.options):
            if option.id in own:
                yield FieldError(field=f"questions.{index}.options.{n}.id", message="Another option has the same id.")
            if option.id:
                own.add(option.id)


def _prepared(question: Question, ids: Ids, language: str | None) -> Question:
    words = TRUE_FALSE.get((language or "en").split("-")[0], TRUE_FALSE["en"])
    keyed = question.type in {"single_choice", "multiple_choice", "true_false"}

    def option(index: int, given: Option) -> Option:
        text = given.text
        if question.type == "true_false" and not text and not given.media:
            text = words[index]
        return given.model_copy(update={"id": given.id or ids.new(), "text": text, "correct": given.correct and keyed})

    return question.model_copy(
        update={
            "id": question.id or ids.new(),
            "options": tuple(option(index, given) for index, given in enumerate(question.options)),
            "accepted": tuple(dict.fromkeys(question.accepted)),
        }
    )


def _summary(errors: Sequence[FieldError]) -> str:
    if len(errors) == 1:
        return f"One thing keeps this quiz from being stored: {errors[0].message}"
    return f"{len(errors)} things keep this quiz from being stored. Nothing was changed."
