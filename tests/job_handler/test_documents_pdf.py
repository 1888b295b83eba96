"""PDF: in the order of reading, with pages and headings, without what is printed on every page."""

import os
from itertools import groupby
from pathlib import Path

import pytest

from edkit.errors import AppError
from job_handler.child import open_children
from job_handler.documents import pdf, shape
from job_handler.documents.pdf import read_pdf
from job_handler.documents.reading import read_aside
from job_handler.documents.shape import Attached, Broken, Document, Empty, Garbled, Locked, Scanned, TooBig
from tests.job_handler.hostile import each
from tests.job_handler.hostile_pdf import mapped
from tests.job_handler.papers import Words, column, paper, stream

LEAF = (
    "Light reaches the leaf and is caught by",
    "a green dye that is called chlorophyll.",
    "With it the plant makes sugar of water",
    "and of the gas that animals breathe out.",
    "The sugar feeds all parts of the plant,",
    "from the roots in the soil to the fruit.",
)
STEM = (
    "Water reaches the leaf from below, for",
    "the stem holds pipes as thin as a hair.",
    "What the plant does not need leaves by",
    "small mouths at the lower side of leaves.",
    "They close at noon when it is very hot,",
    "and they open again when it is evening.",
)
ROOT = (
    "The root holds the plant in the ground,",
    "and drinks from it by day and by night.",
    "It grows towards water, and away from",
    "the light that all the others do long for.",
    "Some roots are eaten by us, as carrots,",
    "and some keep the hills from sliding off.",
)
FILLER = [" ".join((LEAF * 3)[at : at + 2]) for at in range(0, 16, 2)]


def shown(document: Document) -> list[tuple[int | None, tuple[str, ...], str]]:
    return [(one.page, one.heading, document.of(one)) for one in document.paragraphs]


def texts(document: Document) -> list[str]:
    return [document.of(one) for one in document.paragraphs]


@pytest.mark.parametrize("order", ["column by column", "row by row", "from the bottom"])
def test_two_columns_are_read_one_after_the_other(order: str) -> None:
    left, right = column(60, 700, LEAF), column(320, 700, STEM)
    lines = {
        "column by column": left + right,
        "row by row": [line for row in zip(left, right, strict=True) for line in row],
        "from the bottom": [*reversed(right), *reversed(left)],
    }
    assert texts(read_pdf(paper(lines[order]), "")) == [" ".join(LEAF), " ".join(STEM)]


def test_three_columns_are_read_one_after_the_other() -> None:
    columns = [column(30 + 195 * at, 700, lines) for at, lines in enumerate((LEAF, STEM, ROOT))]
    rows = [line for row in zip(*columns, strict=True) for line in row]
    assert texts(read_pdf(paper(rows), "")) == [" ".join(LEAF), " ".join(STEM), " ".join(ROOT)]


def test_what_runs_across_the_columns_stands_where_it_is() -> None:
    title = Words(60, 740, "How a plant lives, and what it needs for that", 18)
    below = Words(60, 560, "All of this was found out by people who looked for a long time, and some of it by chance.")
    page = [below, *column(320, 700, STEM), *column(60, 700, LEAF), title]
    heading = (title.text,)
    assert shown(read_pdf(paper(page), "")) == [
        (1, heading, " ".join(LEAF)),
        (1, heading, " ".join(STEM)),
        (1, heading, below.text),
    ]


def test_a_short_title_heads_both_columns_if_both_make_room_for_it() -> None:
    above = column(60, 700, LEAF) + column(320, 700, STEM)
    below = column(60, 590, ROOT) + column(320, 590, LEAF)
    document = read_pdf(paper([*above, Words(60, 612, "Roots", 16), *below]), "")
    assert shown(document) == [
        (1, (), " ".join(LEAF)),
        (1, (), " ".join(STEM)),
        (1, ("Roots",), " ".join(ROOT)),
        (1, ("Roots",), " ".join(LEAF)),
    ]


def test_a_sentence_goes_on_in_the_next_column() -> None:
    left, right = [*LEAF[:5], "from the roots deep down in the soil"], ["to the fruit.", *STEM[1:]]
    document = read_pdf(paper(column(60, 700, left) + column(320, 700, right)), "")
    assert "from the roots deep down in the soil to the fruit." in document.text


def test_notes_below_a_column_come_after_the_text() -> None:
    note = Words(60, 600, "1 Carrots are roots, too, and so are beets.", 8)
    for left in (LEAF, [*LEAF[:5], "and this goes on in the next column,"]):
        document = read_pdf(paper([*column(60, 700, left), note, *column(320, 700, STEM)]), "")
        assert document.text.replace("\n\n", " ") == " ".join([*left, *STEM, note.text])


def test_the_rows_of_a_table_are_no_columns() -> None:
    rows = [
        ("Leaf", "green", "sugar"),
        ("Stem", "brown", "water"),
        ("Root", "white", "salts"),
        ("Seed", "black", "oil"),
    ]
    cells = [Words(60 + 150 * x, 700 - 14 * y, cell) for y, row in enumerate(rows * 2) for x, cell in enumerate(row)]
    assert "Leaf green sugar" in read_pdf(paper(cells), "").text


def test_a_word_broken_at_the_end_of_a_line_is_whole_again() -> None:
    lines = ["It is a well-known fact that the photo-", "synthesis of plants needs light, as is well-", "known to all."]
    document = read_pdf(paper(column(60, 700, lines)), "")
    assert texts(document) == [
        "It is a well-known fact that the photosynthesis of plants needs light, as is well-known to all."
    ]


def test_a_hyphen_before_a_capital_or_a_number_stays() -> None:
    lines = ["The man from Austria-", "Hungary had the model 747-", "400 on his desk, as all know."]
    document = read_pdf(paper(column(60, 700, lines)), "")
    assert texts(document) == ["The man from Austria-Hungary had the model 747-400 on his desk, as all know."]


def test_ligatures_are_the_letters_they_stand_for() -> None:
    assert set(read_pdf(mapped("FB03"), "").text) == {"f", "i"}


def test_paragraphs_are_parted_by_white_or_by_an_indent() -> None:
    white = column(60, 700, LEAF) + column(60, 600, STEM)
    indented = [*column(60, 700, LEAF), Words(75, 628, STEM[0]), *column(60, 616, STEM[1:])]
    for page in (white, indented):
        assert texts(read_pdf(paper(page), "")) == [" ".join(LEAF), " ".join(STEM)]


def test_headings_are_known_by_their_size_and_their_weight() -> None:
    page = [
        Words(60, 740, "Plants", 20),
        Words(60, 710, "1 The leaf", 14),
        *column(60, 690, LEAF),
        Words(60, 600, "Its mouths", bold=True),
        *column(60, 585, STEM),
        Words(60, 490, "2 The root", 14),
        *column(60, 470, ROOT),
    ]
    assert shown(read_pdf(paper(page), "")) == [
        (1, ("Plants", "1 The leaf"), " ".join(LEAF)),
        (1, ("Plants", "1 The leaf", "Its mouths"), " ".join(STEM)),
        (1, ("Plants", "2 The root"), " ".join(ROOT)),
    ]


def test_bookmarks_are_headings_where_their_words_stand_or_at_the_top_of_their_page() -> None:
    first = [*column(60, 700, LEAF), Words(60, 600, "The stem"), *column(60, 580, STEM)]
    document = read_pdf(paper(first, column(60, 700, ROOT), marks=[("2. The Stem", 0), ("Roots", 1)]), "")
    assert shown(document) == [
        (1, (), " ".join(LEAF)),
        (1, ("The stem",), " ".join(STEM)),
        (2, ("Roots",), " ".join(ROOT)),
    ]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [
        [
            Words(60, 760, "A book of plants" if number % 2 else "The second chapter"),
            *column(60, 700, [f"Page {name} says this. {line}" for line in FILLER[:3]]),
            *column(60, 600, FILLER),
            Words(300, 30, str(number)),
            Words(60, 20, f"Printed in the year 2020, sheet {number}"),
        ]
        for number, name in enumerate(("one", "two", "three", "four", "five", "six"), 1)
    ]
    document = read_pdf(paper(*pages), "")
    for word in ("A book of plants", "The second chapter", "Printed"):
        assert word not in document.text
    assert not any(text.rstrip(".").isdigit() for text in texts(document))
    assert [one.page for one in document.paragraphs if "says this" in document.of(one)] == [1, 2, 3, 4, 5, 6]


def test_two_pages_that_begin_alike_are_left_as_they_are() -> None:
    document = read_pdf(paper(column(60, 700, LEAF), column(60, 700, [LEAF[0], *STEM[1:]])), "")
    assert document.text.count(LEAF[0]) == 2


def test_over_pages_a_sentence_is_whole_and_every_other_is_on_its_own_page() -> None:
    first, second = (
        [*LEAF, "Nobody has ever seen a plant that had"],
        ["no need of water. It drinks the rain,", *STEM[3:]],
    )
    document = read_pdf(paper(column(60, 700, first), column(60, 700, second)), "")
    assert [(page, text[-14:]) for page, _, text in shown(document)] == [(1, "need of water."), (2, "it is evening.")]
    assert texts(document)[1].startswith("It drinks the rain, small")


def test_a_page_that_lies_on_its_side_is_read() -> None:
    lines = [line._replace(x=300 + 12 * at, y=100, matrix="0 1 -1 0") for at, line in enumerate(column(0, 0, LEAF))]
    assert texts(read_pdf(paper(lines), "")) == [" ".join(LEAF)]


def test_a_stamp_across_the_page_is_left_out() -> None:
    stamp = Words(100, 300, "Draft of a plant", 60, matrix="0.7 0.7 -0.7 0.7")
    assert texts(read_pdf(paper([*column(60, 700, LEAF), stamp]), "")) == [" ".join(LEAF)]


def test_a_table_of_contents_is_left_out() -> None:
    contents = [
        Words(60, 740 - 14 * at, f"{name} . . . . . . . . . . . . {at}") for at, name in enumerate(("Leaf", "Stem"))
    ]
    assert texts(read_pdf(paper([*contents, *column(60, 680, LEAF)]), "")) == [" ".join(LEAF)]


def test_pages_without_text_are_told_of() -> None:
    document = read_pdf(paper(column(60, 700, LEAF), "", column(60, 700, STEM)), "")
    assert [one.page for one in document.paragraphs] == [1, 3]
    assert document.remarks == ("1 of 3 pages hold no text and were left out.",)


def test_of_a_very_long_pdf_the_beginning_is_read_and_the_rest_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    long = paper(column(60, 700, LEAF), column(60, 700, STEM), column(60, 700, ROOT))
    whole = read_pdf(long, "")
    for module in (pdf, shape):
        monkeypatch.setattr(module, "TEXT_MAX", 300)
    document = read_pdf(long, "")
    assert 200 < len(document.text) <= 300
    assert whole.text.startswith(document.text)
    assert document.remarks == ("Only the first 2 of 3 pages were read.", "Only the first 300 characters were read.")


PICTURE = stream(
    b"\xff\x00\xff", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
)
SCAN = paper("q 600 0 0 700 0 0 cm /I Do Q", page="/Resources << /XObject << /I 5 0 R >> >>", more=[PICTURE])
FILE = "<< /Type /Filespec /F (a.pdf) /EF << /F 5 0 R >> >>"
ATTACHED = paper("", catalog="/Names << /EmbeddedFiles << /Names [(a.pdf) 6 0 R] >> >>", more=[stream("x"), FILE])
FAULTS: dict[str, tuple[bytes, type[AppError]]] = {
    "pictures of pages": (SCAN, Scanned),
    "attachments alone": (ATTACHED, Attached),
    "blank pages": (paper("", ""), Empty),
    "a password": (each()["a PDF with a password"].make(), Locked),
    "noise": (b"%PDF-1.7\n" + b"garbage " * 500, Broken),
    "half of it": (paper(column(60, 700, LEAF))[:300], Broken),
    "letters without a meaning": (each()["letters that mean nothing"].make(), Garbled),
    "too many pages": (paper(*[""] * 2001), TooBig),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_has_no_text_says_why(name: str) -> None:
    data, fault = FAULTS[name]
    with pytest.raises(fault) as refused:
        read_pdf(data, "")
    assert type(refused.value) is fault


REAL = {
    "google-doc-document.pdf": ("Beautiful is better than ugly.", 1),
    "multicolumn.pdf": ("Sed vehicula hendrerit sem. Duis non odio. Morbi ut dui.", 2),
    "pdflatex-4-pages.pdf": (
        "There is no need for special content, but the length of words should match the language.",
        1,
    ),
    "pdflatex-outline.pdf": ("Really? Is there no information?", 2),
    "with-attachment.pdf": ("Lorem ipsum dolor sit amet, consetetur sadipscing elitr", 1),
}
real = pytest.mark.skipif("EDTECH_REAL_DATA" not in os.environ, reason="real PDFs lie where EDTECH_REAL_DATA says")


async def read_real(name: str) -> Document:
    data = (Path(os.environ["EDTECH_REAL_DATA"]) / "pdf" / name).read_bytes()
    return await read_aside(open_children(), data, name)


@real
@pytest.mark.parametrize("name", REAL)
async def test_a_real_pdf_is_read_in_its_order(name: str) -> None:
    words, page = REAL[name]
    document = await read_real(name)
    assert next(one.page for one in document.paragraphs if words in document.of(one)) == page
    pages = [one.page or 0 for one in document.paragraphs]
    assert pages == sorted(pages)
    assert not any(document.of(one).isdigit() for one in document.paragraphs)


@real
async def test_a_real_pdf_with_bookmarks_has_headings_and_no_heads() -> None:
    document = await read_real("pdflatex-outline.pdf")
    found = [one.heading for one in document.paragraphs if one.page and one.page > 1]
    names = [(f"{number} {name}",) for number, name in enumerate(("Foo", "Bar", "Baz") * 3, 1)]
    assert [heading for heading, _ in groupby(found)] == names


@real
async def test_a_real_pdf_of_two_columns_is_not_mixed() -> None:
    document = await read_real("multicolumn.pdf")
    lorem, second = ("Lorem ipsu", "Nam dui li", "Nulla male", "Quisque ul", "Fusce maur"), ("Curabitur ", "Suspendiss")
    assert [text[:10] for text in texts(document)[1:8]] == [*lorem, *second]
    assert "consectetuer adipiscing elit. Ut purus elit, vestibulum ut, placerat ac" in document.text


@real
async def test_the_rows_of_a_real_table_are_neither_headings_nor_columns() -> None:
    document = await read_real("google-doc-document.pdf")
    assert {one.heading for one in document.paragraphs} == {("Example document",)}
    assert "Capital Jakarta Berlin Vienna Paris Vatican City" in texts(document)
    document = await read_real("multicolumn.pdf")
    assert "Austria 8.9 83,879 Vienna German" in document.text


@real
async def test_a_real_pdf_with_a_password_says_so() -> None:
    with pytest.raises(AppError, match="protected by a password"):
        await read_real("libreoffice-writer-password.pdf")
