"""Our own JSON (`FORMAT.md`), read question by question so that one broken question costs only itself."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from edkit.contracts.questions import Question
from edkit.contracts.quizzes import QuizFields
from quiz_service.importing.decoding import decode
from quiz_service.importing.parsed import Notebook, Parsed, Unreadable

FORMAT, VERSION = "edtech-quiz", 1
SPACE = re.compile(r"[ \t\n\r]*")
KNOWN = {"format", "version", "title", "description", "language", "tags", "questions"}
STORED = {"id", "created_at", "updated_at"}  # what the API adds to a quiz, of no use to a new one


def read_own_json(data: bytes, title: str) -> Parsed:
    """The quiz of the file. Rows are lines.

    Unknown fields are dropped with a warning; a file cut off in the middle gives what came before the cut.
    """
    notes = Notebook()
    text = decode(data, notes)
    lines = _Lines(text)
    head: dict[str, Any] = {}
    questions: list[tuple[int, Any]] = []
    try:
        for key, row, value in _members(text, lines, questions):
            head[key] = (row, value)
    except (ValueError, RecursionError) as error:
        row = lines.row(error.pos) if isinstance(error, json.JSONDecodeError) else lines.row(len(text))
        reason = (
            error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply or a number is too long"
        )
        if not questions:
            raise Unreadable(f"This is not JSON from here on: {reason}.", row) from error
        notes.warn(row, f"The file cannot be read from here on: {reason}.")
    if not questions and "questions" not in head:
        raise Unreadable("A quiz in JSON is an object with a list called questions.")
    _check_head(head, notes)
    for row, value in questions:
        _take(notes, row, value)
    return notes.parsed(_describe(head, title, notes))


class _Lines:
    """Positions to rows, in one pass when asked in order."""

    def __init__(self, text: str) -> None:
        self._text, self._position, self._row = text, 0, 1

    def row(self, position: int) -> int:
        if position < self._position:
            self._position, self._row = 0, 1
        self._row += self._text.count("\n", self._position, position)
        self._position = position
        return self._row


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")


def _members(text: str, lines: _Lines, questions: list[tuple[int, Any]]) -> Iterator[tuple[str, int, Any]]:
    """The members of the outermost object; those of `questions` go to the list, as far as they can be read."""
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    position = _expect(text, 0, "{")
    while True:
        position = _space(text, position)
        if text[position : position + 1] == "}":
            return
        at = position
        key, position = decoder.raw_decode(text, position)
        if not isinstance(key, str):
            raise json.JSONDecodeError("Expecting the name of a field", text, at)
        position = _space(text, _expect(text, position, ":"))
        if key == "questions" and text[position : position + 1] == "[":
            position += 1
            while text[(position := _space(text, position)) : position + 1] != "]":
                value, end = decoder.raw_decode(text, position)
                questions.append((lines.row(position), value))
                position = _space(text, end)
                if text[position : position + 1] != "]":
                    position = _expect(text, position, ",")
            position += 1
            yield key, lines.row(at), None
        else:
            value, position = decoder.raw_decode(text, position)
            yield key, lines.row(at), value
        position = _space(text, position)
        if text[position : position + 1] != "}":
            position = _expect(text, position, ",")


def _space(text: str, position: int) -> int:
    match = SPACE.match(text, position)
    return match.end() if match else position


def _expect(text: str, position: int, sign: str) -> int:
    position = _space(text, position)
    if text[position : position + 1] != sign:
        raise json.JSONDecodeError(f"Expecting {sign!r}", text, position)
    return position + 1


def _check_head(head: dict[str, Any], notes: Notebook) -> None:
    row, format_ = head.get("format", (1, None))
    if format_ is None and "title" not in head:
        notes.warn(1, f'The file does not say "format": "{FORMAT}"; it was read as if it did.')
    elif format_ not in (None, FORMAT):
        raise Unreadable(f"The format is called {str(format_)[:60]!r}; this reads {FORMAT!r}.", row)
    row, version = head.get("version", (1, VERSION))
    if format_ is not None and version != VERSION:
        raise Unreadable(f"Version {str(version)[:20]} of the format is not known; this reads version {VERSION}.", row)
    for key, (row, _) in head.items():
        if key not in KNOWN | STORED:
            notes.warn(row, f"The field {key[:60]!r} is not known and was left out.")


def _describe(head: dict[str, Any], title: str, notes: Notebook) -> str:
    """The title; the rest of the head goes to the notebook. What cannot be used is left out with a warning."""
    values: dict[str, Any] = {"title": title}
    for key in ("title", "description", "language", "tags"):
        if key not in head or head[key][1] is None:
            continue
        row, value = head[key]
        try:
            fields = QuizFields.model_validate({**values, key: value})
            values[key] = getattr(fields, key)
        except ValidationError as error:
            notes.warn(row, f"The {key} was left out: {error.errors()[0]['msg']}.")
    notes.tag(values.get("tags", ()))
    notes.description = values.get("description", "")
    notes.language = values.get("language")
    return str(values["title"])


def _take(notes: Notebook, row: int, value: Any) -> None:
    if not isinstance(value, dict):
        notes.skip(row, "a question is an object.")
        return
    for _ in range(20):
        try:
            Question.model_validate(value)
        except ValidationError as error:
            unknown = [detail["loc"] for detail in error.errors() if detail["type"] == "extra_forbidden"]
            if not unknown:
                break
            for location in unknown:
                _remove(value, location)
                notes.warn(row, f"The field {str(location[-1])[:60]!r} is not known and was left out.")
        else:
            break
    notes.offer(row, value)


def _remove(value: Any, location: tuple[Any, ...]) -> None:
    for step in location[:-1]:
        value = value[step]
    value.pop(location[-1], None)
