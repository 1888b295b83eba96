"""Lines of a printed page in the order in which people read them. Pure."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate
from statistics import median
from typing import NamedTuple

WIDTH_MIN = 4.0
"""Points of white that set two columns apart, at least."""

LINES_MIN = 6
"""Lines each column has, at least: two rows of a table are no columns."""

WORDS_MIN = 3
"""Words that most lines of a column have."""

LINES_MAX, WIDTH_MAX = 3_000, 15_000
"""Beyond these it is no page that people read, and would take long."""

TITLE, TITLE_ROOM = 1.3, (2.0, 5.0)
"""How much larger than the others a line is that may head both columns, and the room that it has, in its sizes."""

CROSSING_MAX = 0.35
BIN = 2.0
GAP = 1.2
"""White inside a line, in sizes of its letters, from which on it may be the white between columns."""


class Line(NamedTuple):
    """A line as it lies on the page: points from the lower left, `y` that of its base line.

    `gaps` are wide white spaces inside it: the character it begins at, and its left and right end.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool = False
    gaps: tuple[tuple[int, float, float], ...] = ()


class Column(NamedTuple):
    """Lines that follow one another, and how far they reach at most."""

    lines: list[Line]
    left: float
    right: float


def in_reading_order(lines: Sequence[Line], *, depth: int = 2) -> list[Column]:
    """Columns one after the other, each from top to bottom; what runs across them parts what is above from below.

    A page without columns is left in the order in which it was written, which knows better than its places do.
    """
    if not lines:
        return []
    gutter = _gutter(lines) if depth else None
    if gutter is None:
        return [Column(list(lines), min(line.left for line in lines), max(line.right for line in lines))]
    found: list[Column] = []
    for band in _bands([part for line in lines for part in _parted(line, gutter)], gutter):
        for side in band:
            found += in_reading_order(side, depth=depth - 1)
    return found


def _parted(line: Line, gutter: float) -> Iterator[Line]:
    """A line that was written across both columns, as two."""
    for number, (at, left, right) in enumerate(line.gaps):
        if left <= gutter <= right:
            begin = len(line.text) - len(line.text[at:].lstrip())
            after = tuple((place - begin, start, end) for place, start, end in line.gaps[number + 1 :])
            yield line._replace(text=line.text[:at].rstrip(), right=left, gaps=line.gaps[:number])
            yield line._replace(text=line.text[begin:], left=right, gaps=after)
            return
    yield line


def _bands(lines: Sequence[Line], gutter: float) -> Iterator[list[list[Line]]]:
    """From top to bottom: the lines across, or both columns."""
    body = median(line.size for line in lines)
    heights = [sorted(line.y for line in lines if (line.left >= gutter) == right) for right in (False, True)]
    across: list[Line] = []
    sides: list[list[Line]] = [[], []]
    for line in sorted(lines, key=lambda line: -line.y):
        right = line.left >= gutter
        if line.left < gutter < line.right or _heads_both(line, heights[not right], body):
            if any(sides):
                yield sides
                sides = [[], []]
            across.append(line)
        else:
            if across:
                yield [across]
                across = []
            sides[right].append(line)
    yield [across]
    yield sides


def _heads_both(line: Line, beside: Sequence[float], body: float) -> bool:
    """A title too short to reach into the other column, which makes room for it: more than a paragraph does, less
    than a picture. `beside` are the heights of the lines there.
    """
    at = bisect(beside, line.y)
    if line.size < TITLE * body or not 0 < at < len(beside):
        return False
    return TITLE_ROOM[0] * line.size < beside[at] - beside[at - 1] < TITLE_ROOM[1] * line.size


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where the white between two columns lies; None if the page has none."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    width = right - left
    if not 2 * LINES_MIN <= sum(1 + len(line.gaps) for line in lines) <= LINES_MAX or not 100 < width < WIDTH_MAX:
        return None
    covered = _covered(lines, left, width)
    first, last = len(covered) // 4, len(covered) * 3 // 4
    least = min(covered[first:last], default=len(lines))
    if least > CROSSING_MAX * len(lines):
        return None
    start, end = _widest(covered, first, last, least)
    if (end - start) * BIN < WIDTH_MIN:
        return None
    gutter = left + (start + end) / 2 * BIN
    parts = [part for line in lines for part in _parted(line, gutter)]
    sides = [part for part in parts if part.right <= gutter], [part for part in parts if part.left >= gutter]
    return gutter if all(_is_column(side) for side in sides) and _beside(*sides) else None


def _covered(lines: Sequence[Line], left: float, width: float) -> list[int]:
    """For each strip of the page, how many lines have ink there."""
    strips = int(width / BIN) + 1
    changes = [0] * (strips + 1)
    for line in lines:
        at = line.left
        for start, end in [(gap[1], gap[2]) for gap in line.gaps] + [(line.right, line.right)]:
            first, last = int((at - left) / BIN), min(strips, int((start - left) / BIN) + 1)
            if first < last:
                changes[first] += 1
                changes[last] -= 1
            at = end
    return list(accumulate(changes[:-1]))


def _widest(covered: Sequence[int], first: int, last: int, least: int) -> tuple[int, int]:
    """The longest run of strips with hardly any ink."""
    best, start = (first, first), None
    for strip in range(first, last + 1):
        if strip < last and covered[strip] <= least + len(covered) // 200:
            start = strip if start is None else start
        elif start is not None:
            best, start = max(best, (start, strip), key=lambda run: run[1] - run[0]), None
    return best


def _is_column(lines: Sequence[Line]) -> bool:
    """Enough lines, most of them full and of some words: cells of a table are short."""
    if len(lines) < LINES_MIN or sorted(len(line.text.split()) for line in lines)[len(lines) // 2] < WORDS_MIN:
        return False
    widths = sorted(line.right - line.left for line in lines)
    reach = max(line.right for line in lines) - min(line.left for line in lines)
    return widths[len(widths) // 2] > 0.6 * reach


def _beside(left: Sequence[Line], right: Sequence[Line]) -> bool:
    top = min(max(line.y for line in left), max(line.y for line in right))
    bottom = max(min(line.y for line in left), min(line.y for line in right))
    shorter = min(max(line.y for line in side) - min(line.y for line in side) for side in (left, right))
    return top - bottom > 0.5 * shorter
