"""Kahoot's quiz spreadsheet. Runs in a child process (`child.py`): spreadsheets are zip files full of XML.

Before openpyxl sees a byte, the archive's own directory is held against the limits below (what is unpacked never
exceeds what the directory declares), and every XML part is searched for a document type, which no spreadsheet needs and
every entity bomb does.
"""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import openpyxl

from quiz_service.importing.decoding import CONTROL
from quiz_service.importing.parsed import Notebook, Parsed, Unreadable

PARTS_MAX = 500
UNPACKED_MAX = 60_000_000  # bytes, all parts together
PART_MAX = 20_000_000
SHEETS_MAX = 20
ROWS_MAX = 2_000
COLUMNS_MAX = 40
CELL_MAX = 10_000  # characters
HEADER_ROWS = 50  # the header is looked for in so many rows
TRUE_FALSE = ({"true", "false"}, {"đúng", "sai"})
TOO_LARGE = "This spreadsheet unpacks to far more than a quiz needs. Copy the questions to a new one."
ANSWER = re.compile(r"answer\s*(\d)\b")
DAMAGED = (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, RuntimeError, zlib.error)
NOT_XLSX = "This is not an Excel file (.xlsx). Open it in a spreadsheet program and save it as .xlsx."
NO_HEADER = (
    "No sheet has a row with the headings Question, Answer 1, Answer 2 and Correct answer(s). "
    "Start from Kahoot's own template."
)


@dataclass(frozen=True)
class _Columns:
    question: int
    answers: tuple[int, ...]
    time: int | None
    correct: int


def read_kahoot_xlsx(data: bytes, title: str) -> Parsed:
    """Every usable question of the first sheet that has Kahoot's headings, and a warning at its row for each other."""
    notes = Notebook()
    has_pictures = _check_archive(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which do not concern us
        sheets = list(_sheets(data))
    for index, (name, rows) in enumerate(sheets):
        header = _header(rows)
        if header is None:
            continue
        row, columns = header
        if has_pictures:
            notes.warn(row, "Pictures in the file are not taken over.")
        unread = [other for at, (other, cells) in enumerate(sheets) if at > index and cells]
        if unread:
            notes.warn(row, f"Only the sheet “{name[:40]}” was read, not: {', '.join(unread)[:200]}.")
        _note_further_columns(notes, rows[row - 1], row, columns)
        for number, cells in enumerate(rows[row:], start=row + 1):
            _take(notes, number, cells, columns)
        if len(rows) >= ROWS_MAX:
            notes.warn(ROWS_MAX, f"Rows after the {ROWS_MAX}th were not read.")
        return notes.parsed(title)
    raise Unreadable(NO_HEADER)


def _check_archive(data: bytes) -> bool:
    """Refuse what is no spreadsheet or could hurt; says whether there are pictures inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if "[Content_Types].xml" not in archive.namelist():
                raise Unreadable(NOT_XLSX)
            if len(parts) > PARTS_MAX or any(part.file_size > PART_MAX for part in parts):
                raise Unreadable(TOO_LARGE)
            if sum(part.file_size for part in parts) > UNPACKED_MAX:
                raise Unreadable(TOO_LARGE)
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable("This spreadsheet is protected by a password. Save it without one.")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")) and _has_doctype(archive, part):
                    raise Unreadable("This spreadsheet holds a document type definition, which no spreadsheet needs.")
            return any(part.filename.startswith("xl/media/") for part in parts)
    except DAMAGED as error:
        raise Unreadable(NOT_XLSX) from error


def _has_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether the part has `<!DOCTYPE` in any of the encodings XML may use."""
    before = b""
    with archive.open(part) as stream:
        while block := stream.read(1 << 20):
            window = (before + block).replace(b"\0", b"").upper()
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                return True
            before = block[-40:]
    return False


def _sheets(data: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    """Name and cells of each sheet; a formula gives its result, or a `_Formula` where the file holds none."""
    try:
        values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sources = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        with closing(values), closing(sources):
            for sheet, source in list(zip(values.worksheets, sources.worksheets, strict=True))[:SHEETS_MAX]:
                sheet.reset_dimensions()
                source.reset_dimensions()
                rows = []
                results = sheet.iter_rows(max_row=ROWS_MAX, max_col=COLUMNS_MAX, values_only=True)
                formulas = source.iter_rows(max_row=ROWS_MAX, max_col=COLUMNS_MAX, values_only=True)
                for cells, written in zip(results, formulas, strict=False):
                    rows.append([_value(*pair) for pair in zip(cells, written, strict=False)])
                while rows and not any(cell not in (None, "") for cell in rows[-1]):
                    rows.pop()
                yield sheet.title, rows
    except Unreadable:
        raise
    except Exception as error:  # openpyxl raises whatever its input provokes: KeyError, TypeError, ParseError ...
        raise Unreadable(f"{NOT_XLSX} ({type(error).__name__})") from error


@dataclass(frozen=True)
class _Formula:
    """A formula whose result the file does not hold."""

    source: str


def _value(value: Any, written: Any) -> Any:
    formula = not isinstance(written, str | int | float | bool | datetime | date | time | type(None))
    if value is None and (formula or (isinstance(written, str) and written.startswith("="))):
        return _Formula(str(written)[:80])
    return value[:CELL_MAX] if isinstance(value, str) else value


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, _Columns] | None:
    """The row (from 1) and columns of the headings, found by their words wherever they stand."""
    for row, cells in enumerate(rows[:HEADER_ROWS], start=1):
        heads = [" ".join(cell.casefold().split()) if isinstance(cell, str) else "" for cell in cells]
        answers = {int(found[1]): at for at, head in enumerate(heads) if (found := ANSWER.match(head))}
        correct = next((at for at, head in enumerate(heads) if head.startswith("correct answer")), None)
        question = next((at for at, head in enumerate(heads) if head.startswith("question")), None)
        limit = next((at for at, head in enumerate(heads) if head.startswith("time limit")), None)
        if question is not None and correct is not None and {1, 2} <= set(answers):
            ordered = tuple(at for _, at in sorted(answers.items()))
            return row, _Columns(question, ordered, limit, correct)
    return None


def _note_further_columns(notes: Notebook, heads: Sequence[Any], row: int, columns: _Columns) -> None:
    known = {columns.question, columns.correct, columns.time, *columns.answers}
    further = [
        str(head).strip()[:40]
        for at, head in enumerate(heads)
        if head not in (None, "") and at not in known and str(head).strip().casefold() not in {"no", "no.", "#", ""}
    ]
    if further:
        notes.warn(row, f"Columns that are not part of Kahoot's template were not read: {', '.join(further)}.")


def _take(notes: Notebook, row: int, cells: Sequence[Any], columns: _Columns) -> None:
    def cell(column: int | None) -> Any:
        return cells[column] if column is not None and column < len(cells) else None

    texts = [_text(cell(column)) for column in columns.answers]
    question = _text(cell(columns.question))
    if not question and not any(texts) and cell(columns.correct) in (None, ""):
        return
    formulas = [
        cell(at) for at in (columns.question, *columns.answers, columns.correct) if isinstance(cell(at), _Formula)
    ]
    if formulas:
        notes.skip(row, f"it holds a formula without a result ({formulas[0].source}). Write the text itself.")
    elif not question:
        notes.skip(row, "the question is empty.")
    elif sum(bool(text) for text in texts) < 2:
        notes.skip(row, "a question needs at least two answers.")
    else:
        dated = [at for at in (columns.question, *columns.answers) if isinstance(cell(at), datetime | date | time)]
        if dated:
            notes.warn(row, f"A cell holds a date; it was written as {_text(cell(dated[0]))}.")
        correct = _correct(notes, row, cell(columns.correct), texts)
        if correct:
            _add(notes, row, question, texts, correct, _seconds(notes, row, cell(columns.time)))


def _add(notes: Notebook, row: int, question: str, texts: list[str], correct: set[int], seconds: int) -> None:
    options = [(text, index in correct) for index, text in enumerate(texts, start=1) if text]
    if len(correct) > 1:
        notes.warn(row, "Several answers are correct. In Kahoot one of them is enough; here all of them are asked for.")
    kind = "single_choice" if len(correct) == 1 else "multiple_choice"
    if kind == "single_choice" and {text.casefold() for text, _ in options} in TRUE_FALSE:
        kind = "true_false"
    notes.add(row, kind, question, options=options, time_limit_s=seconds)


def _correct(notes: Notebook, row: int, value: Any, texts: list[str]) -> set[int]:
    """The numbers of the correct answers, or nothing and a warning."""
    given = _text(value)
    if isinstance(value, float) and not value.is_integer():
        notes.warn(row, f"The correct answers read {given}: a spreadsheet took a comma for a decimal point.")
        given = given.replace(".", ",")
    parts = [part for part in re.split(r"[\s,;&/]+", given) if part]
    named = [index for index, text in enumerate(texts, start=1) if text and text.casefold() == given.casefold()]
    if parts and all(re.fullmatch(r"\d{1,3}", part) for part in parts):
        numbers = {int(part) for part in parts}
        absent = sorted(number for number in numbers if not 1 <= number <= len(texts) or not texts[number - 1])
        if not absent:
            return numbers
        notes.skip(row, f"its correct answer {absent[0]} is not one of the answers that are filled in.")
    elif len(named) == 1:
        notes.warn(row, "The correct answer was given as a text; it should be the number of the answer.")
        return set(named)
    elif not given:
        notes.skip(row, "no correct answer is given.")
    else:
        notes.skip(row, f"its correct answer “{given[:40]}” is not a number like 1 or a list like 1,3.")
    return set()


def _seconds(notes: Notebook, row: int, value: Any) -> int:
    """The time limit; 20 seconds where none is given or none can be used."""
    if value in (None, ""):
        return 20
    given = re.match(r"\d{1,6}", _text(value))
    if given is None:
        notes.warn(row, f"The time limit “{_text(value)[:40]}” is not a number; 20 seconds were taken.")
        return 20
    seconds = min(max(int(given[0]), 5), 600)
    if seconds != int(given[0]):
        notes.warn(row, f"A time limit lies between 5 and 600 seconds; {seconds} were taken.")
    return seconds


def _text(value: Any) -> str:
    if value is None or isinstance(value, _Formula):
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return CONTROL.sub("", str(value)).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()
