"""Documents: what becomes of each format, and what is refused in which words."""

import io
import unicodedata

import docx
import pytest

from edkit.errors import AppError
from job_handler.documents.reading import read_document
from job_handler.documents.sentences import sentences
from tests.job_handler.papers import pdf

PLANTS = "Photosynthesis is the process by which plants turn light into sugar."
WATER = "Osmosis is the movement of water through a thin skin."


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


PAGE = f"""<html><body><nav>Home | About</nav><main><h1>Plants</h1><p>{PLANTS}<sup><a href="#n">[1]</a></sup></p>
<table><tr><th>Part</th><th>Colour</th></tr><tr><td>Leaf</td><td>green</td></tr></table>
<p style="display: none">secret</p></main><footer>Imprint</footer></body></html>""".encode()
NOTES = f"""---
title: About plants
---
Plants
======
{PLANTS} *Really*, [it](https://school.example) does.

| Part | Colour |
|------|--------|
| Leaf | green |

<div>It is <b>true</b>.</div>
""".encode()
PRINTED = (
    "CHAPTER 1 PLANTS\n\nPhotosyn-\nthesis is the process by which plants turn\nlight into sugar.\n\n"
    f"- leaf\n- stem\n\x0c{WATER}"
)
STRUCTURES = {
    "page.html": (PAGE, [(None, PLANTS), (None, "Part | Colour"), (None, "Leaf | green")]),
    "notes.md": (
        NOTES,
        [(None, f"{PLANTS} Really, it does."), (None, "Part | Colour"), (None, "Leaf | green"), (None, "It is true.")],
    ),
    "printed.txt": (PRINTED.encode(), [(1, PLANTS), (1, "- leaf"), (1, "- stem"), (2, WATER)]),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_what_surrounds_a_text_is_left_out_and_its_parts_are_told_apart(name: str) -> None:
    data, expected = STRUCTURES[name]
    document = read_document(data, name)
    assert [(one.page, document.of(one)) for one in document.paragraphs] == expected


def test_a_word_file_is_read_as_it_is_shown() -> None:
    paper = docx.Document()
    paper.add_heading("Plants", level=1)
    table = paper.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Leaf", "green"
    shown = paper.add_paragraph(WATER)
    shown.add_run(" secret").font.hidden = True
    store = io.BytesIO()
    paper.save(store)
    document = read_document(store.getvalue(), "plants.docx")
    assert [(one.heading, document.of(one)) for one in document.paragraphs] == [
        (("Plants",), "Leaf | green"),
        (("Plants",), WATER),
    ]


def test_vietnamese_of_an_old_program_is_read() -> None:
    text = "Đây là một đoạn văn bản tiếng Việt được viết bởi một chương trình cũ."
    old = "".join(map(_in_1258, text)).encode("cp1258")
    assert read_document(old, "notes.txt").text == text


def _in_1258(letter: str) -> str:
    """As the Vietnamese page of Windows has it: the tone after its vowel."""
    parts = unicodedata.normalize("NFD", letter)
    tones = [mark for mark in parts[1:] if mark in "\u0300\u0301\u0303\u0309\u0323"]
    return unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones)) + "".join(tones)


REFUSED = {
    "empty.txt": (b"", "no_text"),
    "zeros.txt": (b"\0" * 1000, "no_text"),
    "picture.pdf": (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "format_not_read"),
    "broken.pdf": (b"%PDF-1.4\n" + b"garbage" * 50, "broken_file"),
    "cut.pdf": (pdf(PLANTS)[:60], "broken_file"),
    "blank.pdf": (pdf(""), "no_text"),
    "old.doc": (b"\xd0\xcf\x11\xe0" + b"x" * 600, "format_not_read"),
    "broken.docx": (b"PK\x03\x04" + b"x" * 300, "broken_file"),
    "program.exe": (b"MZ" + b"x" * 300, "format_not_read"),
    "slides.pptx": (b"{\\rtf1 hello}", "format_not_read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_words(name: str) -> None:
    data, code = REFUSED[name]
    with pytest.raises(AppError) as refused:
        read_document(data, name)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_sentences_end_where_they_end() -> None:
    text = "Dr. Smith met J. R. Li at 3.5 km. It rained, e.g. in May! “Really?” she said. Trời mưa… Anh ấy về nhà."
    assert [text[start:end] for start, end in sentences(text)] == [
        "Dr. Smith met J. R. Li at 3.5 km.",
        "It rained, e.g. in May!",
        "“Really?” she said.",
        "Trời mưa…",
        "Anh ấy về nhà.",
    ]
