"""Notifications: one row for each end of a job, whatever the bus does; listed, read, kept and forgotten."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from game_server import app as games
from gateway.repository.notifications import NotificationRepository
from quiz_service import app as quizzes
from tests.gateway.board import Board
from tests.gateway.school import Person, School, opened

WITHIN_S = 20.0
DAY_MS = 24 * 3_600_000


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
async def busy_school(folder: Path, board: Board) -> AsyncIterator[School]:
    """A gateway behind which jobs move when the test says so."""
    async with opened(folder, *board.services()) as school:
        yield school


async def listed(person: Person, count: int = 0, **params: Any) -> list[dict[str, Any]]:
    """The person's notifications, once there are so many."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            answer = await person.ask("GET", "/api/notifications", params=params)
            assert answer.status_code == 200, answer.text
            if len(answer.json()["items"]) >= count:
                items: list[dict[str, Any]] = answer.json()["items"]
                return items
            await asyncio.sleep(0.005)  # the journal's thread has no clock to pass in


async def ended(board: Board, person: Person, *job_ids: str) -> None:
    """These jobs have ended one after the other, and their owner was told."""
    before = len(await listed(person))
    for number, job_id in enumerate(job_ids):
        board.begin(job_id, person.id)
        await board.end(job_id)
        await listed(person, before + number + 1)
        await person.school.clock.advance(1)


async def test_the_end_of_a_job_is_one_notification_however_often_it_is_told(busy_school: School, board: Board) -> None:
    teacher = await busy_school.person()
    board.begin("quiz-1", teacher.id)
    await board.end("quiz-1", told=5)
    await listed(teacher, 1)
    await busy_school.clock.advance(1)
    board.begin("quiz-2", teacher.id)
    await board.fail("quiz-2", "The file is encrypted. Save it without a password, then try again.")
    failed, done = await listed(teacher, 2)
    assert (done["title"], done["text"], done["level"]) == ("Your quiz is ready to review", "Cells", "good")
    assert (done["link"], done["job_id"], done["job_status"]) == ("/drafts/draft-of-quiz-1", "quiz-1", "completed")
    assert failed["title"] == "The quiz could not be made"
    assert failed["text"] == "Cells: The file is encrypted. Save it without a password, then try again."
    assert (failed["level"], failed["error"]["code"], failed["read_at"]) == ("bad", "encrypted", None)


async def test_a_job_that_ends_again_after_a_retry_is_told_again_and_never_backwards(
    busy_school: School, board: Board
) -> None:
    teacher = await busy_school.person()
    board.begin("quiz-1", teacher.id)
    failed = await board.fail("quiz-1")
    await listed(teacher, 1)
    await busy_school.clock.advance(1)
    board.change("quiz-1", status="running", error=None)
    await board.end("quiz-1")
    assert [one["job_status"] for one in await listed(teacher, 2)] == ["completed", "failed"]
    for late in (failed, failed.model_copy(update={"version": failed.version + 1})):
        await board.tell("quiz-1", late)
    await busy_school.clock.advance(1)
    await ended(board, teacher, "quiz-2")
    assert [one["job_id"] for one in await listed(teacher, 3)] == ["quiz-2", "quiz-1", "quiz-1"]


async def test_who_cancels_is_not_told_so_and_who_has_left_is_told_nothing(busy_school: School, board: Board) -> None:
    teacher, gone = await busy_school.person(), await busy_school.person()
    assert (await gone.ask("DELETE", "/api/me")).status_code == 204
    board.begin("quiz-1", teacher.id)
    await board.end("quiz-1", "cancelled")
    board.begin("quiz-2", gone.id)
    await board.end("quiz-2")
    board.begin("quiz-3", teacher.id)
    await board.end("quiz-3")
    assert [one["job_id"] for one in await listed(teacher, 1)] == ["quiz-3"]
    async with busy_school.runtime.database.read() as session:
        assert await NotificationRepository(session).all_of(gone.id) == []


@pytest.mark.parametrize("kind", ["index_document", "regenerate_question"])
async def test_every_kind_of_job_has_words_also_one_that_is_not_known_here(
    busy_school: School, board: Board, kind: str
) -> None:
    teacher = await busy_school.person()
    board.begin("quiz-1", teacher.id)
    await board.end("quiz-1", kind=kind, result=None)
    await listed(teacher, 1)
    await busy_school.clock.advance(1)
    board.begin("quiz-2", teacher.id)
    board.change("quiz-2", kind=kind)
    await board.fail("quiz-2", "x" * 5000)
    failed, done = await listed(teacher, 2)
    assert done["title"]
    assert failed["title"] != done["title"]
    assert (done["link"], len(failed["text"])) == ("/jobs/quiz-1", 1000)


async def test_they_are_read_one_by_one_or_all_at_once(busy_school: School, board: Board) -> None:
    teacher = await busy_school.person()
    await ended(board, teacher, "quiz-1", "quiz-2", "quiz-3")
    newest = (await listed(teacher))[0]["id"]
    for _ in range(2):
        assert (await teacher.ask("POST", f"/api/notifications/{newest}/read")).status_code == 204
    page = (await teacher.ask("GET", "/api/notifications")).json()
    assert ([one["read_at"] is not None for one in page["items"]], page["unread"]) == ([True, False, False], 2)
    assert [one["job_id"] for one in await listed(teacher, unread="true")] == ["quiz-2", "quiz-1"]
    assert (await teacher.ask("POST", "/api/notifications/read")).status_code == 204
    assert (await teacher.ask("GET", "/api/notifications")).json()["unread"] == 0
    assert await listed(teacher, unread="true") == []


async def test_nobody_else_sees_or_reads_them(busy_school: School, board: Board) -> None:
    teacher, other, admin = [await busy_school.person(role) for role in ("teacher", "teacher", "admin")]
    await ended(board, teacher, "quiz-1")
    told = (await listed(teacher))[0]["id"]
    for stranger in (other, admin):
        assert await listed(stranger) == []
        answer = await stranger.ask("POST", f"/api/notifications/{told}/read")
        assert (answer.status_code, answer.json()["code"]) == (404, "notification_not_found")
        assert (await stranger.ask("POST", "/api/notifications/read")).status_code == 204
    assert (await teacher.ask("GET", "/api/notifications")).json()["unread"] == 1


async def test_a_long_list_comes_page_by_page_the_latest_first(busy_school: School, board: Board) -> None:
    teacher = await busy_school.person()
    await ended(board, teacher, *(f"quiz-{number}" for number in range(5)))
    seen, params = [], {"limit": "2"}
    while True:
        page = (await teacher.ask("GET", "/api/notifications", params=params)).json()
        assert page["unread"] == 5
        seen += [one["job_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == [f"quiz-{number}" for number in reversed(range(5))]
    answer = await teacher.ask("GET", "/api/notifications", params={"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_what_was_read_goes_after_30_days_and_everything_after_180(busy_school: School, board: Board) -> None:
    teacher = await busy_school.person()
    await ended(board, teacher, "quiz-1", "quiz-2")
    read = (await listed(teacher))[0]["id"]
    await teacher.ask("POST", f"/api/notifications/{read}/read")

    async def kept_after(days: float) -> list[str | None]:
        more = True
        while more:
            async with busy_school.runtime.database.write() as session:
                more = await NotificationRepository(session).sweep(busy_school.clock.now() + int(days * DAY_MS))
        async with busy_school.runtime.database.read() as session:
            return [one.job_id for one in await NotificationRepository(session).all_of(teacher.id)]

    assert await kept_after(29.9) == ["quiz-1", "quiz-2"]
    assert await kept_after(30.1) == ["quiz-1"]
    assert await kept_after(179.9) == ["quiz-1"]
    assert await kept_after(180.1) == []


async def test_an_erased_account_leaves_none(busy_school: School, board: Board) -> None:
    teacher, other = await busy_school.person(), await busy_school.person()
    await ended(board, teacher, "quiz-1")
    await ended(board, other, "quiz-2")
    assert (await teacher.ask("DELETE", "/api/me")).status_code == 204
    async with busy_school.runtime.database.read() as session:
        repository = NotificationRepository(session)
        assert await repository.all_of(teacher.id) == []
        assert [one.job_id for one in await repository.all_of(other.id)] == ["quiz-2"]


async def test_an_export_has_a_file_of_them(folder: Path, board: Board) -> None:
    jobs, _ = board.services()
    async with opened(folder, jobs, quizzes.service, games.service) as school:
        teacher = await school.person()
        await ended(board, teacher, "quiz-1")
        answer = await teacher.ask("GET", "/api/me/export")
        assert answer.status_code == 200, answer.text
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            told = orjson.loads(archive.read("notifications.json"))
        assert [one["job_id"] for one in told] == ["quiz-1"]
