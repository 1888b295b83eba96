"""Scenarios of what is told to those who wait: plain functions over a `World`, the same for every mode."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import socketio

from tests.scenarios.generating import ENDED, begin, job_ended
from tests.scenarios.world import PATIENCE_S, World

NAMESPACE, PATH = "/notifications", "/push/socket.io/"


class Window:
    """A window of the web app: what it was told, by id, in order."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.moved: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def next(self) -> dict[str, Any]:
        """The next notification."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.told.get()


@asynccontextmanager
async def window(world: World, token: str, transport: str = "websocket") -> AsyncIterator[Window]:
    """A window that is open; the stock client acknowledges what it was told."""
    seen, jar = Window(), aiohttp.CookieJar(unsafe=True)  # by which a poll comes back to where it began
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        client = socketio.AsyncClient(reconnection=False, http_session=http)
        client.on("notification", seen.told.put, namespace=NAMESPACE)
        client.on("job", seen.moved.put, namespace=NAMESPACE)
        names = {"namespaces": [NAMESPACE], "socketio_path": PATH, "transports": [transport]}
        await client.connect(world.base, auth={"token": token}, wait_timeout=PATIENCE_S, **names)
        try:
            yield seen
        finally:
            await asyncio.sleep(0.3)  # the last acknowledgement is on its way
            await client.disconnect()
            await asyncio.sleep(0.1)  # the client reads no answer to its goodbye


async def followed(world: World, token: str, job_id: str, last: str = "") -> list[tuple[str, str]]:
    """Ids and names of the events of a job, until the server ends the stream."""
    headers = {"Authorization": f"Bearer {token}", **({"Last-Event-ID": last} if last else {})}
    events: list[tuple[str, str]] = []
    timeout = aiohttp.ClientTimeout(PATIENCE_S)
    async with world.http.get(f"{world.base}/api/jobs/{job_id}/events", headers=headers, timeout=timeout) as answer:
        assert answer.status in (200, 204)
        for block in (await answer.text()).split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
            if "event" in fields:
                events.append((fields["id"], fields["event"]))
    return events


async def the_end_of_a_job_is_shown_once_in_each_session(world: World) -> None:
    """By websocket and by polling, to who is there and to who was away, and never again."""
    teacher, other = await world.person("teacher"), await world.person("teacher")
    async with window(world, teacher) as here, window(world, other) as stranger:
        first, draft_id = await begin(world, teacher)
        told = await here.next()
        assert (told["job_id"], told["job_status"], told["link"]) == (first, "completed", f"/drafts/{draft_id}")
        moved = await here.moved.get()
        assert moved["job"]["id"] == first
    second, _ = await begin(world, teacher, text="Hello there.", count=3)
    assert (await job_ended(world, teacher, second))["status"] == "failed"
    async with window(world, teacher, "polling") as again:
        told = await again.next()
        assert (told["job_id"], told["level"]) == (second, "bad")
    async with window(world, teacher) as third:
        last, _ = await begin(world, teacher)
        assert (await third.next())["job_id"] == last
    assert here.told.empty()
    assert again.told.empty()
    assert third.told.empty()
    assert stranger.told.empty()
    assert stranger.moved.empty()


async def a_job_is_followed_to_its_end_by_server_sent_events(world: World) -> None:
    """From the first moment, through the door, and again from where it broke off."""
    teacher = await world.person("teacher")
    job_id, _ = await begin(world, teacher)
    events = await followed(world, teacher, job_id)
    versions = [int(number) for number, _ in events]
    assert versions == sorted(set(versions))
    assert [name for _, name in events[:-1]] == ["progress"] * (len(events) - 1)
    assert events[-1][1] == "completed"
    assert events[-1][1] in ENDED
    assert await followed(world, teacher, job_id, str(versions[-1] - 1)) == [events[-1]]
    assert await followed(world, teacher, job_id, str(versions[-1])) == []


SCENARIOS = (
    the_end_of_a_job_is_shown_once_in_each_session,
    a_job_is_followed_to_its_end_by_server_sent_events,
)
