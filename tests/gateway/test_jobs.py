"""Jobs over HTTP: from the first moment, to their end, in lists, and as they go on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from edkit.clock import settle
from edkit.contracts.drafts import LONGEST_TEXT, GenerateQuiz
from edkit.contracts.jobs import CancelJob, ListJobs
from gateway.push import push_of
from gateway.streams import EACH, LOOK_EVERY_S, QUIET_S, streams_of
from tests.gateway.board import Board
from tests.gateway.school import Person, School, opened

WITHIN_S = 20.0


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
async def busy_school(folder: Path, board: Board) -> AsyncIterator[School]:
    """A gateway behind which jobs move when the test says so."""
    async with opened(folder, *board.services()) as school:
        yield school


@pytest.fixture
async def teacher(busy_school: School) -> Person:
    return await busy_school.person()


class Stream:
    """One client that reads server-sent events as they come."""

    def __init__(self, school: School, person: Person, job_id: str, last_event_id: str = "") -> None:
        headers = [(b"authorization", f"Bearer {person.token}".encode())]
        headers += [(b"last-event-id", last_event_id.encode("latin-1"))] if last_event_id else []
        path = f"/api/jobs/{job_id}/events"
        self.scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": headers, "client": ("192.0.2.1", 1), "scheme": "http", "root_path": "", "http_version": "1.1",
            "server": ("school.test", 80), "asgi": {"version": "3.0", "spec_version": "2.3"},
        }  # fmt: skip
        self.status, self.text, self._gone = 0, "", asyncio.Event()
        self.headers: dict[bytes, bytes] = {}
        self.task = asyncio.create_task(school.app(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self.text and not self.status:
            self.status = -1
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.text += message.get("body", b"").decode()

    def events(self) -> list[tuple[str, str, Any]]:
        """Id, name and data of each event so far."""
        found = []
        for block in self.text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
            if "event" in fields:
                found.append((fields["id"], fields["event"], orjson.loads(fields["data"])))
        return found

    def names(self) -> list[str]:
        return [name for _, name, _ in self.events()]

    async def reads(self, count: int) -> list[tuple[str, str, Any]]:
        """The events, once there are so many."""
        async with asyncio.timeout(WITHIN_S):
            while len(self.events()) < count:
                await asyncio.sleep(0.002)  # the bus has threads
        return self.events()

    async def ends(self) -> list[str]:
        """The names of all events, once the server has ended the stream."""
        async with asyncio.timeout(WITHIN_S):
            await self.task
        return self.names()

    async def hang_up(self) -> None:
        self._gone.set()
        await self.ends()


async def passing(school: School, stream: Stream) -> None:
    """Time goes on until the stream has ended."""
    async with asyncio.timeout(WITHIN_S):
        while not stream.task.done():
            await school.clock.advance(LOOK_EVERY_S)
            await asyncio.sleep(0.005)  # drivers of databases have threads


class TestStanding:
    async def test_a_job_is_pending_from_the_first_moment_on(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        begun = await teacher.ask("POST", "/api/quizzes/generate", {"text": "Cells are small."})
        assert begun.status_code == 202, begun.text
        where, job_id = begun.headers["location"], begun.json()["job_id"]
        assert where == f"/api/jobs/{job_id}"
        assert job_id.startswith("quiz-")
        job = await teacher.ask("GET", where)
        assert (job.status_code, job.json()["status"]) == (200, "pending")
        steps = await teacher.ask("GET", f"{where}/steps")
        assert (steps.status_code, steps.json()["steps"]) == (200, [])
        board.begin(job_id, teacher.id)
        assert (await teacher.ask("GET", where)).json()["status"] == "running"
        assert [one["name"] for one in (await teacher.ask("GET", f"{where}/steps")).json()["steps"]] == ["read"]

    async def test_a_job_of_somebody_else_is_not_there(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        other = await busy_school.person()
        board.ask("quiz-1", teacher.id)
        board.begin("quiz-2", teacher.id)
        for path in ("quiz-1", "quiz-2", "quiz-3", "deck-1", "nothing"):
            for method, rest in (("GET", ""), ("GET", "/steps"), ("GET", "/events"), ("POST", "/cancel")):
                answer = await other.ask(method, f"/api/jobs/{path}{rest}")
                assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found"), (path, rest)
        assert board.begun["quiz-2"][1].status == "running"

    async def test_a_list_says_which_are_wanted_and_everybodys_is_for_administrators(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        board.begin("quiz-1", teacher.id)
        asked = {"since": "2026-01-01T00:00:00Z", "status": "failed", "limit": "5"}
        assert (await teacher.ask("GET", "/api/jobs", params=asked)).status_code == 200
        query = next(one.query for one in board.heard if isinstance(one, ListJobs))
        assert (query.status, query.limit, query.since and query.since.year) == ("failed", 5, 2026)
        assert (await teacher.ask("GET", "/api/jobs", params={"status": "odd"})).status_code == 422
        assert (await teacher.ask("GET", "/api/admin/jobs")).status_code == 403
        admin = await busy_school.person("admin")
        assert (await admin.ask("GET", "/api/jobs")).json()["items"] == []
        assert [one["id"] for one in (await admin.ask("GET", "/api/admin/jobs")).json()["items"]] == ["quiz-1"]


class TestSteering:
    async def test_a_job_that_nobody_has_begun_is_cancelled_before_it_comes(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        board.ask("quiz-1", teacher.id)
        answer = await teacher.ask("POST", "/api/jobs/quiz-1/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        asked = [one.unstarted for one in board.heard if isinstance(one, CancelJob)]
        assert asked == [None, "generate_quiz"]

    async def test_one_key_cancels_or_retries_once(self, busy_school: School, board: Board, teacher: Person) -> None:
        board.begin("quiz-1", teacher.id)
        key = {"Idempotency-Key": "stop"}
        assert (await teacher.ask("POST", "/api/jobs/quiz-1/retry")).json()["code"] == "job_not_failed"
        assert (await teacher.ask("POST", "/api/jobs/quiz-1/cancel", headers=key)).json()["status"] == "cancelled"
        assert (await teacher.ask("POST", "/api/jobs/quiz-1/retry", headers=key)).json()["status"] == "pending"
        bad = await teacher.ask("POST", "/api/jobs/quiz-1/cancel", headers={"Idempotency-Key": "not one"})
        assert bad.status_code == 400


class TestGenerating:
    async def test_one_key_is_one_job(self, busy_school: School, board: Board, teacher: Person) -> None:
        body, key = {"topic": "Cells", "count": 3}, {"Idempotency-Key": "cells"}
        answers = [await teacher.ask("POST", "/api/quizzes/generate", body, headers=key) for _ in range(3)]
        assert len({answer.content for answer in answers}) == 1
        assert {answer.headers["location"] for answer in answers} == {f"/api/jobs/{answers[0].json()['job_id']}"}
        assert len({one.job_id for one in board.heard if isinstance(one, GenerateQuiz)}) == 1
        other = await teacher.ask("POST", "/api/quizzes/generate", {**body, "count": 4}, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")

    @pytest.mark.parametrize("letter", ["a", "é", "字", "😀"])
    async def test_the_longest_text_fits_however_it_is_escaped(
        self, busy_school: School, board: Board, teacher: Person, letter: str
    ) -> None:
        """Six bytes of escape for a letter of the alphabet in two, and the limit of a body was spent twice over."""
        escaped = orjson.dumps(letter).decode()[1:-1].encode("utf-16-be").hex()
        written = "".join(f"\\u{escaped[start : start + 4]}" for start in range(0, len(escaped), 4))
        body = b'{"text": "%s"}' % (written * LONGEST_TEXT).encode()
        json = {"Content-Type": "application/json"}
        answer = await teacher.ask("POST", "/api/quizzes/generate", content=body, headers=json)
        assert answer.status_code == 202, answer.text
        sent = [one for one in board.heard if isinstance(one, GenerateQuiz)]
        assert sent[-1].wish.text == letter * LONGEST_TEXT
        for path in ("/api/quizzes", "/api/drafts/x/accept"):
            assert (await teacher.ask("POST", path, content=body, headers=json)).status_code in (413, 422)

    @pytest.mark.parametrize(
        "wish", [{}, {"topic": "a", "text": "b"}, {"text": "a" * (LONGEST_TEXT + 1)}, {"topic": "a", "count": 31}]
    )
    async def test_a_wish_that_cannot_be_is_refused_with_its_reason(
        self, busy_school: School, board: Board, teacher: Person, wish: dict[str, Any]
    ) -> None:
        answer = await teacher.ask("POST", "/api/quizzes/generate", wish)
        assert answer.status_code == 422
        assert "Value error" not in answer.text
        assert answer.json()["errors"]
        assert board.heard == []


class TestStreams:
    async def test_a_stream_tells_of_progress_and_ends_with_the_job(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        board.begin("quiz-1", teacher.id)
        stream = Stream(busy_school, teacher, "quiz-1")
        await stream.reads(1)
        assert stream.headers[b"content-type"].startswith(b"text/event-stream")
        await board.move("quiz-1", progress=0.5, stage="Reading")
        await stream.reads(2)
        await board.move("quiz-1", status="completed", progress=1.0)
        assert await stream.ends() == ["progress", "progress", "completed"]
        assert [number for number, _, _ in stream.events()] == ["1", "2", "3"]
        assert stream.events()[1][2]["stage"] == "Reading"

    async def test_an_intent_is_followed_into_its_job(self, busy_school: School, board: Board, teacher: Person) -> None:
        board.ask("quiz-1", teacher.id)
        stream = Stream(busy_school, teacher, "quiz-1")
        assert [(one[0], one[2]["status"]) for one in await stream.reads(1)] == [("0", "pending")]
        board.begin("quiz-1", teacher.id)
        await board.move("quiz-1", status="failed")
        assert await stream.ends() == ["progress", "failed"]

    async def test_a_lost_notice_delays_and_loses_nothing(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        board.begin("quiz-1", teacher.id)
        stream = Stream(busy_school, teacher, "quiz-1")
        await stream.reads(1)
        board.change("quiz-1", status="cancelled")
        await settle()
        assert stream.names() == ["progress"]
        await busy_school.clock.advance(LOOK_EVERY_S)
        assert await stream.ends() == ["progress", "cancelled"]

    @pytest.mark.parametrize(
        ("seen", "told"),
        [
            ("", "3"),
            ("1", "3"),
            ("2", "3"),
            ("3", None),
            ("99", "3"),
            ("-1", "3"),
            ("x", "3"),
            ("²", "3"),
            ("9" * 40, "3"),
        ],
    )
    async def test_who_comes_back_is_told_what_is_newer(
        self, busy_school: School, board: Board, teacher: Person, seen: str, told: str | None
    ) -> None:
        board.begin("quiz-1", teacher.id)
        board.change("quiz-1", progress=0.5)
        board.change("quiz-1", status="completed")
        stream = Stream(busy_school, teacher, "quiz-1", seen)
        assert await stream.ends() == ([] if told is None else ["completed"])
        assert stream.status == (204 if told is None else 200)

    async def test_who_comes_back_in_the_middle_is_not_told_twice(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        board.begin("quiz-1", teacher.id)
        board.change("quiz-1", progress=0.5)
        stream = Stream(busy_school, teacher, "quiz-1", "2")
        await settle()
        await board.move("quiz-1", progress=0.7)
        assert [one[0] for one in await stream.reads(1)] == ["3"]
        await stream.hang_up()

    async def test_a_quiet_stream_says_that_it_is_there(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        board.begin("quiz-1", teacher.id)
        stream = Stream(busy_school, teacher, "quiz-1")
        await stream.reads(1)
        for _ in range(int(QUIET_S / LOOK_EVERY_S) + 2):
            await busy_school.clock.advance(LOOK_EVERY_S)
            await asyncio.sleep(0.01)  # the bus has threads
        assert stream.text.count(": still here\n\n") == 1
        await stream.hang_up()

    async def test_so_many_streams_of_one_person_and_each_that_ends_makes_room(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        other = await busy_school.person()
        board.begin("quiz-1", teacher.id)
        board.begin("quiz-2", other.id)
        streams = [Stream(busy_school, teacher, "quiz-1") for _ in range(EACH)]
        for stream in streams:
            await stream.reads(1)
        refused = await teacher.ask("GET", "/api/jobs/quiz-1/events")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
        theirs = Stream(busy_school, other, "quiz-2")
        await theirs.reads(1)
        await streams[0].hang_up()
        again = Stream(busy_school, teacher, "quiz-1")
        await again.reads(1)
        for stream in (*streams[1:], theirs, again):
            await stream.hang_up()
        assert streams_of(busy_school.runtime)._by_owner == {}

    async def test_a_stream_ends_with_the_sign_in_and_with_the_token(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        board.begin("quiz-1", teacher.id)
        phone = await busy_school.sign_in(teacher.email)
        here, there = Stream(busy_school, teacher, "quiz-1"), Stream(busy_school, phone, "quiz-1")
        await here.reads(1)
        await there.reads(1)
        await teacher.ask("POST", "/api/auth/logout", {})
        assert await here.ends() == ["progress"]
        assert not there.task.done()
        await busy_school.clock.advance(15 * 60)
        await passing(busy_school, there)
        assert await there.ends() == ["progress"]

    async def test_a_gateway_that_leaves_ends_its_streams(
        self, busy_school: School, board: Board, teacher: Person
    ) -> None:
        board.begin("quiz-1", teacher.id)
        stream = Stream(busy_school, teacher, "quiz-1")
        await stream.reads(1)
        await push_of(busy_school.runtime).drain()
        assert await stream.ends() == ["progress"]
        assert "retry: " in stream.text
