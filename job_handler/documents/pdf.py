"""PDF, by PDFium: text in the order it was written, page by page, bookmarks as headings."""

import re
from collections import Counter
from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw

from job_handler.documents.cleaning import one_line, tidy
from job_handler.documents.shape import Broken, Document, Locked, Piece, Scanned, TooBig, assemble

PAGES_MAX = 2000
BOOKMARKS_MAX = 2000
DEPTH_MAX = 6
EDGE_LINES = 2
"""Lines at the top and bottom of a page that are left out when most pages have the like of them there."""

_DIGITS = re.compile(r"\d+")
_HYPHEN = re.compile(r"(\w)[-\u2010\x02\ufffe]\n(?=[a-z\u00e0-\u1ef9])")
_ENDS = re.compile(r"[.!?:;\u2026]['\"\u201d\u2019)\]]*$")


def read_pdf(data: bytes, title: str) -> Document:
    """Raises Locked, Broken, Scanned, TooBig or Empty."""
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
    pages = [_lines(document, number) for number in range(count)]
    if not any(pages):
        raise Scanned()
    headings = _bookmarks(document)
    remarks = []
    empty = sum(not lines for lines in pages)
    if empty:
        remarks.append(f"{empty} of {count} pages hold no text and were left out.")
    return assemble(_title(document) or title, _pieces(_without_edges(pages), headings), remarks)


def _title(document: pypdfium2.PdfDocument) -> str:
    try:
        return one_line(document.get_metadata_value("Title"))
    except Exception:  # whatever a damaged dictionary provokes
        return ""


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[str]:
    """The lines of a page; none where it cannot be read."""
    try:
        page = document[number]
        text = page.get_textpage().get_text_bounded()
    except pypdfium2.PdfiumError:
        return []
    lines = [line.strip() for line in tidy(_HYPHEN.sub(r"\1", text.replace("\r\n", "\n"))).split("\n")]
    return [line for line in lines if line]


def _bookmarks(document: pypdfium2.PdfDocument) -> dict[int, list[tuple[int, str]]]:
    """For each page (from 0) the headings that begin there, as level and words."""
    found: dict[int, list[tuple[int, str]]] = {}
    try:
        for number, mark in enumerate(document.get_toc(max_depth=DEPTH_MAX)):
            if number >= BOOKMARKS_MAX:
                break
            target = mark.get_dest()
            page = None if target is None else target.get_index()
            words = one_line(mark.get_title())[:200]
            if page is not None and words:
                found.setdefault(page, []).append((mark.level, words))
    except Exception:  # a tree that leads nowhere costs its headings, not its text
        return found
    return found


def _without_edges(pages: list[list[str]]) -> list[list[str]]:
    """The pages without running heads and page numbers: lines at the edge that most pages have, but for the digits."""
    if len(pages) < 4:
        return pages
    seen: Counter[str] = Counter()
    for lines in pages:
        seen.update({_DIGITS.sub("#", line) for line in (*lines[:EDGE_LINES], *lines[-EDGE_LINES:])})
    usual = {line for line, times in seen.items() if times >= 0.5 * len(pages)}

    def kept(lines: list[str]) -> list[str]:
        last = len(lines) - EDGE_LINES
        return [
            line
            for place, line in enumerate(lines)
            if not ((place < EDGE_LINES or place >= last) and _DIGITS.sub("#", line) in usual)
        ]

    return [kept(lines) for lines in pages]


def _pieces(pages: list[list[str]], headings: dict[int, list[tuple[int, str]]]) -> Iterator[Piece]:
    """Lines joined to paragraphs: one ends where a sentence does and the line is short."""
    path: list[tuple[int, str]] = []
    for number, lines in enumerate(pages):
        for level, words in headings.get(number, ()):
            path = [*(mark for mark in path if mark[0] < level), (level, words)]
        heading = tuple(words for _, words in path)
        usual = sorted(map(len, lines))[len(lines) * 3 // 4] if lines else 0
        open_lines: list[str] = []
        for line in lines:
            open_lines.append(line)
            if _ENDS.search(line) and len(line) < 0.8 * usual:
                yield Piece(one_line(" ".join(open_lines)), number + 1, heading)
                open_lines = []
        if open_lines:
            yield Piece(one_line(" ".join(open_lines)), number + 1, heading)
