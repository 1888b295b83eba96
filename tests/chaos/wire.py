"""A lean Socket.IO client over one websocket: it sees every raw frame and can be cut, paused and lost like a phone.

Engine.IO 4 and Socket.IO 5, websocket transport only, text packets only. No reconnecting here: a `Wire` is one
connection; whoever uses it decides when to open the next.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable
from typing import Any

import aiohttp

NAMESPACE = "/games"


class Lost(Exception):
    """The connection ended, or no acknowledgement came in time: the outcome of what was asked is unknown."""


class Refused(Exception):
    """The server answered the Socket.IO CONNECT with an error, which is `args[0]`."""


class Wire:
    """One connection. `hear(name, payload, raw)` is called in order for events and, as `ack:<event>`, for acks."""

    def __init__(self, http: aiohttp.ClientSession, base: str, hear: Callable[[str, Any, str], None]) -> None:
        self._http, self._base, self._hear = http, base, hear
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._asked: dict[int, tuple[str, asyncio.Future[dict[str, Any]]]] = {}
        self._count = 0
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended = asyncio.Event()
        self.awake = asyncio.Event()
        self.awake.set()

    async def open(self, auth: dict[str, Any], patience_s: float = 3.0) -> None:
        """Connect and join the namespace. Raises Lost when that fails, Refused when the server says no."""
        url = self._base.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        try:
            async with asyncio.timeout(patience_s):
                self._ws = await self._http.ws_connect(url, autoping=True, compress=0, max_msg_size=0)
                opening = await self._ws.receive_str()
                if not opening.startswith("0"):
                    raise Lost(f"no Engine.IO open packet: {opening[:100]}")
                await self._ws.send_str(f"40{NAMESPACE},{json.dumps(auth)}")
                self._reader = asyncio.create_task(self._read(self._ws))
                await asyncio.shield(self._connected)
        except (aiohttp.ClientError, OSError, TimeoutError, TypeError) as error:
            self.cut()
            raise Lost(str(error)) from error
        except (Lost, Refused):
            self.cut()
            raise

    async def ask(self, event: str, payload: dict[str, Any], patience_s: float = 4.0) -> dict[str, Any]:
        """Send an event and return its acknowledgement. Raises Lost when none comes."""
        if self._ws is None or self.ended.is_set():
            raise Lost("not connected")
        self._count += 1
        number = self._count
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[number] = (event, future)
        try:
            await self._ws.send_str(f"42{NAMESPACE},{number}{json.dumps([event, payload])}")
            async with asyncio.timeout(patience_s):
                return await future
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Lost(str(error)) from error
        finally:
            self._asked.pop(number, None)

    async def close(self) -> None:
        """Say goodbye and wait until the reader has ended."""
        if self._ws is not None:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._ws.close()
        self.cut()
        if self._reader is not None:
            await asyncio.wait([self._reader])

    def cut(self) -> None:
        """Lose the connection without a word; the reader then ends by itself."""
        if self._ws is not None:
            socket_ = self._ws.get_extra_info("socket")
            if socket_ is not None:
                with contextlib.suppress(OSError):
                    socket_.shutdown(socket.SHUT_RDWR)
        self.awake.set()
        self._end()

    async def _read(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        try:
            while True:
                message = await ws.receive()
                if message.type != aiohttp.WSMsgType.TEXT:
                    return
                await self.awake.wait()
                if self.ended.is_set():
                    continue
                await self._packet(ws, message.data)
        except (aiohttp.ClientError, OSError):
            return
        finally:
            self._end()

    async def _packet(self, ws: aiohttp.ClientWebSocketResponse, text: str) -> None:
        if text == "2":
            await ws.send_str("3")
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
            await ws.close()
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
                await ws.send_str(f"43{NAMESPACE},{number}[]")
            self._hear(data[0], data[1] if len(data) > 1 else {}, text)

    def _end(self) -> None:
        self.ended.set()
        for _, future in self._asked.values():
            if not future.done():
                future.set_exception(Lost("the connection ended"))
        if not self._connected.done():
            self._connected.set_exception(Lost("the connection ended"))
            self._connected.exception()
