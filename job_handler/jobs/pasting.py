"""A pasted text as a document whose places are those of what was pasted. Pure."""

import re
from collections.abc import Iterator

from job_handler.documents.shape import Document, Empty, Paragraph

WRAPPED_FROM = 40
"""A shorter line without a stop at its end is a heading or an item of a list, and goes on nowhere."""
_LINE = re.compile(r"[^\n]+")
_STOPS = (".", "!", "?", "\u2026", ":", ";", ".\u201d", '."')


def pasted(title: str, text: str) -> Document:
    """Lines broken to fit a page are joined, with a space for each sign that broke them, so that every place in
    the document is the same place in the text. Raises Empty.
    """
    signs = list(re.sub(r"[\r\t\v\f\u00a0\u2028\u2029]", " ", text))
    spans = list(_lines("".join(signs)))
    paragraphs: list[tuple[int, int]] = []
    for start, end in spans:
        if paragraphs and _goes_on(text, paragraphs[-1], start):
            before = paragraphs[-1]
            signs[before[1] : start] = " " * (start - before[1])
            paragraphs[-1] = before[0], end
        else:
            paragraphs.append((start, end))
    if not paragraphs:
        raise Empty()
    return Document(
        title=title, text="".join(signs), paragraphs=tuple(Paragraph(start=start, end=end) for start, end in paragraphs)
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of every line that is not empty, without the spaces around it."""
    for line in _LINE.finditer(text):
        said = line[0]
        left, right = len(said) - len(said.lstrip()), len(said.rstrip())
        if right > left:
            yield line.start() + left, line.start() + right


def _goes_on(text: str, before: tuple[int, int], start: int) -> bool:
    """Whether what ends at `before` was broken in the middle of a sentence that goes on at `start`."""
    gap = text[before[1] : start]
    last = text[max(before[0], text.rfind("\n", 0, before[1])) : before[1]].strip()
    return gap.count("\n") == 1 and len(last) >= WRAPPED_FROM and not last.endswith(_STOPS)
