"""Aiken: a question, lettered options, `ANSWER: B`."""

import re
from dataclasses import dataclass, field

from quiz_service.importing.decoding import decode
from quiz_service.importing.parsed import Notebook, Parsed

OPTION = re.compile(r"([A-Za-z])[.)](?:\s+|$)(.*)")
ANSWER = re.compile(r"ANSWER\s*:\s*(.*)", re.IGNORECASE)
LETTER = re.compile(r"[A-Za-z]")


@dataclass
class _Question:
    row: int
    text: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)


def read_aiken(data: bytes, title: str) -> Parsed:
    """Every question of an Aiken file that can be played, and a warning at its row for each that cannot.

    Moodle wants each question and option on one line; here the lines that follow belong to it, too.
    """
    notes = Notebook()
    current: _Question | None = None
    for row, raw in enumerate(decode(data, notes).split("\n"), start=1):
        line = raw.strip()
        if not line:
            continue
        answer, option = ANSWER.fullmatch(line), OPTION.fullmatch(line)
        if answer:
            if current is None:
                notes.skip(row, "an answer stands here without a question before it.")
            else:
                _take(notes, current, answer[1], row)
            current = None
        elif current is None:
            current = _Question(row, [line])
        elif option and _expected(current, option[1]):
            current.options.append([option[2]])
        elif current.options and raw[:1] not in " \t":
            notes.skip(current.row, "no line ANSWER: follows its options.")
            current = _Question(row, [line])
        elif current.options:
            current.options[-1].append(line)
        else:
            current.text.append(line)
    if current is not None:
        notes.skip(current.row, "the file ends before its ANSWER: line.")
    return notes.parsed(title)


def _expected(question: _Question, letter: str) -> bool:
    """Options come in the order of the alphabet; another letter is text."""
    return ord(letter.upper()) - ord("A") == len(question.options)


def _take(notes: Notebook, question: _Question, answer: str, row: int) -> None:
    letters = [part for part in re.split(r"[\s,;&]+|\band\b", answer) if part]
    indexes = []
    for letter in letters:
        letter = letter.rstrip(".)")
        index = ord(letter.upper()) - ord("A") if LETTER.fullmatch(letter) else -1
        if not 0 <= index < len(question.options):
            notes.skip(question.row, f"its answer “{answer[:40]}” (line {row}) is no letter of its options.")
            return
        indexes.append(index)
    if not indexes:
        notes.skip(question.row, f"its ANSWER: line ({row}) names no letter.")
        return
    if len(set(indexes)) > 1:
        notes.warn(row, "Several letters are given, which Aiken does not know; this became a multiple choice question.")
    notes.add(
        question.row,
        "single_choice" if len(set(indexes)) == 1 else "multiple_choice",
        " ".join(question.text),
        options=[(" ".join(lines), index in indexes) for index, lines in enumerate(question.options)],
    )
