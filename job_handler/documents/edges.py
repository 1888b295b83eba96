"""Running heads and page numbers, which stand at the edge of page after page. Pure."""

import re
from collections.abc import Sequence

from job_handler.documents.columns import Line

ROWS = 3
"""Rows at the top and at the bottom of a page that may be a running head."""

NEAR = 3.0
"""Points that a running head moves from page to page, at most."""

PAGES_MIN = 3
"""Pages that have it, at least: two may begin with the same words by chance."""

_DIGITS = re.compile(r"\d+")
_NUMBER_ALONE = re.compile(
    r"(?i)[-\u2013\s\[]*(?:(?:page|p\.|trang)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|\u2013)\s*\d{1,4})?[-\u2013\s\]]*"
)
Heads = dict[str, float]
"""What stands at the edge of a page, and how high."""


def without_edges(pages: Sequence[Sequence[Line]], heading_from: float) -> list[list[Line]]:
    """The pages without lines at an edge that are but a number, or that pages nearby have at the same height but
    for their digits. Letters of the size `heading_from` and above are no running head.
    """
    edges = [_at_the_edge(lines) for lines in pages]
    heads = [{_key(line): line.y for line in edge if line.size < heading_from} for edge in edges]
    return [_kept(lines, edges[number], heads, number) for number, lines in enumerate(pages)]


def _at_the_edge(lines: Sequence[Line]) -> list[Line]:
    rows = sorted({round(line.y) for line in lines})
    if len(rows) < 2:
        return []
    rim = {*rows[:ROWS], *rows[-ROWS:]}
    return [line for line in lines if round(line.y) in rim]


def _kept(lines: Sequence[Line], edge: Sequence[Line], heads: Sequence[Heads], number: int) -> list[Line]:
    if not edge:
        return list(lines)
    top, bottom = max(line.y for line in edge), min(line.y for line in edge)
    dropped = set()
    for line in edge:
        outermost = line.y > top - NEAR or line.y < bottom + NEAR
        if (outermost and _NUMBER_ALONE.fullmatch(line.text)) or _runs(_key(line), heads, number):
            dropped.add(line)
    return [line for line in lines if line not in dropped]


def _runs(key: str, heads: Sequence[Heads], number: int) -> bool:
    """Whether pages nearby have it, too; left and right pages may take turns."""
    here = heads[number].get(key)
    if here is None:
        return False
    near = heads[max(0, number - 4) : number + 5]
    return sum(abs(page.get(key, here + 2 * NEAR) - here) < NEAR for page in near) >= PAGES_MIN


def _key(line: Line) -> str:
    return _DIGITS.sub("#", line.text)
