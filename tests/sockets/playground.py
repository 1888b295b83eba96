"""A running server, an application behind it, a clock moved by hand, and a client that may break every rule."""

import asyncio
import base64
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
import uvicorn
from uvicorn.server import ServerState

from edkit.errors import Unauthenticated
from edkit.sockets import Socket, SocketServer, SocketSettings, encode, fanout, websocket_protocol
from edkit.sockets.http import PunctualHttp
from edkit.sockets.wheel import CallLater


class Classroom:
    """An application that does whatever its clients ask for, and remembers what it was told."""

    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self.heard: list[tuple[str, list[object]]] = []
        self.finished: list[object] = []
        self.ended: list[tuple[str, str]] = []
        self.answers: list[object] = []
        self.gate = asyncio.Event()
        self.auths: list[object] = []

    def connected(self, socket: Socket, auth: object) -> Awaitable[None] | None:
        self.auths.append(auth)
        if auth == {"token": "expired"}:
            raise Unauthenticated("This token has expired.", code="token_expired")
        if auth == {"token": "broken"}:
            raise ZeroDivisionError
        if auth == {"token": "slow"}:
            return self._admit_later(socket)
        socket.emit("state", {"seq": 7})
        self.sockets.add(socket)
        return None

    async def _admit_later(self, socket: Socket) -> None:
        socket.emit("state", {"seq": 8})
        await self.gate.wait()
        self.sockets.add(socket)

    def received(self, socket: Socket, event: str, args: list[object]) -> Awaitable[object] | object:
        self.heard.append((event, args))
        match event:
            case "later":
                return self._later(args)
            case "future":
                future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
                asyncio.get_running_loop().call_soon(future.set_result, {"ok": True, "args": args})
                return future
            case "boom":
                raise ZeroDivisionError
            case "nonsense":
                return {1, 2}
            case "ask":
                socket.emit("probe", {"n": 1}, acknowledged=self.answers.append)
            case "kick":
                socket.emit("kicked", {"ban": False})
                socket.disconnect()
            case "broadcast":
                fanout(self.sockets, encode(socket.namespace, "question", {"text": "Wie spät ist es?"}))
        return {"ok": True, "args": args}

    async def _later(self, args: list[object]) -> object:
        self.heard.append(("begun", args))
        await self.gate.wait()
        self.finished.append(args)
        return {"ok": True, "args": args}

    def disconnected(self, socket: Socket, reason: str) -> None:
        self.sockets.discard(socket)
        self.ended.append((socket.id, reason))


@dataclass
class Served:
    """A server on a free port of this machine."""

    server: SocketServer
    room: Classroom
    notes: Classroom
    port: int
    web: ServerState

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def serving(
    settings: SocketSettings | None = None,
    *,
    call_later: CallLater | None = None,
    send_buffer: int | None = None,
    http: type[PunctualHttp] = PunctualHttp,
) -> AsyncIterator[Served]:
    """Serve `/games` and `/notes` at `/socket.io/` under uvicorn's protocols, as the product does.

    `send_buffer` shrinks the kernel's.
    """
    room, notes = Classroom(), Classroom()
    server = SocketServer("/socket.io/", {"/games": room, "/notes": notes}, settings, call_later=call_later)

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        assert scope["path"].startswith(server.path)
        await server.asgi(scope, receive, send)

    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    if send_buffer is not None:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    config = uvicorn.Config(
        app,
        http=http,
        ws=websocket_protocol({server.path: server.engine}),
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    accepting = await loop.create_server(lambda: http(config, state, {}), sock=listening)
    try:
        yield Served(server, room, notes, listening.getsockname()[1], state)
    finally:
        await server.close()
        while Raw.dialled:
            Raw.dialled.pop().hang_up()
        for connection in list(state.connections):
            connection.transport.abort()
        await until(lambda: not state.connections and not state.tasks)
        accepting.close()
        await accepting.wait_closed()


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Let the loop run until the condition holds. Fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


class Hands:
    """A `call_later` whose time passes only when told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def __call__(self, delay: float, callback: Callable[[], None], /) -> object:
        self.waiting.append((self.now + delay, callback))
        return None

    async def advance(self, seconds: float) -> None:
        """Pass time tick by tick, letting peers act after each."""
        end = self.now + seconds
        while due := [entry for entry in self.waiting if entry[0] <= end + 1e-6]:
            entry = min(due, key=lambda each: each[0])
            self.waiting.remove(entry)
            self.now = entry[0]
            entry[1]()
            await asyncio.sleep(0.003)
        self.now = end


def frame(payload: bytes, *, first: int = 0x81, mask: bytes = b"\x01\x02\x03\x04", size: int | None = None) -> bytes:
    """A client's frame. `size` lies about the payload's length."""
    declared = len(payload) if size is None else size
    if declared < 126:
        head = bytes((first, 0x80 | declared))
    elif declared < 65_536:
        head = bytes((first, 0x80 | 126)) + declared.to_bytes(2, "big")
    else:
        head = bytes((first, 0x80 | 127)) + declared.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


class Raw:
    """A websocket client made of bytes. It hangs up when its server ends, at the latest."""

    dialled: ClassVar[list["Raw"]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.dialled.append(self)

    @classmethod
    async def dial(cls, port: int, *, receive_buffer: int | None = None) -> "Raw":
        plain = socket.socket()
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
        return cls(*await asyncio.open_connection(sock=plain, limit=2**16))

    @classmethod
    async def open(
        cls, port: int, query: str = "EIO=4&transport=websocket", *, receive_buffer: int | None = None, **headers: str
    ) -> "Raw":
        """Past the handshake, the OPEN packet still unread."""
        raw = await cls.dial(port, receive_buffer=receive_buffer)
        status, _ = await raw.shake(query, **headers)
        assert status == 101
        return raw

    @classmethod
    async def join(cls, port: int, namespace: str = "/games", *, receive_buffer: int | None = None) -> "Raw":
        """In a namespace, its CONNECT and `state` read."""
        raw = await cls.open(port, receive_buffer=receive_buffer)
        assert (await raw.text()).startswith("0{")
        await raw.say(f"40{namespace},")
        assert (await raw.text()).startswith(f"40{namespace},")
        assert (await raw.text()).startswith(f"42{namespace},")
        return raw

    async def shake(self, query: str, path: str = "/socket.io/", **headers: str) -> tuple[int, bytes]:
        """Ask for the upgrade; a header named None is left out. Returns the status and the body of a refusal."""
        fields = {
            "Host": "127.0.0.1",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{name}: {value}" for name, value in fields.items() if value]
        self.writer.write("\r\n".join([f"GET {path}?{query} HTTP/1.1", *lines, "", ""]).encode("latin-1"))
        return await self.answer()

    async def answer(self) -> tuple[int, bytes]:
        """One HTTP answer: its status and body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next((line.split(":")[1] for line in head.split("\r\n") if line.startswith("content-length")), "0")
        return int(head.split(" ")[1]), await self.reader.readexactly(int(length))

    async def say(self, *texts: str) -> None:
        self.writer.write(b"".join(frame(text.encode()) for text in texts))
        await self.writer.drain()

    async def hear(self) -> tuple[int, bytes]:
        """The next frame: its first byte and payload. Raises `IncompleteReadError` when the server has hung up."""
        async with asyncio.timeout(5):
            first, size = await self.reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2), "big")
            elif size == 127:
                size = int.from_bytes(await self.reader.readexactly(8), "big")
            return first, await self.reader.readexactly(size)

    async def text(self) -> str:
        first, payload = await self.hear()
        assert first == 0x81, (first, payload)
        return payload.decode()

    async def closed_with(self) -> tuple[int, str]:
        """The code and reason of the server's close frame, whatever comes before it."""
        while True:
            first, payload = await self.hear()
            if first == 0x88:
                return int.from_bytes(payload[:2], "big"), payload[2:].decode()

    async def hung_up(self) -> bool:
        """Waits until the server has closed the connection."""
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):
                while await self.reader.read(65_536):
                    pass
        return True

    def hang_up(self) -> None:
        self.writer.transport.abort()


def event(name: str, *args: object, ident: int | None = None, namespace: str = "/games") -> str:
    """An EVENT as a client writes it."""
    number = "" if ident is None else str(ident)
    return f"42{namespace},{number}" + orjson.dumps([name, *args]).decode()
