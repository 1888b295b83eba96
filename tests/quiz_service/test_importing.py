"""Files as people have them: broken in the middle, of unknown kind, or made to hurt."""

import asyncio
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edkit.contracts.quizzes import CreateQuiz, GetQuiz, ImportFormat, ImportQuiz, ReplaceQuiz
from edkit.errors import Forbidden, Invalid, NotFound, TooLarge
from quiz_service import rules
from quiz_service.importing import formats
from quiz_service.importing.formats import READERS, TEXT_MAX, detect, read, read_aside
from quiz_service.importing.own_json import read_own_json
from quiz_service.importing.parsed import Parsed, Unreadable
from tests.quiz_service import sheets
from tests.quiz_service.conftest import OTHER, PNG, STUDENT, World, make_quiz

FILES = Path(__file__).parent / "files"
KAHOOT_ROWS = [
    ["Hot?", "yes", "no", "", "", 20, 1],
    ["Dry?", "yes", "", "", "", 20, 1],
    ["Cold?", "a", "b", "", "", 30, 2],
]
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<si><t>&c;</t></si></sst>"""


def usable(data: bytes, name: str, format_: ImportFormat) -> Parsed | None:
    """What a file holds, or nothing when it was refused as nothing usable, with its rows."""
    try:
        return read(data, name, format_)
    except Invalid as refusal:
        if refusal.code != "nothing_usable" or not refusal.errors:
            raise
        return None


def rows_of(refusal: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [error.field for error in refusal.value.errors]


@pytest.mark.parametrize(
    ("name", "format_", "questions", "rows"),
    [
        ("plants.gift", "gift", 11, [17, 17, 22, 32]),
        ("broken.gift", "gift", 3, [4, 8, 13]),
        ("capitals.aiken.txt", "aiken", 3, []),
        ("broken.aiken.txt", "aiken", 2, [6, 11]),
        ("weather.json", "json", 3, []),
        ("broken.json", "json", 3, [7, 8, 13]),
    ],
)
def test_a_broken_file_names_its_rows_and_loses_nothing_good(
    name: str, format_: str, questions: int, rows: list[int]
) -> None:
    data = (FILES / name).read_bytes()
    assert detect(data, name) == format_
    parsed = read(data, name)
    assert len(parsed.questions) == questions
    assert [warning.row for warning in parsed.warnings] == rows
    rules.check_questions(parsed.questions)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Q? {=a", "no } closes them"),
        ("Q? =a}", "no { opened"),
        ("Q? }=a{", "no { opened"),
        ("Q? {=a {b} ~c}", "inside the answers"),
        ("Q? {=a ~b} and {more}", "after the answers"),
        ("Q? {#}", "no number"),
        ("Q? {#x}", "not a number"),
        ("Q? {=a -> b =c}", "=left -> right"),
        ("Q? {1:SA:=a}", "Cloze"),
    ],
)
def test_what_is_wrong_is_said_in_words(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(f"\n\n{text}".encode(), "q.gift")
    assert rows_of(refusal) == ["rows.3"]
    assert said in refusal.value.errors[0].message


def test_a_broken_spreadsheet_names_its_rows() -> None:
    parsed = read(sheets.kahoot(KAHOOT_ROWS), "Weather quiz.xlsx")
    assert parsed.title == "Weather quiz"
    assert [question.text for question in parsed.questions] == ["Hot?", "Cold?"]
    assert [(warning.row, warning.message[:8]) for warning in parsed.warnings] == [(10, "Left out")]


@pytest.mark.parametrize("header_row", [1, 3, 8, 30])
@pytest.mark.parametrize("first_column", [1, 2, 4])
def test_headings_are_found_wherever_they_stand(header_row: int, first_column: int) -> None:
    data = sheets.kahoot(KAHOOT_ROWS[:1], header_row=header_row, first_column=first_column)
    assert [question.text for question in read(data, "q.xlsx").questions] == ["Hot?"]


@pytest.mark.parametrize(
    ("data", "name", "format_"),
    [
        (b"Q? {T}", "notes.txt", "gift"),
        (b"::A:: Q? {T}", "", "gift"),
        (b"Q?\nA. x\nB. y\nANSWER: A", "notes.txt", "aiken"),
        (b"Q?\nA. x\nB. y\nANSWER: A", "", "aiken"),
        (b'\xef\xbb\xbf {"title": "T"}', "notes.txt", "json"),
        ('{"title": "T"}'.encode("utf-16"), "notes", "json"),
        (b"{=a ~b} is it?", "notes.txt", "gift"),
        (b"PK\x03\x04", "notes.txt", "kahoot_xlsx"),
    ],
)
def test_the_format_is_seen_in_the_content(data: bytes, name: str, format_: str) -> None:
    assert detect(data, name) == format_


@pytest.mark.parametrize("data", [b"", b"  \n", PNG, b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1", b"MZ\x90 hello"])
def test_what_is_no_quiz_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Unreadable):
        detect(data, "quiz.xls")


@pytest.mark.parametrize("format_", list(READERS))
def test_noise_is_no_question_whatever_it_is_said_to_be(format_: ImportFormat) -> None:
    noise = bytes((number * number + number // 7) % 256 for number in range(3000)) + b"{=a ~b}"
    with pytest.raises(Invalid) as refused:
        read(noise, "quiz.bin", format_)
    assert refused.value.code == "nothing_usable"


@pytest.mark.parametrize("format_", list(READERS))
@pytest.mark.parametrize("data", [b"", b"\0", b"hello", b"{", b"}", b"[", b'"', b"PK\x03\x04", b"\xff" * 100])
def test_rubbish_is_refused_by_row_in_every_format(format_: ImportFormat, data: bytes) -> None:
    parsed = usable(data, "t", format_)
    assert parsed is None or all(question.type == "slide" for question in parsed.questions)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"{" * 60_000,
        lambda: b"Q {" + b"=a ~b " * 10_000 + b"}",
        lambda: b"Q {=a" + b" " * 60_000 + b"~b}",
        lambda: b"[html]" + b"<" * 60_000 + b"{T}",
        lambda: b"[html]" + b"<b " * 20_000 + b"{T}",
        lambda: b"[html]" + b"<!--" * 15_000 + b"{T}",
        lambda: b"[html]" + b"<sup>" * 12_000 + b"x" + b"</sup>" * 4_000 + b"{T}",
        lambda: b"[html]" + b"<a href\\=" * 7_000 + b"{T}",
        lambda: b"[markdown]" + b"*_" * 30_000 + b"{T}",
        lambda: b"[markdown]" + b"[" * 60_000 + b"{T}",
        lambda: b"[markdown]" + b"](" * 30_000 + b"{T}",
        lambda: b"Q{T}\n" * 12_000,
        lambda: b"Q{\n\n" * 12_000,
        lambda: b"// [tag:" * 8_000,
        lambda: b"::" * 30_000,
        lambda: b"$CATEGORY: " + b"/" * 60_000,
        lambda: b"Q {#" + b"9" * 60_000 + b"}",
        lambda: b"Q {#1e99..1e99}",
        lambda: b"\\" * 60_000,
        lambda: b"Q? " + b"&amp" * 15_000 + b"{T}",
    ],
    ids=range(20),
)
def test_hostile_text_is_read_in_linear_time(make: Callable[[], bytes]) -> None:
    data = make()
    began = time.process_time()
    usable(data, "q.gift", "gift")
    assert time.process_time() - began < 2.0  # a quadratic reader takes minutes


@pytest.mark.parametrize(
    "data",
    [
        b'{"questions":' + b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"questions":[{"type":"number","text":"Q?","number":{"answer":' + b"9" * 50_000 + b"}}]}",
        b'{"questions":[{"type":"number","text":"Q?","number":{"answer":NaN}}]}',
        b'{"questions":[{"type":"number","text":"Q?","number":{"answer":1e999}}]}',
        b'{"questions":[{"type":"open","text":"\\ud800"}]}',
        b'{"questions":[' + b"[]," * 20_000 + b"[]]}",
        b'{"questions":[{"type":"open","text":"Q?",' + b",".join(b'"x%d":1' % n for n in range(5000)) + b"}]}",
        b"[]",
        b"7",
    ],
    ids=range(10),
)
def test_hostile_json_is_refused_or_cleaned(data: bytes) -> None:
    parsed = usable(data, "q.json", "json")
    assert parsed is None or len(parsed.warnings) <= 501


def zip_of(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def too_many_rows() -> bytes:
    return sheets.kahoot([["Q?", "a", "b", "", "", 20, 1]] * 2_500)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: zip_of({"hello.txt": b"x"}), "not an Excel file"),
        (lambda: zip_of({"[Content_Types].xml": b"<x/>"}), "not an Excel file"),
        (lambda: sheets.kahoot(KAHOOT_ROWS)[:-40], "not an Excel file"),
        (lambda: zip_of({"[Content_Types].xml": b"x", "xl/a.xml": b"\0" * 21_000_000}), "unpacks to far more"),
        (lambda: zip_of({"[Content_Types].xml": b"x", **{f"{n}": b"" for n in range(600)}}), "unpacks to far more"),
        (lambda: sheets.with_part(sheets.kahoot(KAHOOT_ROWS), "xl/sharedStrings.xml", LAUGHS), "document type"),
        (
            lambda: sheets.with_part(sheets.kahoot(KAHOOT_ROWS), "xl/workbook.xml", LAUGHS.decode().encode("utf-16")),
            "document type",
        ),
        (lambda: sheets.kahoot([], header_row=60), "No sheet has a row"),
    ],
    ids=range(8),
)
async def test_hostile_spreadsheets_are_refused_in_the_child(make: Callable[[], bytes], said: str) -> None:
    with pytest.raises(Invalid, match=said) as refusal:
        await read_aside(make(), "quiz.xlsx")
    assert rows_of(refusal) == ["rows.1"]


async def test_a_spreadsheet_with_too_many_rows_gives_the_first_two_hundred() -> None:
    parsed = await read_aside(too_many_rows(), "quiz.xlsx")
    assert len(parsed.questions) == 200
    assert any("2000th" in warning.message for warning in parsed.warnings)


async def test_a_formula_is_never_run_and_text_that_looks_like_one_is_text() -> None:
    rows = [["Which starts a formula?", "'=1+1", "+1", "", "", 20, 1], ["=1+1", "a", "b", "", "", 20, 1]]
    parsed = await read_aside(sheets.kahoot(rows), "quiz.xlsx")
    assert [option.text for option in parsed.questions[0].options] == ["'=1+1", "+1"]
    assert [warning.row for warning in parsed.warnings] == [10]


async def test_the_child_reads_what_the_thread_reads() -> None:
    for name in ("plants.gift", "broken.aiken.txt", "broken.json"):
        data = (FILES / name).read_bytes()
        format_ = detect(data, name)
        assert await formats._read_in_child(data, name, format_) == await read_aside(data, name) == read(data, name)
    data = b"Q? {=a ~b}\n\n" * 100 + b"// " + b"x" * 100_000
    assert len((await read_aside(data, "large.gift")).questions) == 100


async def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "SECONDS_MAX", 0.01)
    with pytest.raises(Invalid) as refusal:
        await read_aside(sheets.kahoot(KAHOOT_ROWS), "quiz.xlsx")
    assert refusal.value.code == "nothing_usable"


async def test_the_loop_stays_awake_while_a_large_file_is_read() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await read_aside(b"Q? {=a ~b}\n\n" * 50_000, "large.gift")
    ticking.cancel()
    assert ticks >= 20


async def test_fifty_megabytes_in_one_line_are_refused_at_once() -> None:
    with pytest.raises(TooLarge):
        await read_aside(b"x{" + b"y" * 50_000_000, "q.gift")
    with pytest.raises(TooLarge):
        await read_aside(b"PK" + b"y" * 50_000_000, "q.xlsx")
    assert TEXT_MAX < 50_000_000


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("Q? \n\\{}=~#:%-.>/[]<b>5T*AB)ANSWER$&;"), max_size=120))
def test_no_text_breaks_a_reader(text: str) -> None:
    formats_: tuple[ImportFormat, ...] = ("gift", "aiken", "json")
    for format_ in formats_:
        parsed = usable(text.encode(), "q", format_)
        if parsed:
            rules.check_questions(parsed.questions)
            assert list(parsed.warnings) == sorted(parsed.warnings, key=lambda warning: warning.row)
            assert all(1 <= warning.row <= text.count("\n") + 1 for warning in parsed.warnings)


async def test_an_import_is_a_quiz_with_its_warnings(either_world: World) -> None:
    world = either_world
    file = await world.upload((FILES / "broken.gift").read_bytes(), "broken.gift")
    request = ImportQuiz(quiz_id="q1", file_id=file.file_id, file_name="My plants.gift")
    imported = await world.ask(request)
    assert imported.quiz.title == "My plants"
    assert [warning.row for warning in imported.warnings] == [4, 8, 13]
    assert await world.ask(GetQuiz(quiz_id="q1")) == imported.quiz
    assert await world.ask(request) == imported


async def test_a_spreadsheet_is_imported_over_the_bus(world: World) -> None:
    file = await world.upload(sheets.kahoot(KAHOOT_ROWS), "quiz.xlsx")
    imported = await world.ask(ImportQuiz(quiz_id="q1", file_id=file.file_id, file_name="quiz.xlsx"), timeout=30)
    assert len(imported.quiz.questions) == 2


async def test_only_teachers_import_and_only_their_own_files(world: World) -> None:
    file = await world.upload(b"Q? {T}", "q.gift")
    request = ImportQuiz(quiz_id="q1", file_id=file.file_id, file_name="q.gift")
    with pytest.raises(NotFound):
        await world.ask(request, OTHER)
    with pytest.raises(Forbidden):
        await world.ask(request, STUDENT)
    empty = await world.upload(b"$CATEGORY: none", "q.gift")
    with pytest.raises(Invalid) as refusal:
        await world.ask(ImportQuiz(quiz_id="q1", file_id=empty.file_id, file_name="q.gift"))
    assert refusal.value.code == "nothing_usable"
    with pytest.raises(NotFound):
        await world.ask(GetQuiz(quiz_id="q1"))


async def test_pictures_that_are_not_the_importer_s_are_left_out_and_said_so(world: World) -> None:
    data = (
        b'{"title":"T","questions":[{"type":"poll","text":"Q?","media":{"url":"/api/files/secret","alt":"x"},'
        b'"options":[{"media":{"url":"/api/files/secret","alt":"A cat"}},{"text":"b"}]}]}'
    )
    file = await world.upload(data, "q.json")
    imported = await world.ask(ImportQuiz(quiz_id="q1", file_id=file.file_id, file_name="q.json"))
    question = imported.quiz.questions[0]
    assert question.media is None
    assert [option.text for option in question.options] == ["A cat", "b"]
    assert "Question 1" in imported.warnings[0].message


async def test_our_own_json_comes_back_as_it_was(world: World) -> None:
    made = await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz("T", tags=["a"], language="vi")))
    replaced = await world.ask(ReplaceQuiz(quiz_id="q1", version=1, fields=make_quiz("Two", description="D")))
    for quiz in (made, replaced):
        parsed = read_own_json(quiz.model_dump_json().encode(), "")
        assert parsed.warnings == ()
        assert (parsed.title, parsed.description, parsed.language, parsed.tags, parsed.questions) == (
            quiz.title,
            quiz.description,
            quiz.language,
            quiz.tags,
            quiz.questions,
        )
