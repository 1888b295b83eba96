"""A lean Socket.IO client for many connections in one process: reads one command per line, prints one result per line.

    {"do": "connect", "count": 1000}
    {"do": "call", "event": "answer", "body": {"questionId": 1}, "count": 64, "seconds": 4}
    {"do": "send", "event": "bcast", "body": {"room": "a", "n": 1}, "until": {"question": 1000}}
    {"do": "close"}

`%n` inside a body becomes the number of the connection, `%u` a number that is used once. Every result carries `busy`,
the share of a core this client used: near 1 the client, and no longer the server, sets the pace.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, cast

import uvloop

NAMESPACE = b"/games"
EVENT = b'42/games,["'
WAIT_S = 120.0

Done = Callable[[bytes], None]
Result = dict[str, Any]


def text_frame(text: bytes, mask: bytes) -> bytes:
    """One masked websocket text frame, as a browser sends it."""
    size = len(text)
    pad = (mask * (size // 4 + 1))[:size]
    payload = (int.from_bytes(text, "little") ^ int.from_bytes(pad, "little")).to_bytes(size, "little")
    if size < 126:
        return bytes((0x81, 0x80 | size)) + mask + payload
    return b"\x81\xfe" + size.to_bytes(2, "big") + mask + payload


class Tally:
    """Counts the events of all connections by name, and says when as many as expected have come.

    An expectation goes on from the last one: events that came in between count for the next.
    """

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()
        self._expected: Counter[bytes] = Counter()
        self._reached: asyncio.Future[None] | None = None

    def count(self, name: bytes) -> None:
        self._seen[name] += 1
        if name in self._expected:
            self._look()

    def expect(self, more: dict[str, int]) -> "asyncio.Future[None]":
        """Done when as many more of each event have arrived."""
        self._expected.update({name.encode(): number for name, number in more.items()})
        self._reached = asyncio.get_running_loop().create_future()
        self._look()
        return self._reached

    def _look(self) -> None:
        if self._reached is not None and not self._reached.done() and self._expected <= self._seen:
            self._reached.set_result(None)


class Connection(asyncio.Protocol):
    """One websocket in the namespace /games."""

    def __init__(self, host: str, auth: object, tally: Tally) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = (
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self._auth = b"40/games," + (json.dumps(auth).encode() if auth else b"")
        self._tally = tally
        self._mask = os.urandom(4)
        self._held = b""
        self._upgraded = False
        self._waiting: dict[int, Done] = {}
        self._idents = count()
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"closed before it was ready: {exc}"))

    def close(self) -> None:
        self._transport.abort()

    def call(self, event: str, body: str, done: Done) -> None:
        """Send an event; `done` gets the bytes of the acknowledgement."""
        ident = next(self._idents)
        self._waiting[ident] = done
        self._send(f'42/games,{ident}["{event}",{body}]'.encode())

    def _send(self, text: bytes) -> None:
        self._transport.write(text_frame(text, self._mask))

    def data_received(self, data: bytes) -> None:
        if self._held:
            data = self._held + data
            self._held = b""
        at, end = 0, len(data)
        if not self._upgraded:
            at = data.find(b"\r\n\r\n") + 4
            if at < 4:
                self._held = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(ConnectionError(data[:200].decode(errors="replace")))
                return
            self._upgraded = True
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start + size > end:
                break
            if data[start : start + 11] == EVENT:
                self._tally.count(data[start + 11 : data.index(b'"', start + 11)])
            elif data[at] & 15 == 1:
                self._other(data[start : start + size])
            at = start + size
        if at < end:
            self._held = data[at:]

    def _other(self, text: bytes) -> None:
        if text == b"2":
            self._send(b"3")
        elif text.startswith(b"43/games,"):
            split = text.index(b"[")
            self._waiting.pop(int(text[9:split]))(text[split + 1 : -1])
        elif text.startswith(b"42/games,"):  # the server asks for an acknowledgement
            split = text.index(b"[")
            self._tally.count(text[split + 2 : text.index(b'"', split + 2)])
            self._send(b"43/games," + text[9:split] + b"[]")
        elif text.startswith(b"0"):
            self._send(self._auth)
        elif text.startswith(b"40/games,"):
            if not self.ready.done():
                self.ready.set_result(None)
        elif not self.ready.done():
            self.ready.set_exception(ConnectionError(text.decode(errors="replace")))


class Client:
    """All connections of this process."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._tally = Tally()
        self._connections: list[Connection] = []
        self._unique = count(1)

    async def run(self, command: Result) -> Result:
        do = command.pop("do")
        works: dict[str, Callable[..., Awaitable[Result]]] = {
            "connect": self.connect, "call": self.call, "send": self.send, "wait": self.wait, "close": self.close,
        }  # fmt: skip
        wall, busy = time.perf_counter(), time.process_time()
        try:
            result = await asyncio.wait_for(works[do](**command), WAIT_S)
        except TimeoutError:
            lost = sum(connection.lost for connection in self._connections)
            raise RuntimeError(f"not done after {WAIT_S:.0f} s; the server has closed {lost} connections") from None
        seconds = time.perf_counter() - wall
        return {"seconds": seconds, "busy": (time.process_time() - busy) / seconds, **result}

    async def connect(self, count: int, window: int = 50, auth: object = None) -> Result:
        """Open as many more connections, `window` at a time. One that fails fails the command."""
        loop = asyncio.get_running_loop()
        waiting = iter(range(count))

        async def worker() -> None:
            for _ in waiting:
                connection = Connection(f"{self._host}:{self._port}", auth, self._tally)
                await loop.create_connection(lambda made=connection: made, self._host, self._port)
                await connection.ready
                self._connections.append(connection)

        await asyncio.gather(*(worker() for _ in range(window)))
        return {"open": len(self._connections)}

    async def call(
        self, event: str, body: object, count: int, first: int = 0, window: int = 64, seconds: float | None = None
    ) -> Result:
        """Call once on each of `count` connections, `window` at a time; or, with `seconds`, again and again on each.

        `answer` is the last acknowledgement.
        """
        chosen = self._connections[first : first + count]
        template = json.dumps(body)
        took: list[float] = []
        refused: list[str] = []
        end = None if seconds is None else time.perf_counter() + seconds
        queue = iter(enumerate(chosen, first))
        all_done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        active, last = 0, b"null"

        def start(number: int, connection: Connection) -> None:
            text = template
            if "%" in template:
                text = template.replace("%n", str(number)).replace("%u", str(next(self._unique)))
            sent = time.perf_counter()

            def done(answer: bytes) -> None:
                nonlocal active, last
                took.append(time.perf_counter() - sent)
                last = answer
                if not answer.startswith(b'{"ok":true'):
                    refused.append(answer.decode())
                if end is not None and time.perf_counter() < end:
                    start(number, connection)
                    return
                following = next(queue, None) if end is None else None
                if following is not None:
                    start(*following)
                    return
                active -= 1
                if active == 0:
                    all_done.set_result(None)

            connection.call(event, text, done)

        begun = time.perf_counter()
        active = min(len(chosen), window if end is None else len(chosen))
        for _ in range(active):
            start(*next(queue))
        await all_done
        return {
            "calls": len(took),
            "per_second": len(took) / (time.perf_counter() - begun),
            "took_ms": [round(each * 1000, 3) for each in took],
            "refused": len(refused),
            "refusal": refused[0] if refused else None,
            "answer": json.loads(last),
        }

    async def send(self, event: str, body: object, until: dict[str, int], first: int = 0) -> Result:
        """Call once on one connection, and wait until as many more events have come to all connections together."""
        reached = self._tally.expect(until)
        result = await self.call(event, body, 1, first)
        await reached
        return result

    async def wait(self, until: dict[str, int]) -> Result:
        """Wait until as many more events have come to all connections together."""
        await self._tally.expect(until)
        return {}

    async def close(self) -> Result:
        """End all connections at once."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        return {"open": 0}


async def main() -> None:
    client = Client("127.0.0.1", int(sys.argv[1]))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            result = await client.run(json.loads(line))
        except Exception as error:  # told to the other end of the pipe, which stops the run
            result = {"error": repr(error)}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
