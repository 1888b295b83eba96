"""Where sentences begin and end. Pure; for English and Vietnamese, and well enough for their neighbours."""

# ruff: noqa: SIM905 - a list of words reads better as words

import re
from collections.abc import Iterator

_ABBREVIATIONS = frozenset(
    (
        "mr mrs ms dr prof st sr jr v vs etc e.g i.e cf fig figs eq no vol pp p ed eds approx ca al inc ltd co dept "
        "est tp ths ts gs pgs"
    ).split()
)
_STOP = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s|$)|\n+")
_BEFORE = re.compile(r"([\w.]+)\.$")


def sentences(text: str) -> list[tuple[int, int]]:
    """[start, end) of every sentence, without the spaces around it."""
    return list(_found(text))


def _found(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in _STOP.finditer(text):
        if not stop[0].startswith("\n") and not _ends(text, start, stop.end()):
            continue
        yield from _trimmed(text, start, stop.end())
        start = stop.end()
    yield from _trimmed(text, start, len(text))


def _ends(text: str, start: int, end: int) -> bool:
    """Whether the stop that ends at `end` ends a sentence."""
    following = text[end:].lstrip()[:1]
    if following and (following.islower() or following in ",;:"):
        return False
    word = _BEFORE.search(text[start:end].rstrip("\"'\u201d\u2019)]"))
    if word is None:
        return True
    said = word[1].casefold()
    initial = len(said) == 1 and said.isalpha() and word[1].isupper()
    return not (initial or said in _ABBREVIATIONS)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    part = text[start:end]
    left, right = len(part) - len(part.lstrip()), len(part.rstrip())
    if right > left:
        yield start + left, start + right
