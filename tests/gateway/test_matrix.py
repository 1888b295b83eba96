"""Every route, asked by everybody: the table of who gets what.

The routes are those of the OpenAPI document. A route without a row fails; so does a row without a route.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from game_server import app as games
from gateway.api import describe, make_api, operations
from job_handler import app as jobs
from quiz_service import app as quizzes
from tests.gateway import lesson, making
from tests.gateway.school import PASSWORD, QUIZ, Person, School, opened
from tests.gateway.test_files import png

ACTORS = ("anonymous", "student", "other", "player", "owner", "admin")
"""Nobody; a student of the owner's class; another teacher; who holds a player's token of the owner's game; the teacher
to whom everything here belongs; an administrator, who may see nobody else's things."""


@dataclass
class Scene:
    """What there is to ask for, all of it the owner's, and who asks now."""

    school: School
    people: dict[str, Person]
    game: lesson.Lesson
    tokens: dict[str, str | None]
    actor: str = ""
    count: int = 0
    draft_id: str = ""

    @property
    def owner(self) -> Person:
        return self.people["owner"]

    async def new(self, path: str, body: Any) -> str:
        """The id of something fresh of the owner's."""
        answer = await self.owner.ask("POST", path, body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def number(self) -> int:
        self.count += 1
        return self.count


@dataclass
class Ask:
    """One request: what stands in the path, and what is sent. `token` in place of the actor's own."""

    at: dict[str, str] = field(default_factory=dict)
    send: dict[str, Any] = field(default_factory=dict)
    token: str | None = None


Make = Callable[[Scene], Awaitable[Ask]]


def sent(**send: Any) -> Make:
    async def make(_: Scene) -> Ask:
        return Ask(send=send)

    return make


def of_new_class(**send: Any) -> Make:
    async def make(scene: Scene) -> Ask:
        class_id = await scene.new("/api/classes", {"name": "7a"})
        made = (await scene.owner.ask("GET", f"/api/classes/{class_id}")).json()
        student = scene.people["student"]
        await student.ask("POST", "/api/classes/join", {"join_code": made["join_code"]})
        return Ask({"class_id": class_id, "user_id": student.id}, send)

    return make


def of_new_quiz(**send: Any) -> Make:
    async def make(scene: Scene) -> Ask:
        return Ask({"quiz_id": await scene.new("/api/quizzes", QUIZ)}, send)

    return make


def of_game(**send: Any) -> Make:
    async def make(scene: Scene) -> Ask:
        return Ask({"game_id": scene.game.game_id}, send)

    return make


async def a_deleted_quiz(scene: Scene) -> Ask:
    ask = await of_new_quiz()(scene)
    await scene.owner.ask("DELETE", f"/api/quizzes/{ask.at['quiz_id']}")
    return ask


async def a_file(scene: Scene) -> Ask:
    answer = await scene.owner.ask("POST", "/api/files", files={"file": ("a.png", png(), "image/png")})
    return Ask({"file_id": answer.json()["file_id"]})


async def a_class_code(scene: Scene) -> Ask:
    ask = await of_new_class()(scene)
    made = await scene.owner.ask("GET", f"/api/classes/{ask.at['class_id']}")
    return Ask(send={"json": {"join_code": made.json()["join_code"]}})


async def a_new_account(scene: Scene) -> Ask:
    body = {"email": f"new{scene.number()}@school.test", "password": PASSWORD, "name": "New", "role": "student"}
    return Ask(send={"json": body})


async def good_credentials(scene: Scene) -> Ask:
    return Ask(send={"json": {"email": scene.owner.email, "password": PASSWORD}})


async def a_refresh_token(scene: Scene) -> Ask:
    again = await scene.school.sign_in(scene.owner.email)
    return Ask(send={"json": {"refresh_token": again.refresh_token}}, token="")


async def a_regrade(scene: Scene) -> Ask:
    return Ask({"game_id": scene.game.game_id}, {"json": {"question_id": scene.game.question_id, "void": True}})


async def a_throwaway_self(scene: Scene) -> Ask:
    """The actor's like, who may be erased."""
    person = scene.people.get(scene.actor)
    if person is None or person.role == "admin":
        return Ask()
    return Ask(token=(await scene.school.person(person.role)).token)


async def a_job(scene: Scene) -> Ask:
    return Ask({"job_id": await making.failed_job(scene.owner)})


async def a_notification(scene: Scene) -> Ask:
    return Ask({"notification_id": await making.notification_of(scene.owner)})


def of_draft(**send: Any) -> Make:
    """Of the one draft of the owner's; `version` in a body becomes that of the draft as it stands."""

    async def make(scene: Scene) -> Ask:
        if scene.draft_id == "":
            scene.draft_id = (await making.draft_of(scene.owner))["id"]
        draft = (await scene.owner.ask("GET", f"/api/drafts/{scene.draft_id}")).json()
        body = dict(send.get("json", {}))
        if "version" in body:
            body["version"] = draft["version"]
        item_id = draft["items"][0]["id"] if draft.get("items") else "none"
        return Ask({"draft_id": scene.draft_id, "item_id": item_id}, {"json": body} if "json" in send else {})

    return make


UPLOAD = {"files": {"file": ("a.png", png(), "image/png")}}
IMPORT = {"files": {"file": ("a.txt", b"2 + 2?\nA. 3\nB. 4\nANSWER: B\n")}}

#                                                       anonymous student other player owner admin
ROWS: dict[tuple[str, str], tuple[Make, str]] = {
    ("GET", "/api/config"): (sent(), "200 200 200 200 200 200"),
    ("GET", "/api/demo"): (sent(), "404 404 404 404 404 404"),
    ("POST", "/api/auth/register"): (a_new_account, "201 201 201 201 201 201"),
    ("POST", "/api/auth/login"): (good_credentials, "200 200 200 200 200 200"),
    ("POST", "/api/auth/refresh"): (a_refresh_token, "200 200 200 200 200 200"),
    ("POST", "/api/auth/logout"): (a_refresh_token, "204 204 204 204 204 204"),
    ("POST", "/api/auth/reset"): (
        sent(json={"email": "a@b.test", "code": "1", "new_password": "a brand new secret"}),
        "422 422 422 422 422 422",
    ),
    ("GET", "/api/me"): (sent(), "401 200 200 401 200 200"),
    ("PATCH", "/api/me"): (sent(json={"name": "Renamed"}), "401 200 200 401 200 200"),
    ("DELETE", "/api/me"): (a_throwaway_self, "401 204 204 401 204 409"),
    ("GET", "/api/me/export"): (sent(), "401 200 200 401 200 200"),
    ("POST", "/api/classes"): (sent(json={"name": "8b"}), "401 403 201 401 201 201"),
    ("GET", "/api/classes"): (sent(), "401 200 200 401 200 200"),
    ("POST", "/api/classes/join"): (a_class_code, "401 200 403 401 403 403"),
    ("GET", "/api/classes/{class_id}"): (of_new_class(), "401 200 404 401 200 404"),
    ("PATCH", "/api/classes/{class_id}"): (of_new_class(json={"name": "x"}), "401 403 404 401 200 404"),
    ("DELETE", "/api/classes/{class_id}"): (of_new_class(), "401 403 404 401 204 404"),
    ("POST", "/api/classes/{class_id}/code"): (of_new_class(), "401 403 404 401 200 404"),
    ("GET", "/api/classes/{class_id}/members"): (of_new_class(), "401 200 404 401 200 404"),
    ("DELETE", "/api/classes/{class_id}/members/{user_id}"): (of_new_class(), "401 204 404 401 204 404"),
    ("POST", "/api/classes/{class_id}/members/{user_id}/reset-code"): (of_new_class(), "401 403 404 401 200 404"),
    ("POST", "/api/quizzes"): (sent(json=QUIZ), "401 403 201 401 201 201"),
    ("GET", "/api/quizzes"): (sent(), "401 200 200 401 200 200"),
    ("GET", "/api/quizzes/{quiz_id}"): (of_new_quiz(), "401 404 404 401 200 404"),
    ("PUT", "/api/quizzes/{quiz_id}"): (of_new_quiz(json=QUIZ | {"version": 1}), "401 403 404 401 200 404"),
    ("DELETE", "/api/quizzes/{quiz_id}"): (of_new_quiz(), "401 404 404 401 204 404"),
    ("POST", "/api/quizzes/{quiz_id}/restore"): (a_deleted_quiz, "401 404 404 401 200 404"),
    ("POST", "/api/quizzes/{quiz_id}/duplicate"): (of_new_quiz(), "401 403 404 401 201 404"),
    ("POST", "/api/quizzes/import"): (sent(**IMPORT), "401 403 201 401 201 201"),
    ("POST", "/api/quizzes/generate"): (sent(json={"topic": "Rome"}), "401 403 202 401 202 202"),
    ("GET", "/api/drafts"): (sent(), "401 200 200 401 200 200"),
    ("GET", "/api/drafts/{draft_id}"): (of_draft(), "401 404 404 401 200 404"),
    ("PATCH", "/api/drafts/{draft_id}/items/{item_id}"): (
        of_draft(json={"version": 1, "state": "kept"}),
        "401 403 404 401 200 404",
    ),
    ("POST", "/api/drafts/{draft_id}/items/{item_id}/regenerate"): (of_draft(), "401 403 404 401 202 404"),
    ("POST", "/api/drafts/{draft_id}/accept"): (of_draft(json={"rest": True}), "401 403 404 401 201 404"),
    ("DELETE", "/api/drafts/{draft_id}"): (of_draft(), "401 404 404 401 204 404"),
    ("GET", "/api/jobs"): (sent(), "401 200 200 401 200 200"),
    ("GET", "/api/jobs/{job_id}"): (a_job, "401 404 404 401 200 200"),
    ("GET", "/api/jobs/{job_id}/steps"): (a_job, "401 404 404 401 200 200"),
    ("GET", "/api/jobs/{job_id}/events"): (a_job, "401 404 404 401 200 200"),
    ("POST", "/api/jobs/{job_id}/cancel"): (a_job, "401 404 404 401 200 200"),
    ("POST", "/api/jobs/{job_id}/retry"): (a_job, "401 404 404 401 200 200"),
    ("GET", "/api/admin/jobs"): (sent(), "401 403 403 401 403 200"),
    ("GET", "/api/engine"): (sent(), "401 200 200 401 200 200"),
    ("POST", "/api/admin/endpoints/test"): (sent(json={"name": "none"}), "401 403 403 401 403 404"),
    ("GET", "/api/notifications"): (sent(), "401 200 200 401 200 200"),
    ("POST", "/api/notifications/read"): (sent(), "401 204 204 401 204 204"),
    ("POST", "/api/notifications/{notification_id}/read"): (a_notification, "401 404 404 401 204 404"),
    ("POST", "/api/files"): (sent(**UPLOAD), "401 403 201 401 201 201"),
    ("GET", "/api/files/{file_id}"): (a_file, "401 404 404 401 200 404"),
    ("DELETE", "/api/files/{file_id}"): (a_file, "401 404 404 401 204 404"),
    ("GET", "/api/games"): (sent(), "401 200 200 401 200 200"),
    ("GET", "/api/games/{game_id}"): (of_game(), "401 404 404 401 200 404"),
    ("GET", "/api/games/{game_id}/report"): (of_game(), "401 404 404 401 200 404"),
    ("GET", "/api/games/{game_id}/log"): (of_game(), "401 404 404 401 200 404"),
    ("POST", "/api/games/{game_id}/regrade"): (a_regrade, "401 404 404 401 200 404"),
}


def documented() -> dict[tuple[str, str], dict[str, Any]]:
    return operations(describe(make_api()))


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert documented().keys() == ROWS.keys()


def test_the_document_says_where_a_token_is_needed() -> None:
    for route, operation in documented().items():
        _, expected = ROWS[route]
        refuses_nobody = expected.split()[0] != "401"
        needs = [need for need in operation.get("security", []) if need]
        assert bool(needs) != refuses_nobody, route


@pytest.fixture
async def scene(folder: Any) -> Any:
    async with opened(
        folder, quizzes.service, games.service, jobs.service, rate_limits=False, generations_per_day=1000
    ) as school:
        people = {name: await school.person("teacher") for name in ("other", "owner")}
        people |= {name: await school.person(name) for name in ("student", "admin")}
        game = await lesson.play(school, people["owner"])
        tokens = {name: person.token for name, person in people.items()}
        yield Scene(school, people, game, {**tokens, "anonymous": None, "player": game.resume_token})


async def test_everybody_gets_what_the_table_says(scene: Scene) -> None:
    wrong = []
    answers = {route: operation["responses"].keys() for route, operation in documented().items()}
    for (method, path), (make, statuses) in ROWS.items():
        for scene.actor, expected in zip(ACTORS, statuses.split(), strict=True):
            ask = await make(scene)
            token = scene.tokens[scene.actor] if ask.token is None else ask.token or None
            answer = await scene.school.ask(method, path.format(**ask.at), token=token, **ask.send)
            wrong += [f"{method} {path} as {scene.actor}: {fault}" for fault in faults(answer, int(expected))]
            if str(answer.status_code) not in answers[method, path]:
                wrong.append(f"{method} {path}: {answer.status_code} is not in the document")
    assert not wrong, "\n".join(wrong)


def faults(answer: httpx.Response, expected: int) -> list[str]:
    if answer.status_code != expected:
        return [f"{answer.status_code} instead of {expected}: {answer.text[:200]}"]
    if answer.status_code >= 400 and answer.headers["content-type"] != "application/problem+json":
        return ["a refusal that is no problem document"]
    return []
