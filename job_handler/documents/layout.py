"""Printed pages to paragraphs and headings: what belongs together by place, size and words. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from job_handler.documents.cleaning import one_line
from job_handler.documents.columns import Column, Line, in_reading_order
from job_handler.documents.edges import without_edges
from job_handler.documents.joining import HYPHENS, begins_an_item, ends_a_sentence, joined, words_of
from job_handler.documents.shape import Outline, Piece

LARGE = 1.12
"""Times the size of the body from which on letters are those of a heading; those below its inverse are notes."""

SPACED = 1.4
"""Times the usual distance of lines from which on white parts paragraphs."""

HEADING_WORDS, HEADING_LETTERS, HEADING_LINES = 20, 150, 3
MARK_LETTERS = 300
BELOW_BOOKMARKS = 100
_UNFINISHED = (",", ";", ":", ".")
_NUMBERING = re.compile(
    r"(?i)(?:(?:chapter|section|part|ch\u01b0\u01a1ng|b\u00e0i)\s+)?(?:\d+(?:\.\d+)*|[ivxlc]+(?=[.:)]))[.:)]*\s+"
)
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{2}[.!?])\s+(?=[\"\u201c\u2018(]?[^\W\d_a-z])|(?<=[.!?])$")

Marks = Mapping[int, Sequence[tuple[int, str]]]
"""The bookmarks of each page (from 0), as level and words."""


class Block(NamedTuple):
    """Lines that make one paragraph or heading. `row`: others stand beside it, as the cells of a table do."""

    lines: list[Line]
    page: int
    row: bool = False


def pieces_of(pages: Sequence[Sequence[Line]], marks: Marks) -> Iterator[Piece]:
    """Paragraphs, with the page (from 1) on which they begin and the headings above them."""
    body = _body_size(pages)
    known = words_of(line.text for lines in pages for line in lines)
    kept = without_edges(pages, LARGE * body)
    blocks = [block for number, lines in enumerate(kept) for block in _blocks(number, lines, body)]
    plain = _is_mostly_plain(blocks)
    levels = _levels(blocks, body, plain)
    outline, open_marks, seen = Outline(), _unseen(blocks, marks), -1
    for block in _whole(blocks, body, plain):
        for page in range(seen + 1, block.page + 1):
            for mark in open_marks.get(page, ()):
                outline.enter(*mark)
        seen = max(seen, block.page)
        text = one_line(joined([line.text for line in block.lines], known))
        marked = _marked(text, marks.get(block.page, ()))
        if marked is not None:
            outline.enter(marked[0], text)
        elif _is_heading(block, body, plain):
            outline.enter(BELOW_BOOKMARKS + levels[_rank(block, body)], text)
        else:
            yield Piece(text, block.page + 1, outline.path)


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size of most letters."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 1.0


def _blocks(number: int, lines: Sequence[Line], body: float) -> Iterator[Block]:
    """The paragraphs of a page, where they can be told apart on the page itself; notes below its columns come last."""
    notes: list[Block] = []
    for column in in_reading_order(lines):
        blocks = list(_in_column(number, column, body))
        end = len(blocks)
        while end and _is_note(blocks[end - 1], body):
            end -= 1
        yield from blocks[: end or None]
        notes += blocks[end or len(blocks) :]
    yield from notes


def _in_column(number: int, column: Column, body: float) -> Iterator[Block]:
    usual = _usual_distance(column.lines)
    block: list[Line] = []
    row = False
    for line in column.lines:
        if block and _begins_another(block, line, column, usual, body):
            beside = _is_beside(block[-1], line)
            yield Block(block, number, row or beside)
            block, row = [], beside
        block.append(line)
    if block:
        yield Block(block, number, row)


def _is_note(block: Block, body: float) -> bool:
    return block.lines[0].size < body / LARGE


def _is_beside(before: Line, line: Line) -> bool:
    return abs(before.y - line.y) < 0.5 * max(before.size, line.size)


def _usual_distance(lines: Sequence[Line]) -> float:
    """From line to line; of two kinds of about the same number the smaller, which is that inside paragraphs."""
    falls = Counter(round(above.y - line.y, 1) for above, line in pairwise(lines) if above.y > line.y)
    most = max(falls.values(), default=0)
    return min((fall for fall, times in falls.items() if times >= 0.5 * most), default=0.0)


def _begins_another(block: Sequence[Line], line: Line, column: Column, usual: float, body: float) -> bool:
    before = block[-1]
    if not 1 / LARGE < line.size / before.size < LARGE or (line.bold != before.bold and _stands_alone(block, line)):
        return True
    fall = before.y - line.y
    if abs(fall) < 0.3 * line.size:  # beside it: the cell of a table, or a line that was written in parts
        return False
    if usual and fall > SPACED * max(usual, line.size) and before.text[-1] not in HYPHENS:
        return True
    if begins_an_item(line.text) and (ends_a_sentence(before.text) or begins_an_item(block[0].text)):
        return True
    if not ends_a_sentence(before.text):
        return False
    width = column.right - column.left
    indented = line.left > column.left + 0.8 * body and before.left < line.left - 0.5 * body
    return indented or before.right < column.right - max(0.12 * width, 2 * body)


def _stands_alone(block: Sequence[Line], line: Line) -> bool:
    """A bold word at the beginning or in the midst of a paragraph begins no other."""
    if line.bold:
        return ends_a_sentence(block[-1].text)
    return all(one.bold for one in block) and len(block) <= HEADING_LINES and not line.text[:1].islower()


def _whole(blocks: Sequence[Block], body: float, plain: bool) -> Iterator[Block]:
    """The blocks, with what a column has parted in one again; notes in between come after it.

    Over pages only the sentence is made whole: the rest of the paragraph is one of its own, on its own page.
    """
    open_block: Block | None = None
    notes: list[Block] = []
    last = 0
    for block in blocks:
        if open_block is not None and _goes_on(open_block.lines[-1], block, block.page - last):
            lines, rest = (block.lines, []) if block.page == last else _at_a_sentence(block.lines)
            open_block, last = open_block._replace(lines=open_block.lines + lines), block.page
            if not rest:
                continue
            block = Block(rest, block.page)
        elif open_block is not None and _is_note(block, body) and block.page == last:
            notes.append(block)
            continue
        if open_block is not None:
            yield open_block
        yield from notes
        open_block, notes = None, []
        if _is_heading(block, body, plain) or ends_a_sentence(block.lines[-1].text):
            yield block
        else:
            open_block, last = block, block.page
    if open_block is not None:
        yield open_block
    yield from notes


def _goes_on(last: Line, block: Block, pages: int) -> bool:
    """Whether the block begins in the midst of the sentence that stops at the end of a column, or a page before."""
    first = block.lines[0]
    if ends_a_sentence(last.text) or not 1 / LARGE < first.size / last.size < LARGE:
        return False
    parted = pages == 1 or (pages == 0 and first.y > last.y)
    return parted and (first.text[:1].islower() or last.text[-1] in (*HYPHENS, ","))


def _at_a_sentence(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Up to the end of the first sentence, and what comes after it."""
    for number, line in enumerate(lines):
        end = _SENTENCE_END.search(line.text)
        if end is not None:
            head, tail = line._replace(text=line.text[: end.start()]), line._replace(text=line.text[end.end() :])
            return [*lines[:number], head], [*([tail] if tail.text else []), *lines[number + 1 :]]
    return lines, []


def _is_mostly_plain(blocks: Sequence[Block]) -> bool:
    """Whether bold letters say something."""
    lines = [line for block in blocks for line in block.lines]
    return sum(line.bold for line in lines) < 0.4 * len(lines)


def _is_heading(block: Block, body: float, plain: bool) -> bool:
    text = " ".join(line.text for line in block.lines)
    if len(block.lines) > HEADING_LINES or len(text) > HEADING_LETTERS or len(text.split()) > HEADING_WORDS:
        return False
    if sum(map(str.isalpha, text)) < 2 or text.endswith(_UNFINISHED):
        return False
    if block.row or any(len(line.gaps) > 1 for line in block.lines):
        return False
    size = min(line.size for line in block.lines)
    return size >= LARGE * body or (plain and size > body / LARGE and all(line.bold for line in block.lines))


def _rank(block: Block, body: float) -> int:
    """Larger letters are higher; bold ones of the size of the body are the lowest."""
    size = min(line.size for line in block.lines)
    return round(size) if size >= LARGE * body else 0


def _levels(blocks: Sequence[Block], body: float, plain: bool) -> dict[int, int]:
    ranks = {_rank(block, body) for block in blocks if _is_heading(block, body, plain)}
    return {rank: level for level, rank in enumerate(sorted(ranks, reverse=True), 1)}


def _marked(text: str, marks: Sequence[tuple[int, str]]) -> tuple[int, str] | None:
    """The bookmark that has these words."""
    if len(text) > MARK_LETTERS:
        return None
    bare = _bare(text)
    return next((mark for mark in marks if bare and bare == _bare(mark[1])), None)


def _unseen(blocks: Sequence[Block], marks: Marks) -> dict[int, list[tuple[int, str]]]:
    """Bookmarks whose words are nowhere on their page: they begin with it."""
    said: dict[int, set[str]] = {}
    for block in blocks:
        if block.page in marks and len(block.lines) <= HEADING_LINES:
            said.setdefault(block.page, set()).add(_bare(one_line(joined([line.text for line in block.lines], set()))))
    return {page: [mark for mark in of if _bare(mark[1]) not in said.get(page, ())] for page, of in marks.items()}


def _bare(text: str) -> str:
    """Letters and digits alone, without the number in front."""
    number = _NUMBERING.match(text)
    return "".join(filter(str.isalnum, text[number.end() if number else 0 :])).casefold()
