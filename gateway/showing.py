"""Who is shown which notification: asks the rows, sends what a window was not sent yet, notes what was shown."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError

from edkit import log, metrics
from edkit.service import Runtime
from edkit.sockets import Socket
from gateway.repository.notifications import (
    AT_ONCE,
    NotificationRepository,
    Shown,
    Standing,
    notification_of,
    standings,
    unshown,
)

logger = log.get(__name__)
sent_total = metrics.counter("push_notifications", "Notifications sent to windows")

USERS_AT_ONCE = 500
"""People whom one query asks after."""


@dataclass
class Person:
    """Somebody with windows here. `standing` is what their windows were told last; `more` waits to be shown."""

    sockets: set[Socket] = field(default_factory=set)
    standing: Standing | None = None
    more: bool = False
    under_way: bool = False
    again: bool = False


class Showing:
    """Shows `people` what is new for them."""

    def __init__(self, runtime: Runtime, people: dict[str, Person]) -> None:
        self._runtime, self._people = runtime, people
        self._acknowledged: dict[Shown, str] = {}
        self._noting = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def soon(self, user_id: str) -> None:
        """Show this user what is new. One at a time for each, so that none of it is sent twice."""
        person = self._people.get(user_id)
        if person is not None and person.under_way:
            person.again = True
        elif person is not None:
            person.under_way = True
            self._spawn(self._show(user_id, person))

    async def look(self) -> None:
        """Find, with a query for all, for whom something has changed that nobody told of."""
        await self._note()
        ids = list(self._people)
        for start in range(0, len(ids), USERS_AT_ONCE):
            asked = ids[start : start + USERS_AT_ONCE]
            found = {row[0]: Standing(*row[1:]) for row in await self._runtime.database.rows(standings(asked))}
            for user_id in asked:
                person = self._people.get(user_id)
                if person is not None and person.standing != found.get(user_id, Standing()):
                    self.soon(user_id)

    async def close(self) -> None:
        """Note what was shown, and end what is under way."""
        await self._note_quietly()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _show(self, user_id: str, person: Person) -> None:
        try:
            person.again = True
            while person.again:
                person.again = False
                await self._show_once(user_id, person)
        except Exception as error:  # the next look finds it again
            person.standing = None
            logger.warning("notifications_not_shown", user_id=user_id, error=f"{type(error).__name__}: {error}")
        finally:
            person.under_way = False

    async def _show_once(self, user_id: str, person: Person) -> None:
        """Send each window what its session has not shown, and how much is unread."""
        rows = await self._runtime.database.rows(standings([user_id]))
        standing, more = Standing(*rows[0][1:]) if rows else Standing(), False
        for session_id in {socket.state.session for socket in person.sockets}:
            new = await self._runtime.database.rows(unshown(user_id, session_id))
            more = more or len(new) == AT_ONCE
            told = [notification_of(row).model_dump(mode="json") for row in new]
            for socket in list(person.sockets):
                if socket.state.session == session_id:
                    self._send(socket, told)
        for socket in list(person.sockets):
            if socket.state.unread != standing.unread:
                socket.state.unread = standing.unread
                socket.emit("unread", {"count": standing.unread})
        person.standing, person.more = standing, more

    def _send(self, socket: Socket, told: list[dict[str, Any]]) -> None:
        for one in told:
            if one["id"] not in socket.state.sent:
                socket.state.sent.add(one["id"])
                shown = Shown(one["id"], socket.state.session)
                socket.emit("notification", one, acknowledged=partial(self._has_shown, socket.state.actor.id, shown))
                sent_total.inc()

    def _has_shown(self, user_id: str, shown: Shown, _: object) -> None:
        self._acknowledged[shown] = user_id
        if not self._noting.locked():
            self._spawn(self._note_quietly())

    async def _note_quietly(self) -> None:
        try:
            await self._note()
        except Exception as error:  # kept, and noted at the next look
            logger.warning("showing_not_noted", error=f"{type(error).__name__}: {error}")

    async def _note(self) -> None:
        """Write down all that was acknowledged, each once. Who has more to be shown is shown it."""
        async with self._noting:
            while self._acknowledged:
                batch = dict(list(self._acknowledged.items())[:AT_ONCE])
                try:
                    await self._write(batch)
                except IntegrityError:  # another gateway noted one of them at the same moment: now it is found
                    await self._write(batch)
                for shown in batch:
                    del self._acknowledged[shown]
                for user_id in set(batch.values()):
                    if (person := self._people.get(user_id)) is not None and person.more:
                        self.soon(user_id)

    async def _write(self, batch: Iterable[Shown]) -> None:
        async with self._runtime.database.write() as session:
            await NotificationRepository(session).mark_shown(batch, self._runtime.clock.now())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
