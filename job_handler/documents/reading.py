"""Which reader a file belongs to, by its bytes first and its name second; and the way there through a child."""

import re
from collections.abc import Callable
from pathlib import PurePath

from job_handler.children import Children
from job_handler.documents.shape import Document, Empty, NotReadHere, TooBig

FILE_MAX = 50 * 2**20
MODULE = "job_handler.documents.reading"
MEMORY_MB, SECONDS = 512, 20.0

OLE = b"\xd0\xcf\x11\xe0"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_PROGRAMS = (b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_SHORT = (b"BM", b"MZ", b"RIFF", b"OggS", b"ID3")
"""Letters that a text may begin with as well: it is none if a zero byte follows soon."""

_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.DOTALL | re.IGNORECASE,
)
_PAGE, _MARKED, _PLAIN = (".html", ".htm", ".xhtml"), (".md", ".markdown", ".mdown"), (".txt", ".text", "")


def read_document(data: bytes, name: str) -> Document:
    """What the file holds, read here and now: untrusted files belong into a child."""
    path = PurePath(name.replace("\\", "/"))
    return _reader(data, path.suffix.casefold())(data, path.stem.replace("_", " ")[:200])


def _reader(data: bytes, ending: str) -> Callable[[bytes, str], Document]:
    """The one for these bytes; its libraries are for the child alone, and only if it needs them."""
    if not data.strip(b"\0 \t\r\n"):
        raise Empty("This file is empty.")
    if b"%PDF-" in data[:1024]:
        from job_handler.documents.pdf import read_pdf

        return read_pdf
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", OLE)):
        from job_handler.documents.docx import read_docx

        return read_docx
    _refuse(data)
    if ending in _PAGE or _HTML.match(data[:4096]):
        from job_handler.documents.html import read_html

        return read_html
    if ending in _MARKED:
        from job_handler.documents.markdown import read_markdown

        return read_markdown
    if ending in _PLAIN:
        from job_handler.documents.text import read_text

        return read_text
    raise NotReadHere()


def _refuse(data: bytes) -> None:
    """Raise NotReadHere for what has a format of its own, saying what to do."""
    if data.startswith(_PICTURES):
        raise NotReadHere("This is a picture, not a text. Run it through a program that recognises text (OCR).")
    if data.startswith(_ARCHIVES):
        raise NotReadHere("This is an archive. Unpack it and upload the file you need.")
    if data.startswith(b"{\\rtf"):
        raise NotReadHere("This is an RTF file. Save it as .docx or PDF, then upload that.")
    if data.startswith(_PROGRAMS) or (data.startswith(_SHORT) and b"\0" in data[:64]) or data[4:8] == b"ftyp":
        raise NotReadHere("This is not a text. " + NotReadHere.message)


async def read_aside(children: Children, data: bytes, name: str) -> Document:
    """What the file holds, read by a child. Raises what the readers raise, and TooHard."""
    if len(data) > FILE_MAX:
        raise TooBig(f"A document has at most {FILE_MAX // 2**20} MB. Split it.")
    sent = name.encode(errors="replace").replace(b"\0", b"")[-1000:] + b"\0" + data
    return Document.model_validate_json(await children.run(MODULE, sent, memory_mb=MEMORY_MB, seconds=SECONDS))


def work(data: bytes, progress: Callable[[float], None]) -> bytes:
    """In the child: a name, a zero byte, the file."""
    name, _, rest = data.partition(b"\0")
    return read_document(rest, name.decode(errors="replace")).model_dump_json().encode()
