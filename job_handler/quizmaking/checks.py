"""What every offered question must pass, whoever made it. Pure: a question, its source, the text."""

import re
from collections.abc import Iterator, Sequence

from edkit.contracts.questions import Question
from job_handler.quizmaking.shape import Made
from job_handler.quizmaking.words import (
    alike,
    content,
    folded,
    is_number,
    points_outside,
    share_root,
    shows,
    stands_alone,
)

TEXT_MIN, TEXT_MAX = 30, 400
OPTION_MAX = 120
TYPED_MAX = 40
TRUE_BORNE, FALSE_BORNE = 0.5, 0.3
"""Share of the words of a statement that its sentence must hold to decide that it is true, or false."""
KEY_BORNE = 0.6
"""The same of a right answer of three words or more: a shorter one must be there as a whole."""
EXPLANATION_MAX = 600
OPTIONS = {"single_choice": (3, 6), "multiple_choice": (3, 8)}
UNLIKE = 4.0
"""How many times longer than the shortest option the longest may be, from forty letters on."""
_MARKUP = re.compile(r"<[/a-zA-Z!][^>]*>|\[[^\]]*\]\([^)]*\)|(?i:https?://|www\.|javascript:)|```|\*\*|&[a-z]+;|!\[")
_GAP = re.compile(r"_{2,}")
_SAID = re.compile(r"^[^“]{0,80}“(.+)”[^”]{0,20}$", re.DOTALL)


def faults(made: Made, text: str) -> Iterator[str]:
    """What is wrong with it, in words; nothing if it may be offered. `text` is the document it was made of."""
    question, source = made.question, made.source
    if source is not None and text[source.start : source.end] != source.quote:
        yield "its source is not in the text as quoted"
    if not TEXT_MIN <= len(question.text) <= TEXT_MAX:
        yield "its text is too short or too long"
    if not understood_alone(question.text):
        yield "it cannot be understood without what stands around its source"
    if len(question.explanation or "") > EXPLANATION_MAX:
        yield "its explanation is too long"
    if any(_MARKUP.search(words) for words in words_of(question)):
        yield "it holds markup or a link"
    if question.type != "true_false":
        for key in keys(question):
            if told(key, question):
                yield "it holds its own answer"
            if source is not None and not supported(key, source.quote):
                yield f"its answer “{key}” is not in the sentence it rests on"
    yield from _option_faults(question, "" if source is None else source.quote)


def answer_faults(made: Made) -> Iterator[str]:
    """What else may be wrong with a question that was not made of its sentence word by word."""
    question = made.question
    if question.type == "typed" and not question.accepted:
        yield "it has no answer"
    if question.type == "typed" and any(len(answer) > TYPED_MAX for answer in question.accepted):
        yield "its answer is too long to be typed"
    if question.type == "multiple_choice" and all(option.correct for option in question.options):
        yield "none of its options is wrong"
    if made.source is None or question.type != "true_false":
        return
    mine, theirs = content(question.text), content(made.source.quote)
    borne = sum(any(alike(word, other) for other in theirs) for word in mine)
    right = [place for place, option in enumerate(question.options) if option.correct]
    if borne < (TRUE_BORNE if right == [0] else FALSE_BORNE) * len(mine):
        yield "the sentence it rests on does not decide it"
    if right == [1] and f" {folded(question.text)} " in f" {folded(made.source.quote)} ":
        yield "it is said to be false, and stands in the text"


def words_of(question: Question) -> Iterator[str]:
    """Everything in it that people read."""
    yield from (question.text, question.explanation or "", question.topic or "")
    yield from (option.text for option in question.options)
    yield from question.accepted


def understood_alone(text: str) -> bool:
    """Whether the question, or what it quotes, points at nothing that is not there."""
    plain = _GAP.sub("something", text)
    said = _SAID.match(plain)
    inner = said[1] if said else plain
    return stands_alone(inner) and not shows(plain) and not (said and points_outside(inner))


def keys(question: Question) -> list[str]:
    """The right answers, as written."""
    return [option.text for option in question.options if option.correct] or list(question.accepted[:1])


def told(key: str, question: Question) -> bool:
    """Whether the question tells the answer: the key as a whole, or all its words that carry meaning in some form."""
    if f" {folded(key)} " in f" {folded(question.text)} ":
        return True
    mine, theirs = content(key), content(question.text)
    wrong = [option.text for option in question.options if not option.correct]
    given = [any(share_root(word, other) for other in theirs) for word in mine]
    return bool(mine) and all(given) and not any(share_root(other, question.text) for other in wrong)


def supported(key: str, quote: str) -> bool:
    """Whether the sentence says it: the words of the key that carry meaning are there, most of them if it is long, and
    all its numbers.
    """
    said = set(content(quote))
    mine = content(key)
    if not mine:
        return folded(key) in folded(quote)
    borne = [word in said or (not is_number(word) and any(alike(word, other) for other in said)) for word in mine]
    numbers = all(found for word, found in zip(mine, borne, strict=True) if is_number(word))
    return numbers and sum(borne) >= (len(mine) if len(mine) < 3 else KEY_BORNE * len(mine))


def _option_faults(question: Question, quote: str) -> Iterator[str]:
    right = [option for option in question.options if option.correct]
    if question.type == "true_false":
        if len(question.options) != 2 or len(right) != 1:
            yield "it has not two options of which one is right"
        return
    if question.type not in OPTIONS:
        return
    texts = [option.text for option in question.options]
    low, high = OPTIONS[question.type]
    if not low <= len(texts) <= high:
        yield f"it has {len(texts)} options"
    if len({folded(text) for text in texts}) != len(texts):
        yield "two of its options say the same"
    if not right:
        yield "none of its options is right"
    if question.type == "single_choice" and len(right) > 1:
        yield "more than one of its options is right"
    if any(len(text) > OPTION_MAX for text in texts):
        yield "an option is too long"
    lengths = [len(text) for text in texts] or [0]
    if max(lengths) >= 40 and max(lengths) > UNLIKE * max(1, min(lengths)):
        yield "its options are too unlike in length"
    for option in question.options:
        if not option.correct and f" {folded(option.text)} " in f" {folded(quote)} ":
            yield f"the wrong option “{option.text}” stands in the sentence it rests on"


def same(one: Question, others: Sequence[str]) -> bool:
    """Whether this is asked already: the same words that carry meaning, or nearly all of them."""
    mine = set(content(one.text))
    for other in others:
        theirs = set(content(other))
        if mine and theirs and len(mine & theirs) / len(mine | theirs) > 0.8:
            return True
    return False
