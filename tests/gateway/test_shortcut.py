"""The short way to plain routes answers as the long way does, whatever it is sent."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.api import make_api, routes_of
from gateway.desk import Desk
from gateway.frame import Frame
from gateway.guard import Guard
from gateway.limits import Limits
from gateway.shortcut import plan_of
from quiz_service import app as quizzes
from tests.gateway.school import QUIZ, Person, School, opened

JSON = {"Content-Type": "application/json"}
ID = "01m7y5spmrkydp1cqphqtpanqz"
ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/config", {}),
    ("GET", f"/api/quizzes/{ID}", {}),
    ("GET", "/api/quizzes/a%20b", {}),
    ("GET", "/api/quizzes/a%2Fb", {}),
    ("GET", f"/api/quizzes/{'x' * 65}", {}),
    ("GET", "/api/quizzes/", {}),
    ("GET", "/api//quizzes", {}),
    ("GET", f"/api/quizzes/{ID}/", {}),
    ("GET", f"/api/quizzes/{ID}?unknown=1", {}),
    ("HEAD", f"/api/quizzes/{ID}", {}),
    ("PATCH", f"/api/quizzes/{ID}", {}),
    ("OPTIONS", f"/api/quizzes/{ID}", {}),
    ("DELETE", f"/api/quizzes/{ID}", {"content": b"unasked for"}),
    ("POST", f"/api/quizzes/{ID}/restore", {"content": b"{", "headers": JSON}),
    ("POST", "/api/quizzes", {}),
    ("POST", "/api/quizzes", {"headers": JSON}),
    ("POST", "/api/quizzes", {"content": b"null", "headers": JSON}),
    ("POST", "/api/quizzes", {"content": b"{", "headers": JSON}),
    ("POST", "/api/quizzes", {"content": b'{"title": NaN}', "headers": JSON}),
    ("POST", "/api/quizzes", {"content": b"\xff\xfe", "headers": JSON}),
    ("POST", "/api/quizzes", {"content": b"[]", "headers": JSON}),
    ("POST", "/api/quizzes", {"content": b'"text"', "headers": JSON}),
    ("POST", "/api/quizzes", {"content": b"{}", "headers": JSON}),
    ("POST", "/api/quizzes", {"json": {**QUIZ, "title": "", "extra": 1}}),
    ("POST", "/api/quizzes", {"json": {**QUIZ, "questions": [{"type": "unheard of"}] * 3}}),
    ("POST", "/api/quizzes", {"json": {**QUIZ, "questions": [{"no": 1}] * 900}}),
    ("POST", "/api/quizzes", {"content": b"{}", "headers": {"Content-Type": "text/plain"}}),
    ("POST", "/api/quizzes", {"json": QUIZ, "headers": {"Content-Type": "application/json; charset=utf-8"}}),
    ("POST", "/api/quizzes", {"json": QUIZ, "headers": {"Idempotency-Key": "bad key"}}),
    ("PUT", f"/api/quizzes/{ID}", {"json": QUIZ}),
    ("PUT", "/api/quizzes/a%20b", {"json": {}}),
    ("PUT", f"/api/quizzes/{ID}", {"json": {**QUIZ, "version": "1"}}),
    ("POST", "/api/auth/register", {"json": {"email": "no", "password": "1", "name": "", "role": "emperor"}}),
    ("DELETE", f"/api/classes/{ID}/members/a%20b", {}),
]


@pytest.fixture
async def school(folder: Path) -> AsyncIterator[School]:
    async with opened(folder, quizzes.service) as school:
        yield school


def long_way(school: School) -> httpx.AsyncClient:
    """The same gateway without the short way."""
    api, limits = make_api(), Limits(school.runtime)
    api.state.desk = Desk.open(school.runtime, limits)
    door = Frame(Guard(api, school.runtime, limits), school.runtime)
    transport = httpx.ASGITransport(door, client=("192.0.2.1", 40_000))
    return httpx.AsyncClient(transport=transport, base_url="http://school.test")


def told(answer: httpx.Response) -> tuple[int, object, dict[str, str]]:
    """All of an answer but what is new each time."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    body = answer.content
    if answer.headers.get("content-type") == "application/json" and body:
        fresh = answer.json()
        for name in ("id", "created_at", "updated_at", "questions"):
            fresh.pop(name, None)
        return answer.status_code, fresh, {**headers, "content-length": ""}
    return answer.status_code, body, headers


@pytest.mark.parametrize(("method", "path", "sent"), ASKED)
async def test_both_ways_say_the_same(school: School, method: str, path: str, sent: dict[str, Any]) -> None:
    teacher: Person = await school.person()
    for token in (teacher.token, "forged", None):
        headers = {**sent.get("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        async with school.browser() as short, long_way(school) as long:
            ours = await short.request(method, path, **{**sent, "headers": headers})
            theirs = await long.request(method, path, **{**sent, "headers": headers})
        assert told(ours) == told(theirs)


async def test_metrics_and_logs_name_the_route_s_template(school: School) -> None:
    scopes: list[Scope] = []

    class Noting(Frame):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await super().__call__(scope, receive, send)
            scopes.append(scope)

    teacher = await school.person()
    transport = httpx.ASGITransport(Noting(school.app, school.runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
        await client.get(f"/api/quizzes/{ID}", headers={"Authorization": f"Bearer {teacher.token}"})
    assert scopes[0]["route"].path == "/api/quizzes/{quiz_id}"


def test_most_routes_are_plain() -> None:
    plain = {route.path for route in routes_of() if plan_of(route) is not None}
    assert {"/api/quizzes/{quiz_id}", "/api/quizzes", "/api/games/{game_id}", "/api/me"} <= plain
    assert "/api/files/{file_id}" in {route.path for route in routes_of() if plan_of(route) is None}
