"""JSON as language models write it: fenced, in the middle of prose, with commas too many, or cut short.

Whatever is broken, everything that was complete before is kept: a list ends before the element that is not whole, and
the object around it ends with that list. Whether that is enough is for the shape to say.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

DEEPEST = 64
"""Nobody asks for a deeper answer, and a model may write a million brackets."""
MOST_STARTS = 200
"""How many brackets are tried as the beginning of the answer."""

_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?")
_WORD = re.compile(r"[A-Za-z_]\w{0,63}")
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_PLAIN = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Found(NamedTuple):
    """A list or an object found in a text. `whole`: nothing of it was missing."""

    value: Any
    whole: bool
    length: int


def candidates(text: str) -> list[Found]:
    """Everything in `text` that may be the answer, the longest first: what stands beside an answer is shorter.

    A text that is JSON is the only candidate.
    """
    try:
        return [Found(json.loads(text), True, len(text))]
    except (ValueError, RecursionError):
        pass
    return sorted(_fragments(text), key=lambda found: -found.length)


def _fragments(text: str) -> Iterator[Found]:
    at = 0
    for _ in range(MOST_STARTS):
        starts = [place for place in (text.find("{", at), text.find("[", at)) if place >= 0]
        if not starts:
            return
        start = min(starts)
        reader = _Reader(text, start)
        value, whole = reader.value(0)
        if value:
            yield Found(value, whole, reader.at - start)
        at = max(reader.at, start + 1)


class _Missing:
    """There is no value here, or not all of it."""


_MISSING = _Missing()


class _Reader:
    """Reads on from `at`. Each method answers what it read and whether that was whole; it never raises."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def value(self, depth: int) -> tuple[Any, bool]:
        mark = self._look()
        if mark in ("{", "[") and depth < DEEPEST:
            return self._object(depth + 1) if mark == "{" else self._list(depth + 1)
        if mark in _PLAIN:
            return self._string(mark)
        if number := _NUMBER.match(self.text, self.at):
            self.at = number.end()
            if self.at == len(self.text):
                return _MISSING, False  # more digits may have been to come
            written = number.group()
            return (int(written) if written.lstrip("-").isdigit() else float(written)), True
        word = _WORD.match(self.text, self.at)
        if word and word.group() in _WORDS:
            self.at = word.end()
            return _WORDS[word.group()], True
        return _MISSING, False

    def _list(self, depth: int) -> tuple[list[Any], bool]:
        values: list[Any] = []
        self.at += 1
        while self._look() != "]":
            value, whole = self.value(depth)
            if not whole:
                return values, False
            values.append(value)
            if self._look() == ",":
                self.at += 1
            elif self._look() != "]":
                return values, False
        self.at += 1
        return values, True

    def _object(self, depth: int) -> tuple[dict[str, Any], bool]:
        members: dict[str, Any] = {}
        self.at += 1
        while self._look() != "}":
            key, whole = self._key()
            if not whole or self._look() != ":":
                return members, False
            self.at += 1
            value, whole = self.value(depth)
            if whole or isinstance(value, (list, dict)):
                members[key] = value
            if not whole:
                return members, False
            if self._look() == ",":
                self.at += 1
            elif self._look() != "}":
                return members, False
        self.at += 1
        return members, True

    def _key(self) -> tuple[Any, bool]:
        mark = self._look()
        if mark in _PLAIN:
            return self._string(mark)
        if word := _WORD.match(self.text, self.at):
            self.at = word.end()
            return word.group(), True
        return _MISSING, False

    def _string(self, quote: str) -> tuple[Any, bool]:
        parts: list[str] = []
        self.at += 1
        while True:
            plain = _PLAIN[quote].match(self.text, self.at)
            if plain is not None:
                parts.append(plain.group())
                self.at = plain.end()
            if self.at >= len(self.text):
                return _MISSING, False
            if self.text[self.at] == quote:
                self.at += 1
                if quote == '"' or self._look() in (",", ":", "]", "}", ""):
                    return "".join(parts), True
                parts.append(quote)  # an apostrophe within single quotes
            elif not self._escape(parts):
                return _MISSING, False

    def _escape(self, parts: list[str]) -> bool:
        mark = self.text[self.at + 1 : self.at + 2]
        if not mark:
            return False
        if mark != "u":
            parts.append(_ESCAPES.get(mark, mark))
            self.at += 2
            return True
        pair = re.compile(r"(?:\\u[0-9a-fA-F]{4})+").match(self.text, self.at)
        if pair is None:
            return False
        self.at = pair.end()
        units = bytes.fromhex(pair.group().replace("\\u", ""))
        parts.append(units.decode("utf-16-be", errors="replace"))
        return True

    def _look(self) -> str:
        """The next character that is no space; empty at the end."""
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
        return self.text[self.at : self.at + 1]
