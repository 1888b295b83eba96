"""What an office file says of itself before anything of it is unpacked."""

import io
import re
import zipfile

from job_handler.documents.shape import Broken, Locked, NotReadHere, TooBig

PARTS_MAX, UNPACKED_MAX, PART_MAX, RATIO_MAX = 5_000, 200_000_000, 60_000_000, 200
SMALL = 1_000_000
"""Bytes of a part below which its ratio says nothing: a few empty pages pack very well."""

_DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")  # in one byte each or in two
_ENCRYPTED, _OLD_WORD = ("".join(name).encode("utf-16-le") for name in ("EncryptedPackage", "WordDocument"))
_OTHERS = (
    ("ppt/", "This is a PowerPoint presentation. Save it as PDF, then upload that."),
    ("xl/", "This is an Excel workbook. Copy the text you need into a document, then upload that."),
    ("content.xml", "This is an OpenDocument file. Save it as .docx or PDF, then upload that."),
    ("META-INF/container.xml", "This is an e-book. Save it as PDF or HTML, then upload that."),
)


def refuse_old(data: bytes) -> None:
    """Always raises: what was made before 2007, or is locked with a password, is not read."""
    if _ENCRYPTED in data:
        raise Locked()
    if _OLD_WORD in data:
        raise NotReadHere("This is an old Word file (.doc). Open it in Word, save it as .docx, then upload that.")
    raise NotReadHere("This is a file of an old office program. Save it as .docx or PDF, then upload that.")


def check_word(data: bytes) -> None:
    """Return only for an archive that is a Word document, unpacks to no more than it may, and brings no DOCTYPE.

    A DOCTYPE is how XML explodes; no office program writes one. Raises NotReadHere, TooBig, Locked or Broken.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive.infolist())
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(archive.read(part)):
                    raise Broken("This Word file holds a DOCTYPE, which Word never writes. Save it anew in Word.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise Broken() from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]  # what is inside is damaged
        raise Broken() from error


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if "word/document.xml" not in names:
        for name, told in _OTHERS:
            if any(one.startswith(name) for one in names):
                raise NotReadHere(told)
        raise NotReadHere("This is an archive, not a Word document. Unpack it and upload the file you need.")
    if any(part.flag_bits & 1 for part in parts):
        raise Locked()
    if len(set(names)) != len(names):
        raise Broken()
    if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_MAX:
        raise TooBig()
    for part in parts:
        packed = max(1, part.compress_size)
        if part.file_size > PART_MAX or (part.file_size > SMALL and part.file_size > RATIO_MAX * packed):
            raise TooBig()
