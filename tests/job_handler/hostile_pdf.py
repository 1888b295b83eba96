"""PDFs that are made to hurt: see hostile.py."""

import random
import struct
import zlib
from collections.abc import Callable

from tests.job_handler.papers import HEAD, Words, packed, paper, pdf, stream

PLANTS = "Photosynthesis is the process by which plants turn light into sugar."
TEXT = "text"
"""That it is read, and says what it says."""

_CATALOG, _ONE_PAGE = "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_LINE = f"BT /F1 12 Tf 1 0 0 1 72 700 Tm ({PLANTS}) Tj ET"


def deflated(chunk: bytes, times: int, rounds: int = 1) -> bytes:
    """Packed without ever lying unpacked in memory."""
    packer = zlib.compressobj(1)
    data = b"".join([*(packer.compress(chunk) for _ in range(times)), packer.flush()])
    for _ in range(rounds - 1):
        data = zlib.compress(data)
    return data


def with_content(data: bytes, filters: str, *, image: str = "") -> bytes:
    """A PDF of one page that has this as its content, or as a picture on it."""
    content = stream("q 612 0 0 792 0 0 cm /I Do Q") if image else stream(data, f"/Filter [{filters}]")
    about = "/MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >>"
    page = f"<< /Type /Page /Parent 2 0 R {about} >>"
    picture = stream(data if image else b"", f"/Type /XObject /Subtype /Image {image} /Filter [{filters}]")
    return packed([_CATALOG, _ONE_PAGE, page, content, picture])


def tree(kids: str, count: int, *more: str) -> bytes:
    return packed([_CATALOG, f"<< /Type /Pages /Kids [{kids}] /Count {count} >>", *more])


def deep_tree(depth: int) -> bytes:
    nodes = [
        f"<< /Type /Pages /Kids [{number} 0 R] /Count 1 /Parent {number - 2} 0 R >>" for number in range(4, depth + 4)
    ]
    return tree("3 0 R", 1, *nodes, "<< /Type /Page /MediaBox [0 0 612 792] >>")


def looping_outline() -> bytes:
    first = "<< /Title (Again) /Parent 5 0 R /First 6 0 R /Next 6 0 R /Prev 6 0 R >>"
    outlines = "<< /Type /Outlines /First 6 0 R /Last 6 0 R /Count 99999999 >>"
    return paper(_LINE, catalog="/Outlines 5 0 R", more=[outlines, first])


def deep_outline(depth: int) -> bytes:
    marks = [f"<< /Title (Deep) /Parent {at - 1} 0 R /First {at + 1} 0 R /Count 1 >>" for at in range(6, depth + 6)]
    return paper(_LINE, catalog="/Outlines 5 0 R", more=["<< /First 6 0 R /Count 1 >>", *marks])


def form_in_itself() -> bytes:
    form = stream("/Me Do", "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Me 5 0 R >> >>")
    return paper(f"{_LINE} /Me Do", page="/Resources << /XObject << /Me 5 0 R >> /Font << /F1 3 0 R >> >>", more=[form])


def locked() -> bytes:
    key = "<28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A>"
    about = f"<< /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -44 >>"
    return paper(_LINE, more=[about], trailer="/Encrypt 5 0 R /ID [<00> <00>]")


def acting() -> bytes:
    deeds = "/OpenAction << /S /JavaScript /JS (while\\(1\\){}) >> /AA << /WC << /S /Launch /F (/bin/sh) >> >>"
    return paper(_LINE, catalog=deeds)


def mapped(to: str) -> bytes:
    """Every letter of the page is said to be this one."""
    codes = "1 begincodespacerange <00> <FF> endcodespacerange"
    letters = " ".join(f"<{number:02X}> <{to}>" for number in range(32, 127))
    cmap = f"/CIDInit /ProcSet findresource begin begincmap {codes} 95 beginbfchar {letters} endbfchar endcmap"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 5 0 R >>"
    return paper(_LINE, page="/Resources << /Font << /F1 6 0 R >> >>", more=[stream(cmap), font])


def woven() -> bytes:
    """Every object is in a stream of objects, and that stream is one of them."""
    table = b"".join(struct.pack(">BHB", 2, 2, at) for at in range(4)) + struct.pack(">BHB", 1, len(HEAD), 0)
    xref = stream(table, "/Type /XRef /Size 5 /W [1 2 1] /Root 1 0 R /Prev 9")
    return b"%b4 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF" % (HEAD, xref, len(HEAD))


def often(times: int) -> bytes:
    """One content, again and again on one page."""
    return paper(_LINE, page=f"/Contents [{'5 0 R ' * times}]", more=[stream(_LINE + "\n")])


def noise(size: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(size)


FILES: list[tuple[str, str, Callable[[], bytes], str]] = [
    ("pages that hold themselves", "a.pdf", lambda: tree("2 0 R 2 0 R", 5), "broken_file no_text"),
    (
        "a billion pages that are not there",
        "a.pdf",
        lambda: tree("3 0 R", 10**9, "<< /Type /Page >>"),
        "document_too_large broken_file no_text",
    ),
    ("two thousand and one pages", "a.pdf", lambda: pdf(*["x"] * 2001), "document_too_large"),
    ("pages five thousand deep", "a.pdf", lambda: deep_tree(5000), "broken_file no_text"),
    ("bookmarks that follow themselves", "a.pdf", looping_outline, TEXT),
    ("bookmarks five thousand deep", "a.pdf", lambda: deep_outline(5000), TEXT),
    ("a form that draws itself", "a.pdf", form_in_itself, "text too_hard"),
    (
        "a content that unpacks to 10 MB",
        "a.pdf",
        lambda: with_content(deflated(b"q Q\n" * 2**18, 10), "/FlateDecode"),
        "too_hard no_text scanned broken_file",
    ),
    (
        "a content packed twice, of 700 MB",
        "a.pdf",
        lambda: with_content(deflated(bytes(2**20), 700, 2), "/FlateDecode /FlateDecode"),
        "too_hard",
    ),
    (
        "a picture of ten billion dots",
        "a.pdf",
        lambda: with_content(
            deflated(bytes(2**20), 4),
            "/FlateDecode",
            image="/Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
        ),
        "scanned",
    ),
    ("arrays a hundred thousand deep", "a.pdf", lambda: with_content(b"[" * 100_000 + _LINE.encode(), ""), "no_text"),
    ("two hundred thousand letters on a page", "a.pdf", lambda: pdf(*["\n".join([PLANTS] * 2500)]), TEXT),
    (
        "places beyond all measure",
        "a.pdf",
        lambda: paper([Words(10**30, -(10**30), PLANTS, matrix="1e30 0 0 1e-30"), Words(72, 700, PLANTS)]),
        "text no_text",
    ),
    ("objects in a stream of themselves", "a.pdf", woven, "broken_file"),
    ("a page that is drawn three thousand times", "a.pdf", lambda: often(3_000), "text too_hard"),
    (
        "a hundred thousand notes on a page",
        "a.pdf",
        lambda: paper(
            _LINE, page=f"/Annots [{'5 0 R ' * 100_000}]", more=["<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] >>"]
        ),
        TEXT,
    ),
    ("a page as large as a country", "a.pdf", lambda: paper(_LINE, page="/MediaBox [-1e30 -1e30 1e30 1e30]"), TEXT),
    (
        "a picture that is none",
        "a.pdf",
        lambda: with_content(
            noise(50_000),
            "/JBIG2Decode",
            image="/Width 30000 /Height 30000 /BitsPerComponent 1 /ColorSpace /DeviceGray",
        ),
        "scanned",
    ),
    ("a stream that says it is longer", "a.pdf", lambda: pdf(PLANTS).replace(b"/Length ", b"/Length 99999"), TEXT),
    ("a PDF with a password", "a.pdf", locked, "password_needed"),
    (
        "a table of objects that is nowhere",
        "a.pdf",
        lambda: pdf(PLANTS).replace(b"startxref\n", b"startxref\n9999"),
        TEXT,
    ),
    ("a table of objects before itself", "a.pdf", lambda: paper(_LINE, trailer="/Prev 9"), TEXT),
    ("half a PDF", "a.pdf", lambda: pdf(PLANTS)[:400], "broken_file no_text"),
    ("a PDF that acts when it is opened", "a.pdf", acting, TEXT),
    ("letters that turn the direction", "a.pdf", lambda: mapped("202E"), "no_text"),
    ("letters that mean nothing", "a.pdf", lambda: mapped("E000"), "unreadable_letters"),
    ("noise that says it is a PDF", "a.pdf", lambda: b"%PDF-1.7\n" + noise(200_000), "broken_file"),
]
