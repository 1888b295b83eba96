"""TABLE.md is the promise; here every row of it is kept."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from edkit.contracts.questions import Question
from edkit.contracts.quizzes import ImportFormat, ImportWarning
from edkit.errors import Invalid
from quiz_service import importing
from quiz_service.importing.formats import read
from tests.quiz_service import sheets

TABLE = Path(importing.__file__).parent / "TABLE.md"
SECTIONS: dict[str, ImportFormat] = {
    "Any text file": "gift",
    "GIFT": "gift",
    "Aiken": "aiken",
    "Kahoot spreadsheet": "kahoot_xlsx",
    "Our own JSON": "json",
}


class Row(NamedTuple):
    format: ImportFormat
    construct: str
    outcome: str
    example: str
    becomes: str


def table() -> list[Row]:
    rows, section = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line.startswith("|") and section and not line.startswith(("|---", "| construct")):
            construct, outcome, example, becomes = re.fullmatch(
                r"\| (.*) \| (\w+) \| `(.*)` \| (.*?) ?\|", line
            ).groups()  # type: ignore[union-attr]
            rows.append(Row(SECTIONS[section], construct, outcome, example.replace("\\`", "`"), becomes))
    return rows


def as_file(row: Row) -> bytes:
    label, _, rest = row.example.partition(": ")
    if row.format == "kahoot_xlsx":
        return as_sheet(label, rest) if label in {"column", "sheet", "picture", "styled"} else as_sheet("", row.example)
    text = row.example.replace("⏎", "\n")
    if row.construct.startswith(("UTF-", "another encoding")):
        return rest.encode(label)
    if label == "crlf":
        return rest.replace("⏎", "\r\n").encode()
    if label == "nul":
        return rest.replace("§", "\0\x07").encode()
    if label == "long":
        return f"{'word ' * 1000} {rest}".encode()
    if label == "many":
        return "\n\n".join([rest] * 203).encode()
    return text.encode()


def as_sheet(label: str, example: str) -> bytes:
    rows = [[sheets.value(cell) for cell in line.split("¦")] for line in example.split("⏎")]
    data = sheets.kahoot(
        rows, extra="Mood" if label == "column" else "", second_sheet="Notes" if label == "sheet" else ""
    )
    return sheets.with_part(data, "xl/media/image1.png", b"\x89PNG") if label == "picture" else data


def reads(question: Question) -> str:
    """A question in the short form of the table."""
    parts = [question.type, "…" if len(question.text) > 1000 else question.text.replace("\n", "⏎")]
    if question.options:
        parts.append(f"[{', '.join(option.text + '*' * option.correct for option in question.options)}]")
    if question.accepted:
        parts.append(f"({', '.join(question.accepted)})")
    if question.number:
        parts.append(f"{{{question.number.answer:g} ± {question.number.tolerance:g}}}")
    if question.explanation:
        parts.append("<" + question.explanation.replace("\n", "⏎") + ">")
    if question.topic:
        parts.append(f"#{question.topic}")
    if question.time_limit_s != 20:
        parts.append(f"{question.time_limit_s} s")
    return " ".join(parts)


def told(row: Row) -> tuple[str, list[ImportWarning]]:
    """What the row's example becomes, and the warnings; for an unusable file the rows that the refusal names."""
    try:
        parsed = read(as_file(row), "example", row.format)
    except Invalid as refusal:
        rows = [(error.field.removeprefix("rows."), error.message) for error in refusal.errors]
        return "", [ImportWarning(row=int(number), message=message) for number, message in rows]
    return " · ".join(reads(question) for question in parsed.questions), list(parsed.warnings)


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row.format}: {row.construct}")
def test_the_table_is_kept(row: Row) -> None:
    becomes, warnings = told(row)
    if row.construct.startswith("more than 200"):
        assert becomes.count("·") == 199
        assert [warning.row for warning in warnings] == [401]
        assert "3 more" in warnings[0].message
        return
    assert becomes == row.becomes
    assert (row.outcome == "imported") == (not warnings), warnings
    assert (row.outcome == "skipped") == (not becomes)
    assert all(warning.row >= 1 for warning in warnings)


def test_the_table_has_every_outcome_for_every_format() -> None:
    outcomes = {(row.format, row.outcome) for row in table()}
    assert outcomes == {
        (format_, outcome) for format_ in set(SECTIONS.values()) for outcome in ("imported", "approximated", "skipped")
    }
