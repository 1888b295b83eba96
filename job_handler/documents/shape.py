"""What every reader makes of a file."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from edkit.errors import Invalid, TooLarge, UnsupportedType
from edkit.message import Frozen

TEXT_MAX = 2_000_000
"""Characters of a document; what is beyond is left out, with a remark."""

PARAGRAPHS_MAX = 20_000
HEADING_MAX, DEPTH_MAX = 120, 6


class Piece(NamedTuple):
    """A paragraph as a reader finds it."""

    text: str
    page: int | None = None
    heading: tuple[str, ...] = ()


class Paragraph(Frozen):
    """A paragraph is `Document.text[start:end]`. `page` counts from 1; `heading` is the path of headings above.

    A paragraph that runs over pages has the page on which it begins.
    """

    start: int
    end: int
    page: int | None = None
    heading: tuple[str, ...] = ()


class Document(Frozen):
    """A text, and where its paragraphs lie in it. `remarks` say what was left out."""

    title: str = ""
    text: str
    paragraphs: tuple[Paragraph, ...]
    remarks: tuple[str, ...] = ()

    def of(self, paragraph: Paragraph) -> str:
        """The words of a paragraph."""
        return self.text[paragraph.start : paragraph.end]


class Empty(Invalid):
    """There is no text in it."""

    code = "no_text"
    message = "There is no text in this file."


class Scanned(Invalid):
    """Pages, and no text on them."""

    code = "scanned"
    message = (
        "This PDF has pictures of pages but no text. Run it through a program that recognises text (OCR), then "
        "upload it again."
    )


class Attached(Invalid):
    """Files inside it, and no text of its own."""

    code = "only_attachments"
    message = "This PDF has no text of its own, only attached files. Open it, save the one you need and upload that."


class Garbled(Invalid):
    """Text, and nobody can say which letters."""

    code = "unreadable_letters"
    message = (
        "This PDF shows letters but does not say which ones they are, so its text cannot be read. Save it again from "
        "the program it was made with, or run it through a program that recognises text (OCR)."
    )


class Locked(Invalid):
    """It needs a password."""

    code = "password_needed"
    message = "This file is protected by a password. Save it without one, then upload it again."


class Broken(Invalid):
    """It is not what it says it is, or only a part of it."""

    code = "broken_file"
    message = (
        "This file is damaged or was not uploaded whole. Open it in its own program, save it again and upload that."
    )


class TooBig(TooLarge):
    """Beyond what is read."""

    code = "document_too_large"
    message = "This file is too large to read. Split it and upload the part you need."


class NotReadHere(UnsupportedType):
    """Some other format."""

    code = "format_not_read"
    message = "Files read here are PDF, DOCX, HTML, Markdown and plain text. Save this one in one of those formats."


class Outline:
    """The headings above the place that is being read. A lower level is higher up."""

    def __init__(self) -> None:
        self._marks: list[tuple[int, str]] = []

    def enter(self, level: int, words: str) -> None:
        """A heading begins; those of its level and below are over."""
        self._marks = [*(mark for mark in self._marks if mark[0] < level), (level, words[:HEADING_MAX])]

    @property
    def path(self) -> tuple[str, ...]:
        """The highest first, at most six."""
        return tuple(words for _, words in self._marks[-DEPTH_MAX:])


def assemble(title: str, pieces: Iterable[Piece], remarks: Sequence[str] = ()) -> Document:
    """The document of these paragraphs, empty ones left out. Raises Empty when nothing is left.

    Takes no more of `pieces` than there is room for, so they may be endless.
    """
    texts: list[str] = []
    paragraphs: list[Paragraph] = []
    at, told = 0, list(remarks)
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        if len(paragraphs) == PARAGRAPHS_MAX or at >= TEXT_MAX:
            told.append(f"Only the first {len(paragraphs):,} paragraphs were read: it is very long.")
            break
        if full := at + len(text) > TEXT_MAX:
            text = _cut(text, TEXT_MAX - at)
            told.append(f"Only the first {TEXT_MAX:,} characters were read.")
        texts.append(text)
        paragraphs.append(Paragraph(start=at, end=at + len(text), page=piece.page, heading=piece.heading))
        at += len(text) + 2
        if full:
            break
    if not texts:
        raise Empty()
    return Document(title=title[:200], text="\n\n".join(texts), paragraphs=tuple(paragraphs), remarks=tuple(told))


def _cut(text: str, most: int) -> str:
    """The beginning of it, to the end of a word if there is one near."""
    end = text.rfind(" ", max(0, most - 200), most)
    return text[: end if end > 0 else most].rstrip()
