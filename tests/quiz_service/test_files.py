"""Files: what they are is seen in their bytes, and only their owner and the bearer of a capability reach them."""

import struct
import zlib

import pytest

from edkit.contracts.files import DeleteFile, PromoteFile, ReadFile
from edkit.contracts.quizzes import CreateQuiz, DeleteQuiz, QuizFields, ReplaceQuiz
from edkit.errors import Conflict, Forbidden, Invalid, NotFound
from quiz_service.pictures import PICTURE_MAX, SIDE_MAX, NotAPicture, media_type_of
from quiz_service.sweep import sweep
from tests.quiz_service.conftest import MAI, OTHER, PNG, STUDENT, World, make_quiz

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x0c"
)
GIF = b"GIF89a\x10\x00\x20\x00\x80\x00\x00"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f" + struct.pack("<I", 15 | 31 << 14) + b"\x00"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png_of(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif"), (WEBP, "image/webp")],
)
def test_pictures_are_known_by_their_bytes(data: bytes, media_type: str) -> None:
    assert media_type_of(data) == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SVG,
        b"<html><script>alert(1)</script>",
        b"PK\x03\x04",
        PNG[:20],
        JPEG[:12],
        b"\xff\xd8\xff" + b"\xff" * 40,
        b"\xff\xd8\xff\xe0\x00\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP9 ",
        b"GIF89a",
        png_of(SIDE_MAX + 1, 10),
        png_of(0, 10),
        png_of(2**31, 2**31),
    ],
    ids=repr,
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        media_type_of(data)


async def test_a_checked_picture_is_served_as_what_it_is(either_world: World) -> None:
    world = either_world
    staged = await world.upload(PNG, "photo.html")
    assert staged.media_type == "application/octet-stream"
    promoted = await world.ask(PromoteFile(file_id=staged.file_id))
    assert (promoted.media_type, promoted.url) == ("image/png", f"/api/files/{staged.file_id}")
    place = await world.ask(ReadFile(file_id=staged.file_id))
    assert (place.area, place.media_type) == ("main", "image/png")
    assert await world.gateway.blobs.read("main", place.sha256) == PNG
    assert await world.ask(PromoteFile(file_id=staged.file_id)) == promoted


async def test_staging_again_is_the_same_file_and_never_somebody_else_s(world: World) -> None:
    first = await world.upload(PNG, file_id="f1")
    assert await world.upload(PNG, file_id="f1") == first
    with pytest.raises(NotFound):
        await world.upload(PNG, file_id="f1", actor=OTHER)
    with pytest.raises(Forbidden):
        await world.upload(PNG, file_id="f2", actor=STUDENT)


async def test_a_script_called_a_picture_stays_in_the_stage_area(world: World) -> None:
    staged = await world.upload(SVG, "picture.png")
    with pytest.raises(Invalid, match="not a picture"):
        await world.ask(PromoteFile(file_id=staged.file_id, purpose="quiz_media"))
    assert (await world.ask(ReadFile(file_id=staged.file_id))).area == "stage"
    large = await world.upload(PNG + b"\0" * PICTURE_MAX, "large.png")
    with pytest.raises(Invalid, match="5 MB"):
        await world.ask(PromoteFile(file_id=large.file_id, purpose="quiz_media"))


async def test_a_file_without_a_purpose_is_kept_for_its_owner_and_shown_to_nobody(world: World) -> None:
    staged = await world.upload(SVG, "drawing.svg")
    kept = await world.ask(PromoteFile(file_id=staged.file_id))
    assert kept.media_type == "application/octet-stream"
    assert (await world.ask(ReadFile(file_id=staged.file_id))).area == "main"
    with pytest.raises(NotFound):
        await world.ask(ReadFile(file_id=staged.file_id, by_capability=True))


async def test_a_file_is_its_owner_s_unless_a_capability_was_shown(world: World) -> None:
    staged = await world.upload(PNG)
    for request in (ReadFile(file_id=staged.file_id), PromoteFile(file_id=staged.file_id)):
        with pytest.raises(NotFound):
            await world.ask(request, OTHER)
    with pytest.raises(NotFound):
        await world.ask(DeleteFile(file_id=staged.file_id), OTHER)
    with pytest.raises(NotFound):  # a capability opens checked files only
        await world.ask(ReadFile(file_id=staged.file_id, by_capability=True), STUDENT)
    await world.ask(PromoteFile(file_id=staged.file_id))
    assert (await world.ask(ReadFile(file_id=staged.file_id, by_capability=True), STUDENT)).area == "main"


def with_picture(url: str) -> QuizFields:
    quiz = make_quiz().model_dump()
    quiz["questions"][0]["media"] = {"url": url, "alt": "A river"}
    return QuizFields.model_validate(quiz)


async def test_a_quiz_shows_only_checked_files_of_its_author(world: World) -> None:
    staged = await world.upload(PNG)
    for quiz_id, actor in (("q1", MAI), ("q2", OTHER)):
        with pytest.raises(Invalid) as refusal:
            await world.ask(CreateQuiz(quiz_id=quiz_id, fields=with_picture(staged.url)), actor)
        assert refusal.value.errors[0].field == "questions.0.media.url"
    await world.ask(PromoteFile(file_id=staged.file_id))
    with pytest.raises(Invalid):
        await world.ask(CreateQuiz(quiz_id="q2", fields=with_picture(staged.url)), OTHER)
    await world.ask(CreateQuiz(quiz_id="q1", fields=with_picture(staged.url)))


async def test_a_file_that_a_quiz_shows_is_not_deleted(world: World) -> None:
    staged = await world.upload(PNG)
    await world.ask(PromoteFile(file_id=staged.file_id))
    await world.ask(CreateQuiz(quiz_id="q1", fields=with_picture(staged.url)))
    with pytest.raises(Conflict, match="Rivers"):
        await world.ask(DeleteFile(file_id=staged.file_id))
    await world.ask(ReplaceQuiz(quiz_id="q1", version=1, fields=make_quiz()))
    await world.ask(DeleteFile(file_id=staged.file_id))
    with pytest.raises(NotFound):
        await world.ask(ReadFile(file_id=staged.file_id, by_capability=True))


async def test_bytes_go_when_no_file_needs_them_any_more(either_world: World) -> None:
    world = either_world
    mine, theirs = await world.upload(PNG), await world.upload(PNG, actor=OTHER)
    await world.ask(PromoteFile(file_id=mine.file_id))
    await world.ask(PromoteFile(file_id=theirs.file_id), OTHER)
    await world.ask(DeleteFile(file_id=mine.file_id))
    await sweep(world.quizzes)
    assert await world.gateway.blobs.read("main", mine.sha256) == PNG
    await world.ask(DeleteFile(file_id=theirs.file_id), OTHER)
    await sweep(world.quizzes)
    with pytest.raises(FileNotFoundError):
        await world.gateway.blobs.read("main", mine.sha256)


async def test_an_upload_nobody_used_is_forgotten_after_a_day(world: World) -> None:
    staged = await world.upload(SVG)
    await world.clock.advance(25 * 3600)
    await sweep(world.quizzes)
    with pytest.raises(NotFound):
        await world.ask(ReadFile(file_id=staged.file_id))


async def test_deleting_a_quiz_frees_its_files(world: World) -> None:
    staged = await world.upload(PNG)
    await world.ask(PromoteFile(file_id=staged.file_id))
    await world.ask(CreateQuiz(quiz_id="q1", fields=with_picture(staged.url)))
    await world.ask(DeleteQuiz(quiz_id="q1"))
    await world.ask(DeleteFile(file_id=staged.file_id))
