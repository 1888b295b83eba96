"""RFC 6455 for servers, on asyncio's own transports: no task, no queue and no extension per connection."""

import asyncio
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, ClassVar, cast

from edkit.sockets import frames, handshake
from edkit.sockets.admission import Caller, Refusal, bad_request, unknown_session, unknown_transport
from edkit.sockets.engine import Engine
from edkit.sockets.packets import Packet, WireError
from edkit.sockets.session import Session

WHOLE_TEXT = frames.FINAL | frames.TEXT
LARGEST_HEAD = 32 * 1024

# What one connection may have read in one turn of the loop before everybody else has theirs.
FRAMES_A_TURN = 64
BYTES_A_TURN = 32 * 1024
PROBE, PROBED, UPGRADE = b"2probe", Packet(b"3probe").frame, b"5"


class Phase(Enum):
    HANDSHAKE = auto()
    PROBING = auto()  # open, but the session is still carried by polling
    OPEN = auto()
    CLOSING = auto()  # our close frame is out, the peer's is awaited
    DEAF = auto()  # the peer broke the protocol: its bytes have no meaning any more
    CLOSED = auto()


class WebSocket(asyncio.Protocol):
    """One connection, from the upgrade request on. Made by uvicorn; told apart by path in `engines`."""

    __slots__ = ("_buffer", "_connections", "_fragments", "_need", "_paused", "_phase", "_session", "transport")

    engines: ClassVar[Mapping[str, Engine]] = {}

    def __init__(self, config: Any = None, server_state: Any = None, app_state: Any = None, _loop: Any = None) -> None:
        self._connections: set[Any] | None = None if server_state is None else server_state.connections
        self.transport: asyncio.Transport
        self._session: Session | None = None
        self._phase = Phase.HANDSHAKE
        self._buffer: bytearray | None = None  # bytes of a frame that is not whole yet
        self._need = 0  # how many bytes the buffer must hold before looking again is worth it
        self._fragments: bytearray | None = None  # a text message whose last frame has not come yet
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        if self._connections is not None:
            self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connections is not None:
            self._connections.discard(self)
        self._part("transport error" if exc else "transport close")
        self._phase = Phase.CLOSED
        if self._session is not None:
            self._session.websocket = None
            self._session = None

    def shutdown(self) -> None:
        """uvicorn is leaving: the client is told to come back (1012)."""
        if self._phase is Phase.OPEN and self._session is not None:
            self._session.close("server shutting down", 1012, "the server is leaving")
        elif self._phase in (Phase.HANDSHAKE, Phase.PROBING):
            self.transport.close()

    def close(self, code: int, message: str = "") -> None:
        """Send a close frame; the connection ends when the peer's comes, or after `closing_timeout_ms`."""
        self._say_goodbye(Phase.CLOSING, code, message)

    def abort(self) -> None:
        if self._phase is not Phase.CLOSED:
            self._phase = Phase.CLOSED
            self.transport.abort()

    def pause(self) -> None:
        """Read nothing more for now; frames already received wait, too."""
        if not self._paused and self._phase is Phase.OPEN:
            self._paused = True
            self.transport.pause_reading()

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            if self._phase is not Phase.CLOSED:
                self.transport.resume_reading()
                self._need = 0
                self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        buffer: bytes | bytearray = data
        if self._buffer is not None:
            self._buffer += data
            buffer = self._buffer
        if len(buffer) < self._need or self._paused:
            if self._buffer is None:
                self._buffer = bytearray(buffer)
            return
        if self._phase is Phase.HANDSHAKE:
            self._shake_hands(bytes(buffer))
            return
        try:
            rest = self._read(buffer)
        except WireError as error:
            self._fail(error)
            return
        self._buffer = bytearray(buffer[rest:]) if rest < len(buffer) else None
        if len(data) >= BYTES_A_TURN:
            self._rest()

    def _rest(self) -> None:
        """Let others have their turn: the event loop reads megabytes from one connection at a time if it is let."""
        if not self._paused and self._phase in (Phase.OPEN, Phase.PROBING):
            self._paused = True
            self.transport.pause_reading()
            asyncio.get_running_loop().call_soon(self._rested)

    def _rested(self) -> None:
        session = self._session
        if session is None or session.running < session.host.settings.max_running:
            self.resume()

    def _shake_hands(self, data: bytes) -> None:
        """Answer the upgrade request, which uvicorn hands over whole."""
        head, end, rest = data.partition(b"\r\n\r\n")
        try:
            if len(head) > LARGEST_HEAD:
                raise bad_request("The request head is too large")
            if not end:
                self._buffer, self._need = bytearray(data), len(data) + 1
                return
            peer = self.transport.get_extra_info("peername")
            path, key, caller = handshake.read(head, peer[0] if isinstance(peer, tuple) else "")
            engine = self.engines.get(path)
            if engine is None:
                raise Refusal(HTTPStatus.NOT_FOUND, 3, "No socket is served at this path")
            self._open(engine, key, caller)
        except Refusal as refusal:
            self._phase = Phase.CLOSED
            self.transport.write(handshake.refuse(refusal))
            self.transport.close()
            return
        self._buffer = None
        if rest:
            self.data_received(rest)

    def _open(self, engine: Engine, key: str, caller: Caller) -> None:
        try:
            engine.admission.check_origin(caller)
            engine.admission.check_protocol(caller)
            if caller.query.get("transport") != "websocket":
                raise unknown_transport()
            session_id = caller.query.get("sid")
            session = engine.open_websocket(caller) if session_id is None else _upgradable(engine, session_id)
        except Refusal:
            engine.counters.refused += 1
            raise
        self._session = session
        if session.mailbox is None:
            self._phase = Phase.OPEN
            self.transport.write(handshake.accept(key) + engine.greeting(session).frame)
            session.carry_by(self, self.transport)
        else:
            self._phase = Phase.PROBING
            session.mailbox.upgrading = True
            self.transport.write(handshake.accept(key))
            engine.after(engine.settings.upgrade_timeout_ms, self._give_up_probing)

    def _give_up_probing(self) -> None:
        if self._phase is Phase.PROBING:
            self.transport.abort()

    def _read(self, data: bytes | bytearray) -> int:
        """Act on every whole frame; returns where the first unfinished one begins. Raises `WireError`."""
        at, end = 0, len(data)
        limit = 0 if self._session is None else self._session.host.settings.max_payload
        self._need = 2
        turn = FRAMES_A_TURN
        while end - at >= 2 and not self._paused:
            if turn == 0:
                self._rest()
                return at
            turn -= 1
            if self._phase is Phase.DEAF or self._phase is Phase.CLOSED:
                return end
            first, second = data[at], data[at + 1]
            size, body = second & 0x7F, at + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                if end - body < width:
                    self._need = 2 + width
                    return at
                size = int.from_bytes(data[body : body + width], "big")
                body += width
                if size < (126 if width == 2 else 65_536):
                    raise WireError("a frame's length must be written in the fewest bytes")
            frames.check(first, second, size, self._fragments is not None, limit - len(self._fragments or b""))
            stop = body + 4 + size
            if stop > end:
                self._need = stop - at
                return at
            payload = frames.unmask(data[body + 4 : stop], data[body : body + 4])
            at = stop
            if first == WHOLE_TEXT:
                self._message(payload)
            else:
                self._rare_frame(first & 0x0F, bool(first & frames.FINAL), payload)
        return at

    def _rare_frame(self, opcode: int, final: bool, payload: bytes) -> None:
        if self._session is not None:
            self._session.count()
        if opcode == frames.TEXT:
            self._fragments = bytearray(payload)
        elif opcode == frames.CONTINUATION:
            assert self._fragments is not None
            self._fragments += payload
            if final:
                whole, self._fragments = bytes(self._fragments), None
                self._message(whole)
        elif opcode == frames.PING:
            self._pong(payload)
        elif opcode == frames.CLOSE:
            self._peer_closes(payload)

    def _message(self, text: bytes) -> None:
        frames.check_text(text)
        session = self._session
        if self._phase is Phase.OPEN:
            session.receive(text)  # type: ignore[union-attr]  # an open websocket has a session
        elif self._phase is Phase.PROBING:
            assert session is not None
            self._probe(session, text)

    def _probe(self, session: Session, text: bytes) -> None:
        session.count()
        mailbox = session.mailbox
        if mailbox is None or not session.is_open:
            raise WireError("the session has gone")
        if text == PROBE:
            self.transport.write(PROBED)
            mailbox.release()
        elif text == UPGRADE:
            self._phase = Phase.OPEN
            session.carry_by(self, self.transport)
        else:
            raise WireError("a probing websocket says 2probe, then 5")

    def _pong(self, payload: bytes) -> None:
        if self._phase in (Phase.OPEN, Phase.PROBING) and self._session is not None:
            if self.transport.get_write_buffer_size() > self._session.host.settings.skip_above:
                return  # it reads no answers anyway
            self.transport.write(frames.control(frames.PONG, payload))

    def _peer_closes(self, payload: bytes) -> None:
        code = frames.close_code(payload)
        self._part("transport close")
        self._say_goodbye(Phase.CLOSED, code)
        self._phase = Phase.CLOSED
        self.transport.close()

    def _fail(self, error: WireError) -> None:
        """Tell the peer what it did wrong, then listen no more until it hangs up."""
        self._buffer = self._fragments = None
        self._need = 0
        if self._phase in (Phase.OPEN, Phase.PROBING) and self._session is not None:
            self._session.host.counters.malformed += 1
        self._part("parse error")
        self._say_goodbye(Phase.DEAF, error.code, str(error))
        self._phase = Phase.DEAF

    def _part(self, reason: str) -> None:
        """This connection carries its session no more: it ends, or stays with its poller if we were only probing."""
        session = self._session
        if session is None:
            return
        if self._phase is Phase.OPEN:
            session.lost(reason)
        elif self._phase is Phase.PROBING and session.mailbox is not None:
            session.mailbox.upgrading = False

    def _say_goodbye(self, phase: Phase, code: int, message: str = "") -> None:
        session = self._session
        if self._phase not in (Phase.OPEN, Phase.PROBING) or session is None:
            return
        self._phase = phase
        self.transport.write(frames.close(code, message))
        session.host.after(session.host.settings.closing_timeout_ms, self.transport.abort)
        if self._paused:
            asyncio.get_running_loop().call_soon(self.resume)


def _upgradable(engine: Engine, session_id: str) -> Session:
    session = engine.sessions.get(session_id)
    if session is None or not session.is_open:
        raise unknown_session()
    if session.mailbox is None or session.mailbox.upgrading:
        raise bad_request("This session is a websocket already, or about to be one")
    return session


def websocket_protocol(engines: Mapping[str, Engine]) -> type[WebSocket]:
    """What `uvicorn.Config(ws=...)` takes: websockets for these paths, with or without the last slash; others get 404.

    Every websocket of that uvicorn comes here; an ASGI application sees none.
    """
    table = {path.rstrip("/") + slash: engine for path, engine in engines.items() for slash in ("", "/")}

    class RoutedWebSocket(WebSocket):
        __slots__ = ()
        engines = table

    return RoutedWebSocket


def joined(protocols: Iterable[type[WebSocket]]) -> type[WebSocket]:
    """One protocol for the paths of all: several services share one uvicorn."""
    return websocket_protocol({path: engine for each in protocols for path, engine in each.engines.items()})
