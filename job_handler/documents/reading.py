"""Which reader a file belongs to, by its bytes first and its name second; and the way there through a child."""

import re
from collections.abc import Callable
from pathlib import PurePath

from job_handler.children import Children
from job_handler.documents.shape import Document, Empty, NotReadHere, TooBig

FILE_MAX = 50 * 2**20
MODULE = "job_handler.documents.reading"
MEMORY_MB, SECONDS = 512, 20.0

_OTHERS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")
_HTML = re.compile(rb"(?i)^\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)\b", re.DOTALL)


def read_document(data: bytes, name: str) -> Document:
    """What the file holds, read here and now: untrusted files belong into a child."""
    title = PurePath(name.replace("\\", "/")).stem.replace("_", " ")[:200]
    return _reader(data, PurePath(name).suffix.casefold())(data, title)


def _reader(data: bytes, ending: str) -> Callable[[bytes, str], Document]:
    from job_handler.documents import docx, markup, pdf  # their libraries are for the child alone

    if not data.strip(b"\0 \t\r\n"):
        raise Empty("This file is empty.")
    if b"%PDF-" in data[:1024]:
        return pdf.read_pdf
    if data.startswith((b"PK", docx.OLE)):
        return docx.read_docx
    if data.startswith(_OTHERS):
        raise NotReadHere()
    if ending in (".html", ".htm", ".xhtml") or _HTML.match(data[:4096]):
        return markup.read_html
    if ending in (".md", ".markdown"):
        return markup.read_markdown
    if ending in (".txt", ".text", "") and data[:4096].count(0) <= len(data[:4096]) // 2:
        return markup.read_text
    raise NotReadHere()


async def read_aside(children: Children, data: bytes, name: str) -> Document:
    """What the file holds, read by a child. Raises what the readers raise, and TooHard."""
    if len(data) > FILE_MAX:
        raise TooBig(f"A document has at most {FILE_MAX // 2**20} MB. Split it.")
    sent = name.encode(errors="replace")[:1000] + b"\0" + data
    return Document.model_validate_json(await children.run(MODULE, sent, memory_mb=MEMORY_MB, seconds=SECONDS))


def work(data: bytes, progress: Callable[[float], None]) -> bytes:
    """In the child: a name, a zero byte, the file."""
    name, _, rest = data.partition(b"\0")
    return read_document(rest, name.decode(errors="replace")).model_dump_json().encode()
