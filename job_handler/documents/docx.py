"""DOCX, by python-docx, after its directory was held against limits."""

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from job_handler.documents.cleaning import one_line
from job_handler.documents.shape import Broken, Document, Locked, NotReadHere, Piece, TooBig, assemble

PARTS_MAX, UNPACKED_MAX, RATIO_MAX = 2000, 150_000_000, 200
READ = ("word/document.xml", "word/styles.xml", "docProps/core.xml")
OLE = b"\xd0\xcf\x11\xe0"


def read_docx(data: bytes, title: str) -> Document:
    """Raises Locked, Broken, NotReadHere, TooBig or Empty."""
    if data.startswith(OLE):
        raise Locked("This is an old Word file (.doc) or a protected one. Save it as .docx without a password.")
    _check(data)
    try:
        document = docx.Document(io.BytesIO(data))
        pieces = list(_pieces(document))
        named = one_line(document.core_properties.title or "")
    except Exception as error:  # the library raises whatever its input provokes
        raise Broken() from error
    return assemble(named or title, pieces)


def _check(data: bytes) -> None:
    """The archive unpacks to no more than is said, and no part brings a document type, through which XML explodes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > PARTS_MAX or unpacked > UNPACKED_MAX or unpacked > RATIO_MAX * max(len(data), 100_000):
                raise TooBig()
            names = {part.filename for part in parts}
            if "word/document.xml" not in names:
                raise NotReadHere()
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part)[:100_000]:
                    raise Broken()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise Broken() from error


def _pieces(document: "docx.document.Document") -> Iterator[Piece]:
    path: list[tuple[int, str]] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = [one_line(cell.text) for cell in row.cells]
                yield Piece(" | ".join(dict.fromkeys(filter(None, cells))), None, tuple(words for _, words in path))
            continue
        text = one_line(block.text)
        level = _level(block)
        if level is not None and text:
            path = [*(mark for mark in path if mark[0] < level), (level, text[:200])]
        else:
            yield Piece(text, None, tuple(words for _, words in path))


def _level(paragraph: Paragraph) -> int | None:
    """1 for the highest heading; None for what is none."""
    name = (paragraph.style.name if paragraph.style is not None else "") or ""
    if name == "Title":
        return 0
    word, _, number = name.partition(" ")
    return int(number) if word == "Heading" and number.isdigit() else None
