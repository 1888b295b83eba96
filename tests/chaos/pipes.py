"""The two transports of Engine.IO 4 as the harness speaks them: a websocket, and long polling for school proxies.

A pipe carries text packets. `server` is who answers, as the balancer says. What ends a connection comes
out of `receive` as None and out of `send` as an exception of `BROKEN`.
"""

import asyncio
import contextlib
import itertools
import json
import socket
from collections import deque
from typing import Protocol

import aiohttp

COOKIE = "edtech_server"
BETWEEN = "\x1e"
BROKEN = (aiohttp.ClientError, OSError, TimeoutError)


class Pipe(Protocol):
    """One Engine.IO connection, opened."""

    server: str
    opening: str

    async def send(self, packet: str) -> None:
        """Send one packet."""

    async def receive(self) -> str | None:
        """The next packet; None once it has ended."""

    async def close(self) -> None:
        """Say goodbye."""

    def cut(self) -> None:
        """Be gone without a word."""


class WebPipe:
    """A websocket."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, opening: str) -> None:
        self._ws, self.opening = ws, opening
        self.server = _server(ws._response)

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, base: str) -> "WebPipe":
        url = base.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        ws = await http.ws_connect(url, autoping=True, compress=0, max_msg_size=0)
        try:
            return cls(ws, await ws.receive_str())
        except TypeError as error:  # it was closed instead
            raise aiohttp.ClientError("no opening") from error
        except BaseException:
            _shut(ws)
            raise

    async def send(self, packet: str) -> None:
        await self._ws.send_str(packet)

    async def receive(self) -> str | None:
        message = await self._ws.receive()
        return message.data if message.type == aiohttp.WSMsgType.TEXT else None

    async def close(self) -> None:
        await self._ws.close()

    def cut(self) -> None:
        _shut(self._ws)


class PollPipe:
    """Long polling: a GET that waits for packets, and a POST for each that is sent, one after another."""

    def __init__(self, http: aiohttp.ClientSession, url: str, server: str, opening: str, more: list[str]) -> None:
        self._http, self._url, self.server, self.opening = http, url, server, opening
        self._come = deque(more)
        self._headers = {"Cookie": f"{COOKIE}={server}"} if server else {}
        self._sending = asyncio.Lock()
        self._asking: asyncio.Task[list[str]] | None = None
        self._gone = False
        self._polls = itertools.count(1)

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, base: str) -> "PollPipe":
        url = base + "/socket.io/?EIO=4&transport=polling"
        async with http.get(url) as answer:
            if answer.status != 200:
                raise aiohttp.ClientError(f"{answer.status}")
            opening, *more = (await answer.text()).split(BETWEEN)
            sid = json.loads(opening[1:])["sid"] if opening.startswith("0") else ""
            return cls(http, f"{url}&sid={sid}", _server(answer), opening, more)

    async def send(self, packet: str) -> None:
        async with self._sending:
            if self._gone:
                raise aiohttp.ClientError("gone")
            async with self._http.post(self._url, data=packet.encode(), headers=self._headers) as answer:
                if answer.status != 200:
                    self.cut()
                    raise aiohttp.ClientError(f"{answer.status}")

    async def receive(self) -> str | None:
        while not self._come:
            if self._gone:
                return None
            self._asking = asyncio.create_task(self._poll())
            await asyncio.wait([self._asking])
            if self._asking.cancelled() or self._asking.exception() is not None:
                self._gone = True
                return None
            self._come += self._asking.result()
        return self._come.popleft()

    async def close(self) -> None:
        with contextlib.suppress(*BROKEN):
            await self.send("1")
        self.cut()

    def cut(self) -> None:
        self._gone = True
        if self._asking is not None:
            self._asking.cancel()

    async def _poll(self) -> list[str]:
        # Each has its mark, as those of stock clients: aiohttp repeats a GET by itself, as browsers do.
        url, patience = f"{self._url}&t={next(self._polls)}", aiohttp.ClientTimeout(60)
        async with self._http.get(url, headers=self._headers, timeout=patience) as answer:
            if answer.status != 200:
                raise aiohttp.ClientError(f"{answer.status}")
            return (await answer.text()).split(BETWEEN)


def _server(answer: aiohttp.ClientResponse) -> str:
    return answer.headers.get("x-served-by", "")


def _shut(ws: aiohttp.ClientWebSocketResponse) -> None:
    line = ws.get_extra_info("socket")
    if line is not None:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
