"""Spreadsheets made for tests; none lies in the repository as a binary file."""

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
from openpyxl.styles import Font, PatternFill

HEADINGS = (
    "Question - max 120 characters",
    "Answer 1 - max 75 characters",
    "Answer 2 - max 75 characters",
    "Answer 3 - max 75 characters",
    "Answer 4 - max 75 characters",
    "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",
    "Correct answer(s) - choose at least one",
)


def kahoot(
    rows: list[list[Any]],
    *,
    header_row: int = 8,
    first_column: int = 2,
    extra: str = "",
    second_sheet: str = "",
    **_: Any,
) -> bytes:
    """A spreadsheet like Kahoot's template with these data rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if header_row > 2:
        sheet.cell(2, 2, "Quiz template").font = Font(bold=True)
    for column, heading in enumerate((*HEADINGS, *([extra] if extra else [])), start=first_column):
        cell = sheet.cell(header_row, column, heading)
        cell.fill = PatternFill("solid", fgColor="FFCC00")
    for number, cells in enumerate(rows, start=header_row + 1):
        sheet.cell(number, 1, number - header_row)
        for column, value in enumerate(cells, start=first_column):
            if value not in (None, ""):
                sheet.cell(number, column, value)
    if second_sheet:
        book.create_sheet(second_sheet).append(["something"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def value(text: str) -> Any:
    """A cell as a person would type it into a spreadsheet."""
    text = text.strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part added or replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, content)
    return stream.getvalue()
