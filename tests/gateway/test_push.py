"""The `/notifications` namespace: each session shows each notification once, whatever is lost on the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from edkit.clock import settle
from edkit.errors import TooMany, Unauthenticated
from edkit.launch import listening
from edkit.leaving import Leaving
from edkit.message import Actor
from edkit.probes import Probes
from gateway.app import make_http
from gateway.push import CUT_AFTER, EVENTS, LOOK_EVERY_S, PATH, SOCKETS_EACH, Push, push_of
from gateway.repository.notifications import AT_ONCE
from tests.gateway.board import Board
from tests.gateway.school import Person, School, opened
from tests.gateway.windows import WITHIN_S, Window, connect


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
async def busy_school(folder: Path, board: Board) -> AsyncIterator[School]:
    """Two gateways over one database."""
    async with opened(folder, *board.services(), gateways=2) as school:
        yield school
        for runtime in school.gateways:
            await push_of(runtime).close()


@pytest.fixture
def push(busy_school: School) -> Push:
    return push_of(busy_school.gateways[0])


@pytest.fixture
def elsewhere(busy_school: School) -> Push:
    """The other gateway."""
    return push_of(busy_school.gateways[1])


@pytest.fixture
async def teacher(busy_school: School) -> Person:
    return await busy_school.person()


async def finish(board: Board, person: Person, *job_ids: str) -> None:
    """These jobs have ended, and their notifications are written."""
    for job_id in job_ids:
        board.begin(job_id, person.id)
        await board.end(job_id, title=f"Job {job_id}")
        async with asyncio.timeout(WITHIN_S):
            while job_id not in [one["job_id"] for one in await unread(person)]:
                await asyncio.sleep(0.005)  # the journal's thread has no clock to pass in
        await person.school.clock.advance(0.1)


async def unread(person: Person) -> list[dict[str, Any]]:
    answer = await person.ask("GET", "/api/notifications", params={"unread": "true", "limit": "100"})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def shows(window: Window, *job_ids: str) -> None:
    """It is told of these jobs, in this order, and of nothing else."""
    await window.hears("notification", len(job_ids))
    await quiet()
    assert [told["job_id"] for told in window.events("notification")] == list(job_ids)


async def quiet() -> None:
    """What is under way has happened."""
    for _ in range(5):
        await asyncio.sleep(0.01)  # drivers of databases have threads
        await settle()


async def closed(school: School, window: Window) -> None:
    """Time goes on until the window is closed."""
    async with asyncio.timeout(WITHIN_S):
        while window.open:
            await school.clock.advance(LOOK_EVERY_S)
            await quiet()


class TestShowing:
    async def test_who_is_there_is_told_at_once_and_once(self, push: Push, board: Board, teacher: Person) -> None:
        window = await connect(push, teacher)
        assert await window.hears("unread") == [{"count": 0}]
        await finish(board, teacher, "quiz-1", "quiz-2")
        await shows(window, "quiz-1", "quiz-2")
        assert window.events("unread")[-1] == {"count": 2}
        told = window.events("notification")[0]
        assert (told["title"], told["link"]) == ("Your quiz is ready to review", "/drafts/draft-of-quiz-1")

    async def test_who_was_away_is_told_at_the_next_connect_oldest_first(
        self, push: Push, board: Board, teacher: Person
    ) -> None:
        await finish(board, teacher, "quiz-1", "quiz-2", "quiz-3")
        window = await connect(push, teacher)
        await shows(window, "quiz-1", "quiz-2", "quiz-3")
        window.leave()
        again = await connect(push, teacher)
        assert await again.hears("unread") == [{"count": 3}]
        await quiet()
        assert again.titles() == [], "the session has shown them, and they are still unread"

    async def test_each_session_shows_each_once_at_whichever_gateway(
        self, busy_school: School, push: Push, elsewhere: Push, board: Board, teacher: Person
    ) -> None:
        phone = await busy_school.sign_in(teacher.email)
        here, there = await connect(push, teacher), await connect(elsewhere, phone)
        await finish(board, teacher, "quiz-1")
        await shows(here, "quiz-1")
        await shows(there, "quiz-1")
        here.leave()
        there.leave()
        for window in (await connect(elsewhere, teacher), await connect(push, phone)):
            await window.hears("unread")
            await quiet()
            assert window.titles() == []
        third = await busy_school.sign_in(teacher.email)
        await shows(await connect(push, third), "quiz-1")

    async def test_what_nobody_acknowledged_is_sent_again_and_what_one_window_did_is_not(
        self, push: Push, elsewhere: Push, board: Board, teacher: Person
    ) -> None:
        deaf = await connect(push, teacher)
        deaf.acknowledges = False
        await finish(board, teacher, "quiz-1")
        await shows(deaf, "quiz-1")
        deaf.leave()
        again = await connect(elsewhere, teacher)
        await shows(again, "quiz-1")
        third = await connect(push, teacher)
        await third.hears("unread")
        await quiet()
        assert third.titles() == []

    async def test_every_window_of_a_session_is_sent_it_once(
        self, push: Push, elsewhere: Push, board: Board, teacher: Person
    ) -> None:
        windows = [await connect(push, teacher), await connect(push, teacher), await connect(elsewhere, teacher)]
        await finish(board, teacher, "quiz-1")
        for window in windows:
            await shows(window, "quiz-1")
        assert len({window.events("notification")[0]["id"] for window in windows}) == 1

    async def test_many_are_shown_in_parts_as_they_are_acknowledged(
        self, busy_school: School, push: Push, board: Board, teacher: Person
    ) -> None:
        names = [f"quiz-{number:03}" for number in range(AT_ONCE + 5)]
        for name in names:
            board.begin(name, teacher.id)
            await board.end(name)
        async with asyncio.timeout(WITHIN_S):
            while len(await unread(teacher)) < len(names):
                await asyncio.sleep(0.01)
        window = await connect(push, teacher)
        window.acknowledges = False
        await window.hears("notification", AT_ONCE)
        await quiet()
        assert len(window.titles()) == AT_ONCE
        window.acknowledges = True
        window.acknowledge()
        told = await window.hears("notification", len(names))
        assert sorted(one["job_id"] for one in told) == names

    async def test_a_lost_notice_delays_and_loses_nothing(
        self, busy_school: School, push: Push, board: Board, teacher: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        window = await connect(push, teacher)
        await window.hears("unread")
        monkeypatch.setattr(push, "changed", lambda notice: None)
        await finish(board, teacher, "quiz-1")
        assert window.titles() == []
        await busy_school.clock.advance(LOOK_EVERY_S)
        await shows(window, "quiz-1")

    async def test_nobody_else_hears_of_it(
        self, busy_school: School, push: Push, board: Board, teacher: Person
    ) -> None:
        other, admin = await busy_school.person(), await busy_school.person("admin")
        strangers = [await connect(push, other), await connect(push, admin)]
        mine = await connect(push, teacher)
        await finish(board, teacher, "quiz-1")
        await board.move("quiz-1", stage="Filling caches")
        await mine.hears("job")
        for stranger in strangers:
            assert [name for name, _ in stranger.heard] == ["unread"]


class TestReading:
    async def test_one_that_is_read_is_read_in_every_window(
        self, push: Push, elsewhere: Push, board: Board, teacher: Person
    ) -> None:
        here, there = await connect(push, teacher), await connect(elsewhere, teacher)
        await finish(board, teacher, "quiz-1")
        told = (await here.hears("notification"))[0]["id"]
        assert await here.read(told) == {"ok": True}
        for window in (here, there):
            assert await window.hears("read") == [{"id": told}]
            async with asyncio.timeout(WITHIN_S):
                while window.events("unread")[-1] != {"count": 0}:
                    await asyncio.sleep(0.005)
        assert await unread(teacher) == []

    async def test_one_that_was_read_elsewhere_is_not_shown(self, push: Push, board: Board, teacher: Person) -> None:
        await finish(board, teacher, "quiz-1", "quiz-2")
        newest = (await unread(teacher))[0]["id"]
        await teacher.ask("POST", f"/api/notifications/{newest}/read")
        await shows(await connect(push, teacher), "quiz-1")

    async def test_none_means_all_and_nonsense_nothing(self, push: Push, board: Board, teacher: Person) -> None:
        await finish(board, teacher, "quiz-1", "quiz-2")
        window = await connect(push, teacher)
        assert await window.send_event("read", None) == "malformed"
        assert await window.send_event("read", {"id": 7}) == "malformed"
        assert await window.send_event("read", {"id": "../etc"}) == "malformed"
        assert await window.read("nothing") == "notification_not_found"
        assert await window.send_event("write", {}) == "unknown_event"
        assert len(await unread(teacher)) == 2
        assert await window.read(None) == {"ok": True}
        assert await unread(teacher) == []


class TestComingAndGoing:
    @pytest.mark.parametrize("auth", [None, {}, {"token": None}, {"token": ["x"]}, "token", {"Token": "x"}])
    async def test_nobody_comes_in_without_a_token(self, push: Push, auth: Any) -> None:
        with pytest.raises(Unauthenticated):
            push.connected(Window(push), auth)  # type: ignore[arg-type]  # as much of a socket as it needs

    async def test_a_token_that_does_not_hold_is_refused(
        self, busy_school: School, push: Push, teacher: Person
    ) -> None:
        forged = busy_school.runtime.keys.issue_access(
            Actor(id=teacher.id, role="teacher", session="none"), now=busy_school.clock.now(), minutes=5
        )
        for token, code in (
            ("nonsense", "bad_token"),
            (teacher.token[:-4] + "AAAA", "bad_token"),
            (forged, "signed_out"),
        ):
            with pytest.raises(Unauthenticated) as refused:
                await connect(push, None, token)
            assert refused.value.code == code

    async def test_the_windows_of_a_session_close_with_it_at_every_gateway(
        self, busy_school: School, push: Push, elsewhere: Push, board: Board, teacher: Person
    ) -> None:
        phone = await busy_school.sign_in(teacher.email)
        here, there, other = [
            await connect(push, teacher), await connect(elsewhere, teacher), await connect(push, phone)
        ]  # fmt: skip
        assert (await teacher.ask("POST", "/api/auth/logout", {})).status_code == 204
        for window in (here, there):
            assert await window.hears("ended") == [{"code": "signed_out"}]
            assert not window.open
        await finish(board, phone, "quiz-1")
        await shows(other, "quiz-1")
        assert here.titles() == []

    async def test_a_session_whose_end_was_never_told_is_found(
        self, busy_school: School, push: Push, teacher: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        window = await connect(push, teacher)
        monkeypatch.setattr(push, "logged_out", lambda notice: None)
        await teacher.ask("POST", "/api/auth/logout", {})
        await closed(busy_school, window)
        assert await window.hears("ended") == [{"code": "signed_out"}]
        assert not window.open

    async def test_a_token_that_expires_ends_its_window_and_a_fresh_one_opens_another(
        self, busy_school: School, push: Push, board: Board, teacher: Person
    ) -> None:
        window = await connect(push, teacher)
        await busy_school.clock.advance(15 * 60)
        await closed(busy_school, window)
        assert await window.hears("ended") == [{"code": "token_expired"}]
        fresh = await busy_school.ask("POST", "/api/auth/refresh", {"refresh_token": teacher.refresh_token})
        again = await connect(push, None, fresh.json()["access_token"])
        assert await again.hears("unread") == [{"count": 0}]

    async def test_one_person_has_so_many_windows_and_no_more(self, push: Push, teacher: Person) -> None:
        windows = [await connect(push, teacher) for _ in range(SOCKETS_EACH)]
        with pytest.raises(TooMany):
            await connect(push, teacher)
        windows[0].leave()
        await quiet()
        await connect(push, teacher)

    async def test_a_flood_is_refused_and_at_last_cut(self, push: Push, teacher: Person) -> None:
        window = await connect(push, teacher)
        codes = [await window.send_event("nonsense", {}) for _ in range(EVENTS.burst + CUT_AFTER + 1)]
        assert codes.count("unknown_event") == EVENTS.burst
        assert set(codes[EVENTS.burst :]) == {"too_many"}
        assert not window.open

    async def test_progress_goes_to_every_window_of_its_owner(
        self, push: Push, elsewhere: Push, board: Board, teacher: Person
    ) -> None:
        windows = [await connect(push, teacher), await connect(elsewhere, teacher)]
        board.begin("quiz-1", teacher.id)
        await board.move("quiz-1", progress=0.5, stage="Reading")
        for window in windows:
            job = (await window.hears("job"))[0]["job"]
            assert (job["id"], job["progress"], job["stage"]) == ("quiz-1", 0.5, "Reading")


class TestStockClient:
    """What has no network above is true over one, with the client that browsers use."""

    @pytest.mark.parametrize("transport", ["websocket", "polling"])
    async def test_a_stock_client_is_told_once_and_comes_back_for_what_it_missed(
        self, busy_school: School, board: Board, teacher: Person, transport: str
    ) -> None:
        gateway = busy_school.runtime
        settings = gateway.settings.model_copy(update={"host": "127.0.0.1", "port": 0})
        mounts = make_http(gateway)
        told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        async with listening(settings, [mounts], Probes([gateway])) as server:
            for job_ids in (("quiz-1", "quiz-2"), ("quiz-3",)):
                client = socketio.AsyncClient(reconnection=False)
                client.on("notification", told.put, namespace="/notifications")
                await client.connect(
                    f"http://127.0.0.1:{server.port}",
                    auth={"token": teacher.token},
                    namespaces=["/notifications"],
                    socketio_path=PATH,
                    transports=[transport],
                )
                await finish(board, teacher, *job_ids)
                async with asyncio.timeout(WITHIN_S):
                    assert [(await told.get())["job_id"] for _ in job_ids] == list(job_ids)
                await quiet()
                await client.disconnect()
            assert told.empty()
            assert mounts.drain is not None
            await mounts.drain(Leaving())

    async def test_a_gateway_that_leaves_sends_its_windows_elsewhere(
        self, busy_school: School, push: Push, teacher: Person
    ) -> None:
        settings = busy_school.runtime.settings.model_copy(update={"host": "127.0.0.1", "port": 0})
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def moved(told: dict[str, Any]) -> None:
            await heard.put(f"move {told['retry_after_ms']}")

        async def disconnected(*_: object) -> None:
            await heard.put("disconnect")

        async with listening(settings, [make_http(busy_school.runtime)], Probes([busy_school.runtime])) as server:
            client = socketio.AsyncClient(reconnection=False)
            client.on("move", moved, namespace="/notifications")
            client.on("disconnect", disconnected, namespace="/notifications")
            base = f"http://127.0.0.1:{server.port}"
            names = {"namespaces": ["/notifications"], "socketio_path": PATH, "transports": ["websocket"]}
            await client.connect(base, auth={"token": teacher.token}, **names)
            await push.drain(Leaving())
            async with asyncio.timeout(WITHIN_S):
                assert [await heard.get(), await heard.get()] == ["move 0", "disconnect"]
            async with httpx.AsyncClient(base_url=base) as late:
                answer = await late.get(PATH, params={"EIO": "4", "transport": "polling"})
            assert answer.status_code == 503
            await client.disconnect()
