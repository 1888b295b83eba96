"""Uploads streamed to the stage area, downloads by range, owner and capability."""

import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.downloads import RangeNotSatisfiable, disposition, wanted_part
from gateway.multipart import LONGEST_NAME, harmless_name, harmless_type
from tests.gateway.school import Person, School


def png(width: int = 2) -> bytes:
    """A red picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xff\0\0" * width) * width
    head = struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


async def upload(person: Person, content: bytes, name: str = "red.png", **more: Any) -> httpx.Response:
    return await person.ask("POST", "/api/files", files={"file": (name, content, "image/png")}, **more)


async def test_a_picture_comes_back_as_it_was_sent(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    answer = await upload(teacher, png(), name="C:\\pictures\\red “1”.png")
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert (file["name"], file["size"], file["media_type"]) == ("red “1”.png", len(png()), "image/png")
    got = await teacher.ask("GET", file["url"])
    assert (got.status_code, got.content) == (200, png())
    assert got.headers["content-type"] == "image/png"
    assert got.headers["content-disposition"].startswith("inline;")
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"


async def test_only_the_owner_and_who_holds_a_capability_may_see_it(quiz_school: School) -> None:
    teacher, other = await quiz_school.person(), await quiz_school.person()
    file = (await upload(teacher, png())).json()
    assert (await other.ask("GET", file["url"])).status_code == 404
    assert (await quiz_school.ask("GET", file["url"])).status_code == 401
    now = quiz_school.clock.now()
    cap = quiz_school.runtime.keys.sign_capability(file["file_id"], "game-question", expires=now + 60_000)
    got = await quiz_school.ask("GET", f"{file['url']}?cap={cap}")
    assert (got.status_code, got.content) == (200, png())
    forged = cap[:-1] + ("y" if cap.endswith("x") else "x")
    for bad in (forged, cap.replace("game", "gane"), "", "a.b.c", cap.replace(str(now + 60_000), str(now * 2))):
        assert (await quiz_school.ask("GET", f"{file['url']}?cap={bad}")).status_code == 404, bad
    another = (await upload(teacher, png(3))).json()
    assert (await quiz_school.ask("GET", f"{another['url']}?cap={cap}")).status_code == 404, "bound to its file"
    await quiz_school.clock.advance(60)
    assert (await quiz_school.ask("GET", f"{file['url']}?cap={cap}")).status_code == 404, "and to its time"


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        ("bytes=0-3", 206, slice(0, 4), "bytes 0-3/{size}"),
        ("bytes=4-", 206, slice(4, None), "bytes 4-{last}/{size}"),
        ("bytes=-5", 206, slice(-5, None), "bytes {minus5}-{last}/{size}"),
        ("bytes=2-99999", 206, slice(2, None), "bytes 2-{last}/{size}"),
        ("bytes=99999-", 416, None, "bytes */{size}"),
        ("bytes=0-1,4-5", 200, slice(None), None),
        ("lines=0-1", 200, slice(None), None),
        ("bytes=5-2", 200, slice(None), None),
    ],
)
async def test_ranges(
    quiz_school: School, asked: str, status: int, part: slice | None, content_range: str | None
) -> None:
    teacher = await quiz_school.person()
    file = (await upload(teacher, png())).json()
    got = await teacher.ask("GET", file["url"], headers={"Range": asked})
    assert got.status_code == status
    if part is not None:
        assert got.content == png()[part]
    size = len(png())
    said = content_range and content_range.format(size=size, last=size - 1, minus5=size - 5)
    assert got.headers.get("content-range") == said


async def test_what_the_client_has_is_not_sent_again(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    file = (await upload(teacher, png())).json()
    etag = (await teacher.ask("GET", file["url"])).headers["etag"]
    again = await teacher.ask("GET", file["url"], headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    stale = await teacher.ask("GET", file["url"], headers={"Range": "bytes=0-3", "If-Range": '"old"'})
    assert (stale.status_code, stale.content) == (200, png())


NO_PICTURES = (b"<script>alert(1)</script>", b"MZ" + b"\0" * 100, b"<svg onload='alert(1)'/>")


async def test_a_file_that_is_no_picture_is_refused_as_one_whatever_it_says(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    for content in NO_PICTURES:
        answer = await upload(teacher, content, params={"purpose": "quiz_media"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")


async def test_any_other_file_is_saved_by_its_owner_and_shown_by_no_browser(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    for content in NO_PICTURES:
        file = (await upload(teacher, content)).json()
        got = await teacher.ask("GET", file["url"], headers={"Range": "bytes=1-3"})
        assert (got.status_code, got.content) == (206, content[1:4])
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in got.headers["content-security-policy"]


async def test_an_upload_beyond_the_limit_keeps_nothing(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    limit = quiz_school.runtime.settings.upload_limit
    boundary = "b" * 20

    async def endless() -> AsyncIterator[bytes]:
        yield f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'.encode()
        for _ in range(limit // 2**20 + 2):
            yield b"x" * 2**20

    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = await teacher.ask("POST", "/api/files", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    stage = quiz_school.runtime.settings.data / "blobs"
    assert not [path for path in stage.rglob("*") if path.is_file()]


def _form(*parts: tuple[str, bytes], cut: int = 0) -> dict[str, Any]:
    """A form as bytes, its last `cut` bytes missing."""
    body = b"".join(b"--B\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
    body += b"--B--\r\n"
    return {"content": body[: len(body) - cut], "headers": {"Content-Type": "multipart/form-data; boundary=B"}}


_FILE = 'Content-Disposition: form-data; name="file"; filename="a.png"'


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (_form((_FILE, b"a"), (_FILE, b"b")), 422),
        (_form(('Content-Disposition: form-data; name="file"', b"a")), 422),
        (_form((_FILE, b"")), 422),
        (_form(), 422),
        (_form(('Content-Disposition: form-data; name="other"', b"a"), (_FILE, b"b")), 422),
        (_form(("X: y", b"a")), 400),
        (_form((_FILE + "\r\nX-Long: " + "y" * 9000, b"a")), 400),
        ({"content": b"--B\r\nhello", "headers": {"Content-Type": "multipart/form-data; boundary=B"}}, 400),
        (_form((_FILE, png()), cut=6), 400),
        ({"content": b"not a form", "headers": {"Content-Type": "multipart/form-data; boundary=B"}}, 400),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 415),
        ({"json": {"file": "x"}}, 415),
    ],
)
async def test_forms_that_cannot_be_used(quiz_school: School, sent: dict[str, Any], status: int) -> None:
    teacher = await quiz_school.person()
    answer = await teacher.ask("POST", "/api/files", **sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_students_store_nothing(quiz_school: School) -> None:
    student = await quiz_school.person("student")
    assert (await upload(student, png())).status_code == 403
    imported = await student.ask("POST", "/api/quizzes/import", files={"file": ("a.txt", b"x")})
    assert imported.status_code == 403


async def test_an_import_says_what_was_not_understood(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    text = "Good?\nA. yes\nB. no\nANSWER: A\n\nBroken, without an answer\nA. yes\n"
    answer = await teacher.ask("POST", "/api/quizzes/import", files={"file": ("q.txt", text)}, data={"format": "aiken"})
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["quiz"]["questions"]) == 1
    assert answer.json()["warnings"]
    unknown = await teacher.ask("POST", "/api/quizzes/import", files={"file": ("q.txt", text)}, data={"format": "zip"})
    assert unknown.json()["errors"][0]["field"] == "format"


@given(st.text())
@example("../../etc/passwd")
@example("a" * 500 + ".png")
@example("\r\nSet-Cookie: x=y")
def test_a_file_s_name_is_harmless_wherever_it_goes(said: str) -> None:
    name = harmless_name(said)
    assert 0 < len(name) <= LONGEST_NAME
    assert not set(name) & set("/\\\r\n\0")
    header = disposition(name, "text/html")
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith("attachment;")


def test_a_long_name_keeps_its_ending() -> None:
    assert harmless_name("a" * 500 + ".png").endswith(".png")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("image/PNG; x=y", "image/png"),
        ("", "application/octet-stream"),
        ("text/html\r\nX: y", "application/octet-stream"),
    ],
)
def test_a_media_type_is_one_or_plain_bytes(said: str, kind: str) -> None:
    assert harmless_type(said) == kind


@given(header=st.from_regex(r"bytes=\d{0,6}-\d{0,6}", fullmatch=True), size=st.integers(1, 10_000))
def test_a_range_never_leaves_the_file(header: str, size: int) -> None:
    try:
        part = wanted_part(header, size)
    except RangeNotSatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= size
