"""Windows of the web app, as the push namespace sees them: sockets without a network."""

import asyncio
from collections.abc import Awaitable
from itertools import count
from typing import Any

import orjson

from edkit.errors import AppError
from edkit.sockets import Counters, Packet
from gateway.push import Push
from tests.gateway.school import Person

WITHIN_S = 20.0
_numbers = count(1)


class Window:
    """One window. `heard` is everything it was sent; it acknowledges unless it is told not to."""

    def __init__(self, push: Push) -> None:
        self._push, self.open, self.acknowledges = push, True, True
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.id, self.link, self.state, self.address = f"socket-{next(_numbers)}", None, None, "192.0.2.1"
        self.session = self.host = self
        self.counters = Counters()
        self._owed: list[Any] = []
        self._news = asyncio.Event()

    # What the namespace sees of it

    @property
    def gone(self) -> bool:
        return not self.open

    def emit(self, event: str, data: Any, *, acknowledged: Any = None) -> None:
        if self.open:
            self._hear(event, orjson.loads(orjson.dumps(data)))
            if acknowledged is not None:
                self._owed.append(acknowledged)
                if self.acknowledges:
                    self.acknowledge()

    def send(self, packet: Packet, droppable: bool = False) -> bool:
        if self.open:
            self._hear(*orjson.loads(packet.text.partition(b",")[2]))
        return self.open

    def disconnect(self) -> None:
        self.leave()

    # What the test does with it

    def acknowledge(self) -> None:
        """Say that everything sent so far was shown."""
        owed, self._owed = self._owed, []
        for one in owed:
            asyncio.get_running_loop().call_soon(one, {})

    def leave(self) -> None:
        """The connection is gone."""
        if self.open:
            self.open = False
            asyncio.get_running_loop().call_soon(self._push.disconnected, self, "gone")

    async def read(self, notification_id: str | None) -> Any:
        """The acknowledgement of `read`, or the code of its refusal."""
        return await self.send_event("read", {"id": notification_id})

    async def send_event(self, event: str, data: Any) -> Any:
        try:
            answer = self._push.received(self, event, [data])  # type: ignore[arg-type]  # as much of a socket as it needs
            return await answer if isinstance(answer, Awaitable) else answer
        except AppError as error:
            return error.code

    def events(self, *names: str) -> list[dict[str, Any]]:
        return [data for name, data in self.heard if name in names]

    def titles(self) -> list[str]:
        """What it was told, in order."""
        return [told["title"] for told in self.events("notification")]

    async def hears(self, event: str, times: int = 1) -> list[dict[str, Any]]:
        """What it heard of this event, once it has come so often."""
        async with asyncio.timeout(WITHIN_S):
            while len(self.events(event)) < times:
                self._news.clear()
                await self._news.wait()
        return self.events(event)

    def _hear(self, event: str, data: dict[str, Any]) -> None:
        self.heard.append((event, data))
        self._news.set()


async def connect(push: Push, person: Person | None, token: str | None = None) -> Window:
    """A window that has come in. Raises what it was refused with."""
    window = Window(push)
    auth = {"token": token if person is None else person.token}
    waits = push.connected(window, auth)  # type: ignore[arg-type]  # as much of a socket as it needs
    assert waits is not None
    await waits
    return window
