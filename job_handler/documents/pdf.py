"""PDF, by PDFium: the lines of each page with their places, bookmarks, and a word for what has no text."""

from itertools import islice

import pypdfium2
from pypdfium2 import raw

from job_handler.documents.cleaning import one_line
from job_handler.documents.columns import Line
from job_handler.documents.layout import pieces_of
from job_handler.documents.printed import lines_on
from job_handler.documents.shape import (
    TEXT_MAX,
    Attached,
    Broken,
    Document,
    Empty,
    Garbled,
    Locked,
    Scanned,
    TooBig,
    assemble,
)

PAGES_MAX = 2000
BOOKMARKS_MAX = 2000
DEPTH_MAX = 6
LOOKED_AT = 20
"""Pages that are asked for pictures when none has text."""

GARBLED_MAX = 0.3
"""The share of signs without a meaning above which a text cannot be read."""


def read_pdf(data: bytes, title: str) -> Document:
    """Raises Locked, Broken, Scanned, Attached, Garbled, TooBig or Empty."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        raise Locked() if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY) else Broken() from error
    count = len(document)
    if count == 0:
        raise Broken()
    if count > PAGES_MAX:
        raise TooBig(f"This PDF has {count:,} pages; at most {PAGES_MAX:,} are read. Split it.")
    pages, remarks = _pages(document, count)
    pieces = list(pieces_of(pages, _bookmarks(document)))
    if not pieces:
        raise _nothing(document, count)
    _check_letters("".join(piece.text for piece in pieces[:200]))
    return assemble(_title(document) or title, pieces, remarks)


def _pages(document: pypdfium2.PdfDocument, count: int) -> tuple[list[list[Line]], list[str]]:
    """The lines of each page, as far as there is room for them, and what is to be said of the others."""
    pages: list[list[Line]] = []
    letters = broken = 0
    for number in range(count):
        if letters > TEXT_MAX:
            break
        try:
            page = document[number]
            text = page.get_textpage()
            lines = lines_on(text)
            text.close()
            page.close()
        except pypdfium2.PdfiumError:
            lines, broken = [], broken + 1
        letters += sum(len(line.text) for line in lines)
        pages.append(lines)
    if broken == count:
        raise Broken()
    empty, remarks = sum(not lines for lines in pages), []
    if empty:
        remarks.append(f"{empty:,} of {count:,} pages hold no text and were left out.")
    if len(pages) < count:
        remarks.append(f"Only the first {len(pages):,} of {count:,} pages were read.")
    return pages, remarks


def _nothing(document: pypdfium2.PdfDocument, count: int) -> Scanned | Attached | Empty:
    """Why there is no text."""
    if raw.FPDFDoc_GetAttachmentCount(document) > 0:
        return Attached()
    for number in range(min(count, LOOKED_AT)):
        try:
            page = document[number]
            shown = range(min(1000, raw.FPDFPage_CountObjects(page)))
            if any(raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, at)) != raw.FPDF_PAGEOBJ_TEXT for at in shown):
                return Scanned()
        except pypdfium2.PdfiumError:
            continue
    return Empty("The pages of this PDF are blank.")


def _check_letters(text: str) -> None:
    """Raise Garbled for what shows letters without saying which ones."""
    signs = [sign for sign in text if not sign.isspace()]
    unknown = sum(sign == "\ufffd" or "\ue000" <= sign <= "\uf8ff" for sign in signs)
    if unknown > GARBLED_MAX * len(signs):
        raise Garbled()


def _title(document: pypdfium2.PdfDocument) -> str:
    try:
        return one_line(document.get_metadata_value("Title"))
    except Exception:  # whatever a damaged dictionary provokes
        return ""


def _bookmarks(document: pypdfium2.PdfDocument) -> dict[int, list[tuple[int, str]]]:
    """For each page (from 0) the headings that begin there, as level and words."""
    found: dict[int, list[tuple[int, str]]] = {}
    try:
        for mark in islice(document.get_toc(max_depth=DEPTH_MAX), BOOKMARKS_MAX):
            target = mark.get_dest()
            page = None if target is None else target.get_index()
            words = one_line(mark.get_title())[:200]
            if page is not None and words:
                found.setdefault(page, []).append((mark.level, words))
    except Exception:  # a tree that leads nowhere costs its headings, not its text
        return found
    return found
