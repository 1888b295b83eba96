"""What holds for every answer: ids, headers, origins, sizes, problems."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edkit import metrics
from tests.gateway.school import PASSWORD, QUIZ, School, opened


async def test_a_sane_request_id_is_kept_and_found_in_the_log(school: School, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answer = await school.ask("GET", "/api/config", headers={"X-Request-Id": "lesson-12345"})
    assert answer.headers["x-request-id"] == "lesson-12345"
    made = await school.ask("GET", "/api/config", headers={"X-Request-Id": "bad id\x7f" + "x" * 100})
    assert made.headers["x-request-id"] != "bad id"
    assert len(made.headers["x-request-id"]) <= 64


@pytest.mark.parametrize("path", ["/api/config", "/api/nothing", "/api/me", "/", "/assets/none.js"])
async def test_every_answer_carries_the_security_headers(school: School, path: str) -> None:
    answer = await school.ask("GET", path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "permissions-policy" in answer.headers
    assert "script-src 'unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "no_such_route"),
        ("GET", "/api", 404, "no_such_route"),
        ("PUT", "/api/config", 405, "method_not_allowed"),
        ("DELETE", "/", 405, "method_not_allowed"),
        ("GET", "/api/quizzes/no spaces allowed", 401, "unauthenticated"),
    ],
)
async def test_what_is_not_there_is_a_problem_document(
    school: School, method: str, path: str, status: int, code: str
) -> None:
    answer = await school.ask(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= answer.json().keys()


async def test_an_id_that_none_could_be_is_not_here(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    assert (await teacher.ask("GET", "/api/quizzes/a%20b")).status_code == 404
    assert (await teacher.ask("GET", f"/api/quizzes/{'x' * 65}")).status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "not_json"),
        (b"\xff\xfe", "application/json", 400, "not_json"),
        (b'{"name": NaN}', "application/json", 400, "not_json"),
        (b"[" * 100_000, "application/json", 400, "not_json"),
        (b"[]", "application/json", 422, "invalid"),
        (b"", "application/json", 422, "invalid"),
        (b'{"name": "x", "extra": 1}', "application/json", 422, "invalid"),
        (b'{"name": "x"}', "text/plain", 415, "unsupported_type"),
        (b"name=x", "application/x-www-form-urlencoded", 415, "unsupported_type"),
    ],
)
async def test_bodies_that_cannot_be_read_say_so(
    school: School, content: bytes, kind: str, status: int, code: str
) -> None:
    teacher = await school.person()
    answer = await teacher.ask("POST", "/api/classes", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_body_of_nothing_but_faults_is_refused_without_naming_them(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    many: list[dict[str, object]] = [
        {f"field{number}": 1 for number in range(20_000)},
        {"title": "x", "questions": [{}] * 200},
        {"title": "x", "questions": [{}] * 100_000},
        {"title": "x", "tags": [1] * 100_000},
    ]
    for body in many:
        body["pad"] = " " * 8192
        answer = await teacher.ask("POST", "/api/quizzes", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert "errors" not in answer.json()


async def test_a_nested_fault_is_named_by_its_path(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    body = {"title": "x", "questions": [{"type": "typed", "text": "y", "time_limit_s": 0}]}
    answer = await teacher.ask("POST", "/api/quizzes", body)
    assert [error["field"] for error in answer.json()["errors"]] == ["questions.0.time_limit_s"]


async def test_what_was_read_may_be_sent_back_whole(quiz_school: School) -> None:
    """contracts/http.md: `PUT` needs `version`; a client reads, changes a field, and writes all it has read."""
    teacher = await quiz_school.person()
    read = (await teacher.ask("POST", "/api/quizzes", QUIZ)).json()
    written = await teacher.ask("PUT", f"/api/quizzes/{read['id']}", read | {"title": "Rivers", "id": "another"})
    assert (written.status_code, written.json()["title"]) == (200, "Rivers")
    assert (written.json()["id"], written.json()["created_at"]) == (read["id"], read["created_at"])
    assert written.json()["questions"] == read["questions"]


async def test_a_body_beyond_the_limit_is_refused_whatever_its_length_is_said_to_be(school: School) -> None:
    teacher = await school.person()
    body = b'{"name": "' + b"x" * (2 * 2**20) + b'"}'
    said = await teacher.ask("POST", "/api/classes", content=body, headers={"Content-Type": "application/json"})
    assert (said.status_code, said.json()["code"]) == (413, "too_large")

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]
        taken.append("all")

    taken: list[str] = []
    streamed = await teacher.ask("POST", "/api/classes", content=pieces(), headers={"Content-Type": "application/json"})
    assert (streamed.status_code, streamed.json()["code"]) == (413, "too_large")
    assert taken, "who writes before reading sees the answer only when all was taken"


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://school.test.evil.test"])
async def test_a_page_of_another_origin_changes_nothing(school: School, origin: str) -> None:
    body = {"email": "a@b.test", "password": PASSWORD, "name": "A", "role": "teacher"}
    answer = await school.ask("POST", "/api/auth/register", body, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in answer.headers
    cross = await school.ask("POST", "/api/auth/register", body, headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403
    own = await school.ask("POST", "/api/auth/register", body, headers={"Origin": "http://school.test"})
    assert own.status_code == 201


@pytest.fixture
async def static_host(folder: Path) -> AsyncIterator[School]:
    async with opened(folder, allowed_origins=("https://play.school.test",)) as school:
        yield school


async def test_an_allowed_origin_may_call_and_read_the_answer(static_host: School) -> None:
    origin = {"Origin": "https://play.school.test"}
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
    preflight = await static_host.ask("OPTIONS", "/api/me", headers=origin | asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == origin["Origin"]
    assert preflight.headers["access-control-allow-credentials"] == "true"
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    refused = await static_host.ask("GET", "/api/me", headers=origin)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == origin["Origin"], "also on refusals"
    stranger = await static_host.ask("OPTIONS", "/api/me", headers=asked | {"Origin": "https://evil.test"})
    assert "access-control-allow-origin" not in stranger.headers


async def test_a_service_that_is_not_there_is_said_with_a_time_to_come_back(school: School) -> None:
    teacher = await school.person()
    answer = await teacher.ask("GET", "/api/quizzes")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


async def test_what_nobody_foresaw_tells_nothing_of_the_inside(
    quiz_school: School, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    teacher = await quiz_school.person()

    async def broken(*_: object, **__: object) -> bytes:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(quiz_school.runtime.bus, "call_raw", broken)
    answer = await teacher.ask("GET", "/api/quizzes")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert any("secret detail" in str(record.exc_info) for record in caplog.records)


async def test_requests_are_counted_by_route_and_not_by_address(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    made = (await teacher.ask("POST", "/api/quizzes", QUIZ)).json()
    await teacher.ask("GET", f"/api/quizzes/{made['id']}")
    body, _ = metrics.render()
    assert b'edtech_http_seconds_count{method="GET",route="/api/quizzes/{quiz_id}",status="200"}' in body
    assert made["id"].encode() not in body
