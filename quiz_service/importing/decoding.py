"""Bytes of a text file to text, whatever wrote them."""

import re

from quiz_service.importing.parsed import Notebook, Unreadable

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef]")
"""Control characters, and the noncharacters that the GIFT reader uses as marks of its own."""


def decode(data: bytes, notes: Notebook) -> str:
    """The text with plain newlines and without control characters.

    A guess at the encoding is a warning, at the row of the first byte that forced it. Raises Unreadable for what is no
    text at all: more than one character in twenty is a control character.
    """
    text = _decoded(data, notes).replace("\r\n", "\n").replace("\r", "\n")
    stray = CONTROL.search(text)
    if stray:
        if len(CONTROL.findall(text)) > max(4, len(text) // 20):
            raise Unreadable("This is not a text file. Formats read here: Kahoot .xlsx, GIFT, Aiken, and our own JSON.")
        notes.warn(_row(text, stray.start()), "Control characters stood in the text and were taken out.")
        text = CONTROL.sub("", text)
    return text


def _decoded(data: bytes, notes: Notebook) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        notes.warn(1, "The file is in UTF-16 and was read as such. Save it as UTF-8 to be sure.")
        return data.decode("utf-16", errors="replace")
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    wide = _utf16_without_mark(data)
    if wide:
        notes.warn(1, "The file looks like UTF-16 and was read as such. Save it as UTF-8 to be sure.")
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        notes.warn(
            row, "The file is not in UTF-8. It was read as Western European (Windows-1252): check accents and signs."
        )
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            return data.decode("latin-1")


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[:400]
    if len(sample) < 4 or len(data) % 2:
        return None
    half = len(sample) // 2
    if sample[1::2].count(0) > half * 0.7 and sample[0::2].count(0) == 0:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.7 and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _row(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
