"""Searching as people do: without minding case, accents or the order of the words. Pure."""

import unicodedata
from collections.abc import Iterable

from edkit.contracts.quizzes import QuizFields

SEARCHED_MAX = 30_000  # characters of one quiz
WORDS_MAX = 10  # words of one search
WITHOUT_MARK = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe"})


def folded(text: str) -> str:
    """Lower case, compatibility forms, no accents, single spaces: “Điện  HỌC” is “dien hoc”."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(WITHOUT_MARK)
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def searchable(quiz: QuizFields) -> str:
    """Everything of a quiz that a search looks at, folded."""
    return folded("\n".join(_texts(quiz)))[:SEARCHED_MAX]


def wanted(query: str | None) -> list[str]:
    """The words a quiz must hold to be found."""
    return folded(query or "").split()[:WORDS_MAX]


def _texts(quiz: QuizFields) -> Iterable[str]:
    yield quiz.title
    yield from quiz.tags
    yield quiz.description
    for question in quiz.questions:
        yield question.topic or ""
        yield question.text
    for question in quiz.questions:
        yield from (option.text for option in question.options)
        yield from question.accepted
