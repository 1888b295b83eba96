"""What PDFium says of the letters on a page, as lines. Every call into it costs, so most are made once a line."""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pypdfium2
from pypdfium2 import raw

from job_handler.documents.columns import GAP, Line
from job_handler.documents.joining import HYPHENS
from job_handler.documents.shape import TEXT_MAX

NAME_MAX, LEADERS_MAX = 100, 300
_BOLD = re.compile(rb"(?i)bold|black|heavy|cmbx")
_LEADERS = re.compile(r"(?:[.\u00b7]\s?){5,}\s*[\divxlc]*\s*$|(?:\u2026\s?){2,}\s*[\divxlc]*\s*$")
"""Dots that lead to the number of a page: the line is one of a table of contents."""

Span = tuple[list[int], list[str]]
"""The numbers of the letters of a line, and the letters."""


def lines_on(page: pypdfium2.PdfTextPage) -> list[Line]:
    """Its lines, in the order in which they were written. Without what stands across the others, as a stamp or the
    scale of a chart does, and without lines of a table of contents.

    A page that was turned as a whole is turned back.
    """
    measured = [(_angle(page, span[0][0]), span) for span in _spans(page)]
    if not measured:
        return []
    angles: Counter[int] = Counter()
    for angle, span in measured:
        angles[angle] += len(span[0])
    upright = angles.most_common(1)[0][0]
    lines = (_line(page, span, upright) for angle, span in measured if angle == upright)
    return [line for line in lines if line.text and not _LEADERS.search(line.text[-LEADERS_MAX:])]


def _spans(page: pypdfium2.PdfTextPage) -> Iterator[Span]:
    numbers: list[int] = []
    letters: list[str] = []
    for number, letter in enumerate(_letters(page)):
        if letter not in "\r\n" and (numbers or not letter.isspace()):
            numbers.append(number)
            letters.append(letter)
        # PDFium marks a hyphen at the end of a line, and says nothing of the line's end then.
        if numbers and (letter in "\r\n" or (letter in HYPHENS and raw.FPDFText_IsHyphen(page, number) == 1)):
            yield _trimmed(numbers, letters)
            numbers, letters = [], []
    if numbers:
        yield _trimmed(numbers, letters)


def _letters(page: pypdfium2.PdfTextPage) -> str:
    """One for each that PDFium counts. At once where they are as many as it says, which is nearly always."""
    count = min(raw.FPDFText_CountChars(page), TEXT_MAX)
    if count <= 0:
        return ""
    store = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(page, 0, count, store) - 1
    text = bytes(store)[: 2 * max(0, written)].decode("utf-16-le", errors="replace")
    if len(text) == written == count:
        return text
    codes = (raw.FPDFText_GetUnicode(page, number) for number in range(count))
    return "".join(chr(code) if 0 < code <= 0x10FFFF else "\ufffd" for code in codes)


def _trimmed(numbers: list[int], letters: list[str]) -> Span:
    end = len(letters)
    while end > 1 and letters[end - 1].isspace():
        end -= 1
    return numbers[:end], letters[:end]


def _matrix(page: pypdfium2.PdfTextPage, number: int) -> raw.FS_MATRIX:
    matrix = raw.FS_MATRIX(1, 0, 0, 1, 0, 0)
    raw.FPDFText_GetMatrix(page, number, matrix)
    return matrix


def _angle(page: pypdfium2.PdfTextPage, number: int) -> int:
    """Degrees that the letter is turned by, to the next 15."""
    matrix = _matrix(page, number)
    if not (math.isfinite(matrix.a) and math.isfinite(matrix.b)):
        return 0
    return round(math.degrees(math.atan2(matrix.b, matrix.a)) / 15) * 15 % 360


def _line(page: pypdfium2.PdfTextPage, span: Span, angle: int) -> Line:
    numbers, letters = span
    first, last = numbers[0], numbers[-1]
    matrix = _matrix(page, first)
    size = raw.FPDFText_GetFontSize(page, first) * math.hypot(matrix.c, matrix.d)
    size = size if math.isfinite(size) and 0 < size < 10_000 else 1.0
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, first, x, y)
    left, right = _reach(page, first, angle)[0], _reach(page, last, angle)[1]
    gaps = tuple(_gaps(page, span, angle, size)) if right - left > 20 * size else ()
    name = ctypes.create_string_buffer(NAME_MAX)
    raw.FPDFText_GetFontInfo(page, first, name, NAME_MAX, None)
    base = _turned(x.value, y.value, angle)[1]
    return Line("".join(letters), left, max(left, right), base, size, _BOLD.search(name.value) is not None, gaps)


def _gaps(page: pypdfium2.PdfTextPage, span: Span, angle: int, size: float) -> Iterator[tuple[int, float, float]]:
    """Wide white inside the line; only where a space is can it be."""
    numbers, letters = span
    for at in range(1, len(letters) - 1):
        if letters[at].isspace() and not letters[at + 1].isspace():
            before = at - 1
            while before and letters[before].isspace():
                before -= 1
            end, start = _reach(page, numbers[before], angle)[1], _reach(page, numbers[at + 1], angle)[0]
            if start - end > GAP * size:
                yield at, end, start


def _reach(page: pypdfium2.PdfTextPage, number: int, angle: int) -> tuple[float, float]:
    """Where the letter begins and ends along its line."""
    left, right, bottom, top = ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharBox(page, number, left, right, bottom, top)
    if angle == 0 and math.isfinite(left.value) and math.isfinite(right.value):
        return left.value, right.value
    box = [edge.value if math.isfinite(edge.value) else 0.0 for edge in (left, right, bottom, top)]
    along: Sequence[float] = [_turned(x, y, angle)[0] for x, y in ((box[0], box[2]), (box[1], box[3]))]
    return min(along), max(along)


def _turned(x: float, y: float, angle: int) -> tuple[float, float]:
    """The place on a page that was turned back by `angle`; only quarters are turned, the others are as they lie."""
    match angle:
        case 90:
            return y, -x
        case 180:
            return -x, -y
        case 270:
            return -y, x
    return x, y
