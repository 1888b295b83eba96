"""Lines of a printed text back to running text. Pure."""

import re
from collections.abc import Iterable, Sequence, Set

HYPHENS = "-\u2010\u00ad\ufffe\x02"
"""What ends a line in the middle of a word; the last two are how PDFium tells of it."""

WORD_MAX = 100
"""Letters of a word, at most: where one begins would take the square of its length to find."""

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(rf"([^\W_]+)([{HYPHENS}]|(?<=\d)\u2013)$")
_GOES_ON = re.compile(r"[^\W_]+")
_ENDS = re.compile(r"[.!?\u2026:;][\"'\u201d\u2019)\]\u00bb]*$")
_ITEM = re.compile(r"(?:[\u2022\u25e6\u25aa\u25cf\u2023\u2043*\u2013\u2014-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")


def words_of(lines: Iterable[str]) -> set[str]:
    """Every word as it stands inside a line, by which a word broken at the end of one is known."""
    return {word.casefold() for line in lines for word in _WORD.findall(line)}


def joined(lines: Sequence[str], known: Set[str]) -> str:
    """One text. A word broken at the end of a line is mended: with its hyphen if what follows is a number or begins
    with a capital, else only if the text has it so elsewhere.
    """
    parts: list[str] = []
    for line in lines:
        broken = _BROKEN.search(parts[-1][-WORD_MAX:]) if parts else None
        tail = _GOES_ON.match(line)
        if broken and tail:
            parts[-1] = parts[-1][:-1] + _hyphen(broken, tail[0], known)
        elif parts:
            parts.append(" ")
        parts.append(line)
    return "".join(parts)


def _hyphen(broken: re.Match[str], tail: str, known: Set[str]) -> str:
    """What stands between both parts of a word that was broken."""
    head, sign = broken.groups()
    if sign == "\u2013":
        return sign
    if not (tail[0].islower() and head[-1].isalpha()):
        return "-"
    whole, hyphened = f"{head}{tail}".casefold(), f"{head}-{tail}".casefold()
    return "-" if whole not in known and hyphened in known else ""


def ends_a_sentence(line: str) -> bool:
    """By its last sign; a colon and a semicolon count, for what comes after them is another item or clause."""
    return _ENDS.search(line.rstrip()) is not None


def begins_an_item(line: str) -> bool:
    """A bullet or a number before words."""
    return _ITEM.match(line) is not None
