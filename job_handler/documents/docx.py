"""DOCX, by python-docx, after its directory was held against limits: text, headings and tables, no pages."""

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document as Word
from docx.oxml.ns import qn
from lxml.etree import LxmlError  # type: ignore[import-untyped]  # it has no types

from job_handler.documents.cleaning import one_line
from job_handler.documents.office import check_word, refuse_old
from job_handler.documents.shape import Broken, Document, NotReadHere, Outline, Piece, assemble

OLE = b"\xd0\xcf\x11\xe0"
TITLE_LEVEL = 0
BODY_OUTLINE = 9  # Word's number for "no heading"

PARAGRAPH, TABLE, ROW, CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
TEXT, BOX = (qn("w:t"), qn("m:t")), qn("w:txbxContent")
SAID_AS = {qn("w:tab"): " ", qn("w:br"): " ", qn("w:cr"): " ", qn("w:noBreakHyphen"): "-"}
SKIPPED = frozenset(map(qn, ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:instrText", "w:sectPr"))) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same again for old programs
}


def read_docx(data: bytes, title: str) -> Document:
    """Raises Locked, Broken, NotReadHere, TooBig or Empty."""
    if data.startswith(OLE):
        refuse_old(data)
    check_word(data)
    try:
        word = docx.Document(io.BytesIO(data))
        named = one_line(word.core_properties.title or "")
        return assemble(named or title, _Reader(word).pieces())
    except ValueError as error:
        if "content type" in str(error):
            told = "This Word file holds macros or is a template. Save it as a plain .docx, then upload that."
            raise NotReadHere(told) from error
        raise Broken() from error
    except (LxmlError, KeyError, LookupError, AttributeError, TypeError, OSError, NotImplementedError) as error:
        raise Broken() from error  # the library meets something that no Word file has


class _Reader:
    """Goes through the body in its order, into content controls, tables and text boxes."""

    def __init__(self, word: Word) -> None:
        self._body = word.element.body
        self._levels = {style.style_id: _level_of(style) for style in word.styles}
        self._outline = Outline()

    def pieces(self) -> Iterator[Piece]:
        return self._below(self._body)

    def _below(self, parent: Any) -> Iterator[Piece]:
        for child in parent:
            if child.tag == PARAGRAPH:
                yield from self._paragraph(child)
            elif child.tag == TABLE:
                yield from self._table(child)
            elif child.tag not in SKIPPED and isinstance(child.tag, str) and not _is_contents(child):
                yield from self._below(child)

    def _paragraph(self, element: Any) -> Iterator[Piece]:
        text = one_line("".join(_said(element)))
        level = self._level(element)
        if level is not None and text:
            self._outline.enter(level, text)
        else:
            yield Piece(text, None, self._outline.path)
        for box in element.iter(BOX):
            if not any(above.tag in SKIPPED for above in box.iterancestors()):
                yield from self._below(box)

    def _table(self, element: Any) -> Iterator[Piece]:
        for row in element.iterchildren(ROW):
            cells = [" ".join("".join(_said(one)) for one in cell.iter(PARAGRAPH)) for cell in row.iterchildren(CELL)]
            yield Piece(" | ".join(filter(None, map(one_line, cells))), None, self._outline.path)

    def _level(self, element: Any) -> int | None:
        """1 for the highest heading; None for what is none."""
        own = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if own is not None:
            return _number(own)
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return None if style is None else self._levels.get(style.get(qn("w:val")))


def _level_of(style: Any) -> int | None:
    """By name, which Word writes in English whatever it shows; else by the outline level of the style or its bases."""
    for _ in range(10):
        name = style.name or ""
        word, _, number = name.partition(" ")
        if name == "Title":
            return TITLE_LEVEL
        if word.casefold() == "heading" and number.isdigit():
            return int(number)
        own = style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if own is not None:
            return _number(own)
        style = getattr(style, "base_style", None)
        if style is None:
            return None
    return None


def _number(outline: Any) -> int | None:
    value = outline.get(qn("w:val")) or ""
    return int(value) + 1 if value.isdigit() and int(value) < BODY_OUTLINE else None


def _is_contents(control: Any) -> bool:
    gallery = control.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return gallery is not None and str(gallery.get(qn("w:val"))) == "Table of Contents"


def _said(element: Any) -> Iterator[str]:
    """What is read of it: not what was deleted, is hidden, or stands in a box of its own."""
    for child in element:
        if child.tag in TEXT:
            yield child.text or ""
        elif child.tag in SAID_AS:
            yield SAID_AS[child.tag]
        elif child.tag not in SKIPPED and child.tag != BOX and child.tag != TABLE and not _is_hidden(child):
            yield from _said(child)


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(qn("w:val")) not in ("0", "false")
