"""PDFs made by hand, good enough for a reader and small enough to see through."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

HEAD = b"%PDF-1.4\n"
FONTS = "<< /Font << /F1 3 0 R /F2 4 0 R >> >>"
CATALOG, PAGES, REGULAR, BOLD = 1, 2, 3, 4


class Words(NamedTuple):
    """A line that begins at this place; `bold` chooses the other font."""

    x: float
    y: float
    text: str
    size: float = 10
    bold: bool = False
    matrix: str = "1 0 0 1"


def packed(objects: Sequence[bytes | str], trailer: str = "") -> bytes:
    """The file of these objects, numbered from 1; the first is the catalog."""
    body, offsets = HEAD, []
    for number, one in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one if isinstance(one, bytes) else one.encode("cp1252"))
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start, size = len(body), len(objects) + 1
    body += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    return body + f"trailer << /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF".encode()


def stream(data: bytes | str, about: str = "") -> bytes:
    raw = data if isinstance(data, bytes) else data.encode("cp1252")
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(raw), about.encode(), raw)


def paper(
    *pages: Iterable[Words] | str,
    marks: Sequence[tuple[str, int]] = (),
    catalog: str = "",
    page: str = "",
    trailer: str = "",
    more: Sequence[bytes | str] = (),
) -> bytes:
    """A PDF of pages that are lines at their places, or a content stream. `marks` are bookmarks with their page.

    `more` are objects from number 5 on; `catalog`, `page` and `trailer` are added to those dictionaries.
    """
    objects: list[bytes | str] = ["", "", _font("Helvetica"), _font("Helvetica-Bold"), *more]
    kids = []
    for content in pages:
        objects.append(stream(content if isinstance(content, str) else "\n".join(map(_shown, content))))
        about = f"/Parent 2 0 R /MediaBox [0 0 612 792] /Resources {FONTS} /Contents {len(objects)} 0 R {page}"
        objects.append(f"<< /Type /Page {about} >>")
        kids.append(len(objects))
    objects[PAGES - 1] = f"<< /Type /Pages /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] /Count {len(kids)} >>"
    if marks:
        first, parent = len(objects) + 2, len(objects) + 1
        last = first + len(marks) - 1
        catalog += f" /Outlines {parent} 0 R"
        objects.append(f"<< /Type /Outlines /First {first} 0 R /Last {last} 0 R /Count {len(marks)} >>")
        for number, (title, at) in enumerate(marks, first):
            following = f"/Next {number + 1} 0 R" if number < last else ""
            objects.append(f"<< /Title ({title}) /Parent {parent} 0 R {following} /Dest [{kids[at]} 0 R /Fit] >>")
    objects[CATALOG - 1] = f"<< /Type /Catalog /Pages 2 0 R {catalog} >>"
    return packed(objects, trailer)


def pdf(*pages: str) -> bytes:
    """A PDF of these pages, each a few lines."""
    return paper(*([Words(72, 720 - 16 * at, line, 12) for at, line in enumerate(page.split("\n"))] for page in pages))


def column(x: float, top: float, lines: Iterable[str]) -> list[Words]:
    return [Words(x, top - 12 * at, line) for at, line in enumerate(lines)]


def _font(name: str) -> str:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"


def _shown(words: Words) -> str:
    font = "F2" if words.bold else "F1"
    return f"BT /{font} {words.size} Tf {words.matrix} {words.x} {words.y} Tm ({words.text}) Tj ET"
