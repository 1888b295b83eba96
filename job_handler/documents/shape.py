"""What every reader makes of a file."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from edkit.errors import Invalid, TooLarge, UnsupportedType
from edkit.message import Frozen

TEXT_MAX = 2_000_000
"""Characters of a document; what is beyond is left out, with a remark."""


class Piece(NamedTuple):
    """A paragraph as a reader finds it."""

    text: str
    page: int | None = None
    heading: tuple[str, ...] = ()


class Paragraph(Frozen):
    """A paragraph is `Document.text[start:end]`. `page` counts from 1; `heading` is the path of headings above."""

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
        "This PDF holds pictures of pages and no text. Run it through a program that recognises text (OCR), then "
        "upload it again."
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


def assemble(title: str, pieces: Iterable[Piece], remarks: Sequence[str] = ()) -> Document:
    """The document of these paragraphs, empty ones left out. Raises Empty when nothing is left."""
    texts, paragraphs, at, told = [], [], 0, list(remarks)
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        if at + len(text) > TEXT_MAX:
            told.append(f"Only the first {TEXT_MAX:,} characters were read.")
            break
        texts.append(text)
        paragraphs.append(Paragraph(start=at, end=at + len(text), page=piece.page, heading=piece.heading))
        at += len(text) + 2
    if not texts:
        raise Empty()
    return Document(title=title[:200], text="\n\n".join(texts), paragraphs=tuple(paragraphs), remarks=tuple(told))
