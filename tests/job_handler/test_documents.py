"""Documents: what becomes of each format, and what is refused in which words."""

import io
import os
import zipfile
from pathlib import Path

import docx
import pytest

from edkit.errors import AppError
from job_handler.child import open_children
from job_handler.documents.reading import read_aside, read_document
from job_handler.documents.sentences import sentences
from job_handler.documents.shape import Document

PLANTS = "Photosynthesis is the process by which plants turn light into sugar."
WATER = "Osmosis is the movement of water through a thin skin."


def pdf(*pages: str) -> bytes:
    """A PDF of these pages, each a few lines."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in pages:
        lines = " ".join(f"({line}) Tj 0 -16 Td" for line in page.split("\n"))
        stream = f"BT /F1 12 Tf 72 720 Td {lines} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        resources = "<< /Font << /F1 3 0 R >> >>"
        about = f"/Contents {len(objects)} 0 R /Resources {resources}"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {about} >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body, offsets = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return body + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Plants", level=1)
    document.add_paragraph(PLANTS)
    document.add_heading("Water", level=2)
    document.add_paragraph(WATER)
    store = io.BytesIO()
    document.save(store)
    return store.getvalue()


HTML = f"""<html><head><title>Plants</title><script>alert('x')</script></head><body><nav>Home</nav><h1>Plants</h1>
<p>{PLANTS}</p><h2>Water</h2><p>{WATER}</p><p hidden>secret</p></body></html>""".encode()
MARKDOWN = f"# Plants\n\n{PLANTS}\n\n## Water\n\n{WATER}\n".encode()
FILES = {"plants.docx": word(), "plants.html": HTML, "plants.md": MARKDOWN}


@pytest.mark.parametrize("name", FILES)
def test_headings_and_paragraphs_are_found(name: str) -> None:
    document = read_document(FILES[name], name)
    assert [document.of(paragraph) for paragraph in document.paragraphs] == [PLANTS, WATER]
    assert [paragraph.heading for paragraph in document.paragraphs] == [("Plants",), ("Plants", "Water")]
    assert "secret" not in document.text
    assert "alert" not in document.text


def test_a_pdf_has_pages() -> None:
    document = read_document(pdf(PLANTS.replace(" turn", "\nturn"), WATER), "plants.pdf")
    assert [(document.of(one), one.page) for one in document.paragraphs] == [(PLANTS, 1), (WATER, 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_in_its_encoding(encoding: str) -> None:
    text = "Café au lait is coffee with milk.\n\nIt is drunk in the morning."
    document = read_document(text.encode(encoding), "notes.txt")
    assert document.text == text


REFUSED = {
    "empty.txt": (b"", "no_text"),
    "zeros.txt": (b"\0" * 1000, "no_text"),
    "picture.pdf": (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "format_not_read"),
    "broken.pdf": (b"%PDF-1.4\n" + b"garbage" * 50, "broken_file"),
    "cut.pdf": (pdf(PLANTS)[:60], "broken_file"),
    "blank.pdf": (pdf(""), "scanned"),
    "old.doc": (b"\xd0\xcf\x11\xe0" + b"x" * 600, "password_needed"),
    "broken.docx": (b"PK\x03\x04" + b"x" * 300, "broken_file"),
    "program.exe": (b"MZ" + b"x" * 300, "format_not_read"),
    "slides.pptx": (b"{\\rtf1 hello}", "format_not_read"),
}


def bomb() -> bytes:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 200_000_000)
    return store.getvalue()


def laughing() -> bytes:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>')
    return store.getvalue()


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_words(name: str) -> None:
    data, code = REFUSED[name]
    with pytest.raises(AppError) as refused:
        read_document(data, name)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(("data", "code"), [(bomb(), "document_too_large"), (laughing(), "broken_file")])
async def test_bombs_end_in_the_child(data: bytes, code: str) -> None:
    with pytest.raises(AppError) as refused:
        await read_aside(open_children(), data, "plants.docx")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("deep.html", b"<div>" * 60_000 + PLANTS.encode()),
        ("deep.md", b">" * 5_000 + PLANTS.encode()),
        ("long.txt", b"word " * 600_000),
        ("signs.txt", ("\u202e\u200b\x07" * 1000 + PLANTS).encode()),
        ("lone.html", b"<p>" + b"\xed\xa0\x80" + PLANTS.encode()),
    ],
)
async def test_odd_files_come_back_as_a_document_or_in_words(name: str, data: bytes) -> None:
    found = await outcome(data, name)
    if isinstance(found, Document):
        assert len(found.text) <= 2_000_000
        assert "\u202e" not in found.text
    else:
        assert found.message.endswith(".")


async def outcome(data: bytes, name: str) -> Document | AppError:
    try:
        return await read_aside(open_children(), data, name)
    except AppError as error:
        return error


def test_sentences_end_where_they_end() -> None:
    text = "Dr. Smith met J. R. Li at 3.5 km. It rained, e.g. in May! “Really?” she said. Trời mưa… Anh ấy về nhà."
    assert [text[start:end] for start, end in sentences(text)] == [
        "Dr. Smith met J. R. Li at 3.5 km.",
        "It rained, e.g. in May!",
        "“Really?” she said.",
        "Trời mưa…",
        "Anh ấy về nhà.",
    ]


@pytest.mark.skipif("EDTECH_REAL_DATA" not in os.environ, reason="real PDFs lie where EDTECH_REAL_DATA says")
async def test_real_pdfs() -> None:
    folder = Path(os.environ["EDTECH_REAL_DATA"]) / "pdf"
    for path in sorted(folder.glob("*.pdf")):
        found = await outcome(path.read_bytes(), path.name)
        if isinstance(found, Document):
            assert found.paragraphs[0].page == 1
        else:
            assert (path.name, found.code) == ("libreoffice-writer-password.pdf", "password_needed")
