"""A lean Socket.IO client over one pipe: it sees every raw frame and can be cut, paused and lost like a phone.

Engine.IO 4 and Socket.IO 5, text packets only. No reconnecting here: a `Wire` is one connection; whoever uses it
decides when to open the next.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.chaos.pipes import BROKEN, Pipe, PollPipe, WebPipe

NAMESPACE = "/games"


class Lost(Exception):
    """The connection ended, or no acknowledgement came in time: the outcome of what was asked is unknown."""


class Refused(Exception):
    """The server answered the Socket.IO CONNECT with an error, which is `args[0]`."""


class Wire:
    """One connection. `hear(name, payload, raw)` is called in order for events and, as `ack:<event>`, for acks."""

    def __init__(
        self, http: aiohttp.ClientSession, base: str, hear: Callable[[str, Any, str], None], *, polling: bool = False
    ) -> None:
        self._http, self._base, self._hear, self._polling = http, base, hear, polling
        self._pipe: Pipe | None = None
        self._reader: asyncio.Task[None] | None = None
        self._asked: dict[int, tuple[str, asyncio.Future[dict[str, Any]]]] = {}
        self._count = 0
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended = asyncio.Event()
        self.awake = asyncio.Event()
        self.awake.set()

    async def open(self, auth: dict[str, Any], patience_s: float = 5.0) -> None:
        """Connect and join the namespace. Raises Lost when that fails, Refused when the server says no."""
        try:
            async with asyncio.timeout(patience_s):
                self._pipe = await (PollPipe if self._polling else WebPipe).open(self._http, self._base)
                if not self._pipe.opening.startswith("0"):
                    raise Lost(f"no Engine.IO open packet: {self._pipe.opening[:100]}")
                self._reader = asyncio.create_task(self._read(self._pipe))
                await self._pipe.send(f"40{NAMESPACE},{json.dumps(auth)}")
                await asyncio.shield(self._connected)
        except BROKEN as error:
            self.cut()
            raise Lost(str(error)) from error
        except (Lost, Refused):
            self.cut()
            raise

    @property
    def server(self) -> str:
        """Who is at the other end, if the balancer said so."""
        return self._pipe.server if self._pipe is not None else ""

    async def ask(self, event: str, payload: dict[str, Any], patience_s: float = 4.0) -> dict[str, Any]:
        """Send an event and return its acknowledgement. Raises Lost when none comes."""
        if self._pipe is None or self.ended.is_set():
            raise Lost("not connected")
        self._count += 1
        number = self._count
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[number] = (event, future)
        try:
            async with asyncio.timeout(patience_s):
                await self._pipe.send(f"42{NAMESPACE},{number}{json.dumps([event, payload])}")
                return await future
        except BROKEN as error:
            raise Lost(str(error)) from error
        finally:
            self._asked.pop(number, None)
            if future.done() and not future.cancelled():
                future.exception()  # it was looked at

    async def close(self) -> None:
        """Say goodbye and wait until the reader has ended."""
        if self._pipe is not None:
            with contextlib.suppress(*BROKEN):
                async with asyncio.timeout(1):
                    await self._pipe.close()
        self.cut()
        if self._reader is not None:
            await asyncio.wait([self._reader])

    def cut(self) -> None:
        """Lose the connection without a word; the reader then ends by itself."""
        if self._pipe is not None:
            self._pipe.cut()
        self.awake.set()
        self._end()

    async def _read(self, pipe: Pipe) -> None:
        try:
            while (packet := await pipe.receive()) is not None:
                await self.awake.wait()
                if not self.ended.is_set():
                    await self._packet(pipe, packet)
        except BROKEN:
            return
        finally:
            self._end()

    async def _packet(self, pipe: Pipe, text: str) -> None:
        if text == "2":
            await pipe.send("3")
            return
        prefix, body = text[:2], text[2:]
        if body.startswith(NAMESPACE + ","):
            body = body[len(NAMESPACE) + 1 :]
        if prefix == "40":
            if not self._connected.done():
                self._connected.set_result(None)
        elif prefix == "44":
            if not self._connected.done():
                self._connected.set_exception(Refused(json.loads(body)))
        elif prefix == "41":
            await pipe.close()
        elif prefix in ("42", "43"):
            digits = len(body) - len(body.lstrip("0123456789"))
            number, data = body[:digits], json.loads(body[digits:])
            if prefix == "43":
                event, future = self._asked.get(int(number), ("?", None))
                self._hear(f"ack:{event}", data[0] if data else {}, text)
                if future is not None and not future.done():
                    future.set_result(data[0] if data else {})
                return
            if number:
                await pipe.send(f"43{NAMESPACE},{number}[]")
            self._hear(data[0], data[1] if len(data) > 1 else {}, text)

    def _end(self) -> None:
        self.ended.set()
        for _, future in self._asked.values():
            if not future.done():
                future.set_exception(Lost("the connection ended"))
        if not self._connected.done():
            self._connected.set_exception(Lost("the connection ended"))
            self._connected.exception()
