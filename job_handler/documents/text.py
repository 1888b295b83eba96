"""Plain text: paragraphs are set apart by empty lines, or are one line each; a form feed begins a page."""

import re
from collections.abc import Iterator, Sequence, Set

from job_handler.documents.cleaning import clean, decoded, one_line
from job_handler.documents.joining import begins_an_item, joined, words_of
from job_handler.documents.shape import Document, Outline, Piece, assemble

WRAPPED_MAX = 160
"""A longer line is a paragraph by itself: nobody wraps there."""

PAGES_MAX = 5_000
"""Where there are more, form feeds mean something else."""

HEADING_MAX = 80
_EMPTY = re.compile(r"\n(?:[^\S\n]*+\n)++")
_UNDERLINE = re.compile(r"(={3,}|-{3,})$")
_CHAPTER = re.compile(r"(?i)(chapter|part|section|unit|lesson|ch\u01b0\u01a1ng|ph\u1ea7n|b\u00e0i)\s+[\divxlc]+\b")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})\.?\s+\S")


def read_text(data: bytes, title: str) -> Document:
    """Raises Empty, or NotReadHere for what is no text."""
    text = decoded(data)
    pages = text.split("\x0c") if text.count("\x0c") < PAGES_MAX else [text]
    return assemble(title, _pieces([_lines(page) for page in pages]))


def _lines(page: str) -> list[str]:
    """Many empty lines say no more than one."""
    return [line.strip() for line in _EMPTY.sub("\n\n", clean(page)).split("\n")]


def _pieces(pages: Sequence[Sequence[str]]) -> Iterator[Piece]:
    known, outline = words_of(line for lines in pages for line in lines), Outline()
    for number, lines in enumerate(pages, 1):
        page = number if len(pages) > 1 else None
        for block in _blocks(lines):
            level = _heading(block)
            if level is not None:
                outline.enter(level, one_line(block[0]))
            else:
                yield from (Piece(one_line(part), page, outline.path) for part in _parts(block, known))


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line:
            block.append(line)
        elif block:
            yield block
            block = []


def _parts(block: Sequence[str], known: Set[str]) -> Iterator[str]:
    if max(map(len, block)) > WRAPPED_MAX:
        yield from block
        return
    part: list[str] = []
    for line in block:
        if part and begins_an_item(line):
            yield joined(part, known)
            part = []
        part.append(line)
    yield joined(part, known)


def _heading(block: Sequence[str]) -> int | None:
    """1 for the highest; None for what is none: a heading stands alone, and is no sentence."""
    first = block[0]
    if len(first) > HEADING_MAX or first.endswith((".", ",", ";", ":")):
        return None
    if len(block) == 2 and _UNDERLINE.match(block[1]):
        return 1 if block[1].startswith("=") else 2
    if len(block) > 1:
        return None
    if _CHAPTER.match(first):
        return 1
    numbered = _NUMBERED.match(first)
    if numbered:
        return 1 + numbered[1].count(".")
    return 2 if first.isupper() and sum(map(str.isalpha, first)) > 3 else None
