"""One question of one sentence: which term is described, what is missing, whether it is true. Pure but for `Terms`."""

# ruff: noqa: SIM905 - a list of words reads better as words

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edkit.chance import Chance
from edkit.contracts.drafts import Difficulty, GeneratedType, Source
from edkit.contracts.questions import Option, Question
from job_handler.documents.shape import Document
from job_handler.quizmaking.distractors import WANTED, Terms, surname
from job_handler.quizmaking.explaining import Explained
from job_handler.quizmaking.languages import Wording
from job_handler.quizmaking.said import Sentence
from job_handler.quizmaking.shape import SECONDS, TYPING_S, Made
from job_handler.quizmaking.terms import Term
from job_handler.quizmaking.words import content, folded, number_forms, share_root

GAP = "_____"
TYPED_WORDS, TYPED_LETTERS = 2, 24
REST_WORDS = 4
"""Words that carry meaning which must be left beside a gap, or it could be anything."""


_OPENING = frozenset(("of in and or by with from to for on as between through during called that than like").split())
_PART_OF_A_NAME = re.compile(r"(?:\b[A-ZÀ-Ỹ]\.|\w [A-ZÀ-Ỹ][\w’'-]+) $")


@dataclass(frozen=True)
class Reading:
    """A document, and what was found in it."""

    document: Document
    name: str | None
    explained: Sequence[Explained]
    clozes: Sequence[tuple[Term, Sentence]]
    terms: Terms
    words: Wording


def of_explained(
    kind: GeneratedType, one: Explained, text: Reading, dice: Chance, difficulty: Difficulty, *, truth: bool
) -> Made | None:
    """A question for the term that a sentence explains; None if this kind cannot be made of it."""
    if one.how in ("within", "fact") or (kind == "true_false"):
        term = text.terms.get(one.term)
        return (
            None
            if term is None
            else of_gap(kind, term, one.sentence, text, dice, difficulty, truth=truth, sure=one.how != "fact")
        )
    rest = (one.rest[:1].upper() + one.rest[1:]).strip()
    found = text.terms.get(one.term)
    if one.how == "verb":
        stem = f"{text.words.gap} “{GAP} {one.rest}.”"
    elif one.how == "called":
        stem = f"{text.words.called} “{rest}”"
    elif found is not None and (found.sort == "person" or (found.sort == "name" and " who " in rest)):
        stem = f"{text.words.who} “{rest}”"
    else:
        stem = f"{text.words.described} “{rest}”"
    return _asked(kind, stem, one.term, one.sentence, one.rest, text, dice, difficulty, others=one.others, listed=True)


def of_gap(
    kind: GeneratedType,
    term: Term,
    sentence: Sentence,
    text: Reading,
    dice: Chance,
    difficulty: Difficulty,
    *,
    truth: bool,
    sure: bool = False,
) -> Made | None:
    """The sentence with a gap in the place of the term, or with another term there. `sure`: it explains the term."""
    span = place_of(term.written, sentence.plain)
    if span is None:
        return None
    before, here, after = sentence.plain[: span[0]], sentence.plain[span[0] : span[1]], sentence.plain[span[1] :]
    rest = before + " " + after
    if (
        len(content(rest)) < REST_WORDS
        or share_root(here, rest)
        or (term.sort != "thing" and _PART_OF_A_NAME.search(before))
    ):
        return None
    if kind == "true_false":
        return _stated(here, before, after, sentence, text, dice, difficulty, truth=truth, listed=sure)
    stem = f"{text.words.gap} “{_with_both_articles(before)}{GAP}{after}”"
    written = here if before else (term.written if folded(term.written) == folded(here) else here)
    return _asked(kind, stem, written, sentence, rest, text, dice, difficulty, listed=False)


def place_of(term: str, said: str) -> tuple[int, int] | None:
    """Where the term stands as a whole word, if it stands there once. Names must be written the same."""
    flags = 0 if any(letter.isupper() for letter in term) else re.IGNORECASE
    found = list(re.finditer(rf"(?<![\w’'-]){re.escape(term)}(?![\w’'-])", said, flags))
    return found[0].span() if len(found) == 1 else None


def _with_both_articles(before: str) -> str:
    return re.sub(r"(?i)\b(a)n? $", lambda match: f"{match[1]}/{match[1].lower()}n ", before)


def _asked(
    kind: GeneratedType,
    stem: str,
    term: str,
    sentence: Sentence,
    rest: str,
    text: Reading,
    dice: Chance,
    difficulty: Difficulty,
    *,
    others: Sequence[str] = (),
    listed: bool,
) -> Made | None:
    fields: dict[str, Any] = {"explanation": sentence.plain, "topic": topic_of(term, sentence, text)}
    seconds = SECONDS[difficulty]
    if kind == "typed":
        if len(term.split()) > TYPED_WORDS or len(term) > TYPED_LETTERS:
            return None
        known = text.terms.get(term)
        person = known is not None and known.sort == "person" and " " in term
        accepted = dict.fromkeys([*_forms(term, text), *others, *([term.split()[-1]] if person else [])])
        question = Question(
            type="typed", text=stem, accepted=tuple(accepted), time_limit_s=seconds + TYPING_S, **fields
        )
    elif kind == "single_choice":
        wrong = text.terms.beside(term, sentence.plain, rest, difficulty, listed=listed)
        if len(wrong) < WANTED:
            return None
        known = text.terms.get(term)
        right = surname(term) if known is not None and known.sort == "person" else term
        options = dice.shuffled([Option(text=right, correct=True), *(Option(text=other) for other in wrong)])
        question = Question(type="single_choice", text=stem, options=tuple(options), time_limit_s=seconds, **fields)
    else:
        return None
    return Made(question=question, source=source_of(sentence, text))


def _forms(term: str, text: Reading) -> list[str]:
    """The term, and its other number where the text has it as well."""
    return [
        form for form in number_forms(term) if form == term or text.terms.support.sentences_with(form, exactly=True)
    ]


def _stated(
    here: str,
    before: str,
    after: str,
    sentence: Sentence,
    text: Reading,
    dice: Chance,
    difficulty: Difficulty,
    *,
    truth: bool,
    listed: bool,
) -> Made | None:
    """The sentence as it stands, or with another term in the place of this one."""
    said = sentence.plain
    if not truth:
        wrong = text.terms.beside(
            here,
            sentence.plain,
            before + " " + after,
            difficulty,
            listed=listed,
            bare=_is_bare(before),
            counted=_has_a(before),
        )
        if not wrong:
            return None
        other = dice.pick(wrong)
        other = other if before else other[:1].upper() + other[1:]
        said = _fitting_article(before, other) + other + after
    options = (Option(text=text.words.yes, correct=truth), Option(text=text.words.no, correct=not truth))
    question = Question(
        type="true_false",
        text=f"{text.words.statement} “{said}”",
        options=options,
        explanation=sentence.plain,
        topic=topic_of(here, sentence, text),
        time_limit_s=SECONDS[difficulty],
    )
    return Made(question=question, source=source_of(sentence, text))


def _is_bare(before: str) -> bool:
    """Whether what follows stands without an article."""
    return before.split()[-1:] == [] or before.split()[-1].casefold() in _OPENING


def _has_a(before: str) -> bool:
    return before.casefold().endswith((" a ", " an ")) or before in ("A ", "An ")


def _fitting_article(before: str, other: str) -> str:
    vowel = other[:1].casefold() in "aeiou"
    return re.sub(r"(?i)\b(a)n? $", lambda match: match[1] + ("n " if vowel else " "), before)


def topic_of(term: str, sentence: Sentence, text: Reading) -> str | None:
    """The heading above; else what the text is called. Never the answer."""
    for words in (*reversed(sentence.paragraph.heading), text.document.title):
        if words.strip() and folded(term) not in folded(words):
            return words.strip()[:100].title() if words.isupper() else words.strip()[:100]
    return None


def source_of(sentence: Sentence, text: Reading) -> Source:
    """Where it comes from."""
    paragraph = sentence.paragraph
    return Source(
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        file_name=text.name,
        page=paragraph.page,
        heading=" > ".join(paragraph.heading)[:500] or None,
    )
