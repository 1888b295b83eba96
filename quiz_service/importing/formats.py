"""Which reader a file belongs to, and where it runs.

Small texts are read in a thread: the readers are linear, and 64 KB take a few milliseconds. Everything larger, and
every spreadsheet, is read by a child process with limits on memory and time (`child.py`), because neither zip nor XML
nor two megabytes of hostile text may slow the event loop or cost the service its life.
"""

import asyncio
import os
import re
import sys
from collections.abc import Callable
from pathlib import PurePath

from pydantic import TypeAdapter

from edkit.contracts.quizzes import ImportFormat
from edkit.errors import ErrorData, FieldError, Invalid, TooLarge
from quiz_service.importing.aiken import read_aiken
from quiz_service.importing.gift import read_gift
from quiz_service.importing.own_json import read_own_json
from quiz_service.importing.parsed import Parsed, Unreadable

TEXT_MAX = 2_000_000  # bytes; 200 questions of the longest kind are a tenth of it
XLSX_MAX = 8_000_000
IN_THREAD_MAX = 64_000
SECONDS_MAX = 20.0
REFUSED = 3  # the child says why the file cannot be used, as an `ErrorData`
TOO_HARD = "This file is too large or too tangled to read. Copy the questions into a new file."


def _read_xlsx(data: bytes, title: str) -> Parsed:
    from quiz_service.importing.kahoot_xlsx import read_kahoot_xlsx  # openpyxl costs 0.2 s: only the child pays it

    return read_kahoot_xlsx(data, title)


READERS: dict[ImportFormat, Callable[[bytes, str], Parsed]] = {
    "kahoot_xlsx": _read_xlsx,
    "gift": read_gift,
    "aiken": read_aiken,
    "json": read_own_json,
}


def read(data: bytes, name: str, format: ImportFormat | None = None) -> Parsed:
    """What the file holds, read here and now. `Invalid` (`nothing_usable`, rows named) when no question can be used."""
    try:
        parsed = READERS[format or detect(data, name)](data, _title(name))
    except Unreadable as unreadable:
        raise _nothing_usable(unreadable.message, ((unreadable.row, unreadable.message),)) from unreadable
    if not parsed.questions:
        rows = tuple((warning.row, warning.message) for warning in parsed.warnings)
        rows = rows or ((1, "The file holds no question."),)
        raise _nothing_usable("No question in this file can be used. Nothing was stored.", rows)
    return parsed


async def read_aside(data: bytes, name: str, format: ImportFormat | None = None) -> Parsed:
    """As `read`, without holding up the event loop."""
    try:
        format = format or detect(data, name)
    except Unreadable as unreadable:
        raise _nothing_usable(unreadable.message, ((unreadable.row, unreadable.message),)) from unreadable
    check_size(len(data), XLSX_MAX if format == "kahoot_xlsx" else TEXT_MAX)
    if format != "kahoot_xlsx" and len(data) <= IN_THREAD_MAX:
        return await asyncio.to_thread(read, data, name, format)
    return await _read_in_child(data, name, format)


def check_size(size: int, limit: int) -> None:
    """Raise TooLarge past `limit` bytes."""
    if size > limit:
        raise TooLarge(f"A file to import has at most {limit // 1_000_000} MB. Split it.")


def detect(data: bytes, name: str) -> ImportFormat:
    """The format, by content first and by name where the content leaves a choice. Raises `Unreadable`."""
    ending = PurePath(name).suffix.casefold()
    if data.startswith(b"PK"):
        return "kahoot_xlsx"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("This is an old Excel file (.xls) or a protected one. Save it as .xlsx without a password.")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF")):
        raise Unreadable("This is not a quiz file. Formats read here: Kahoot .xlsx, GIFT, Aiken, and our own JSON.")
    sample = data[:200_000].replace(b"\0", b"")
    start = sample.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start:
        raise Unreadable("This file is empty.")
    if ending == ".json" or re.match(rb'\{\s*("|\})', start):
        return "json"
    if ending == ".gift":
        return "gift"
    aiken = re.search(rb"(?mi)^[ \t]*ANSWER[ \t]*:[ \t]*[A-Z]\b", sample)
    gift = re.search(rb"(?<!\\)\{", sample) or re.search(rb"(?m)^[ \t]*::", sample)
    if aiken and not gift:
        return "aiken"
    if gift or ending in {".txt", ""} or re.search(rb"(?m)^\$CATEGORY:", sample):
        return "gift"
    raise Unreadable("This is not a quiz file. Formats read here: Kahoot .xlsx, GIFT, Aiken, and our own JSON.")


async def _read_in_child(data: bytes, name: str, format: ImportFormat) -> Parsed:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "quiz_service.importing.child", format),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.defpath, "LANG": "C.UTF-8"},
    )
    try:
        told, _ = await asyncio.wait_for(
            child.communicate(name.encode(errors="replace")[:1000] + b"\0" + data), SECONDS_MAX
        )
    except (TimeoutError, OSError) as error:
        raise _nothing_usable(TOO_HARD, ((1, TOO_HARD),)) from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == 0:
        return TypeAdapter(Parsed).validate_json(told)
    if child.returncode == REFUSED:
        raise Invalid.from_data(ErrorData.model_validate_json(told))
    raise _nothing_usable(TOO_HARD, ((1, TOO_HARD),))


def _title(name: str) -> str:
    return PurePath(name.replace("\\", "/")).stem.replace("_", " ")


def _nothing_usable(message: str, rows: tuple[tuple[int, str], ...]) -> Invalid:
    return Invalid(
        message,
        code="nothing_usable",
        errors=tuple(FieldError(field=f"rows.{row}", message=told) for row, told in rows[:100]),
    )
