"""Socket.IO 5: namespaces over Engine.IO sessions, and the handlers behind them."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from edkit.errors import AppError
from edkit.leaving import Leaving
from edkit.sockets import packets
from edkit.sockets.engine import Engine, new_id
from edkit.sockets.packets import ACK, CONNECT, EVENT, WireError
from edkit.sockets.polling import Polling
from edkit.sockets.session import Session
from edkit.sockets.settings import Counters, SocketSettings
from edkit.sockets.socket import Namespace, Socket, Stage
from edkit.sockets.websocket import WebSocket, websocket_protocol
from edkit.sockets.wheel import CallLater

log = logging.getLogger(__name__)

LEFT = "server shutting down", 1012, "the server is leaving"
SLICE_S, LATE_S, BUSY_S = 0.1, 0.5, 1.0
"""How `disperse` looks at its watch, and how long it waits for clients and for handlers."""


def internal_failure(error: Exception) -> object:
    """The acknowledgement of an event whose handler raised."""
    known = error if isinstance(error, AppError) else AppError()
    return {"ok": False, "error": {"code": known.code, "message": known.message}}


class SocketServer:
    """Serves `namespaces` at `path`. Must be made and used in one event loop; does nothing until a client comes."""

    def __init__(
        self,
        path: str,
        namespaces: Mapping[str, Namespace],
        settings: SocketSettings | None = None,
        *,
        ids: Callable[[], str] = new_id,
        call_later: CallLater | None = None,
    ) -> None:
        self.path = path
        self.counters = Counters()
        self.engine = Engine(settings or SocketSettings(), self.counters, self, ids=ids, call_later=call_later)
        self.asgi = Polling(self.engine)
        self._namespaces = {name.encode(): (name, handlers) for name, handlers in namespaces.items()}
        self._ids = ids
        self._tasks: set[asyncio.Task[None]] = set()

    def websocket_protocol(self) -> type[WebSocket]:
        """What `uvicorn.Config(ws=...)` takes when this is its only socket server."""
        return websocket_protocol({self.path: self.engine})

    def drain(self) -> None:
        """Refuse new sessions (503) from now on; the present ones go on."""
        self.engine.draining = True

    async def disperse(self, spread_s: float, tell: Callable[[Socket, float], None], leaving: Leaving) -> None:
        """Refuse new sessions, give each present one its own moment, evenly spread over the next `spread_s` seconds,
        and end it half a second after that, when its client should have gone by itself. Returns early in a hurry.

        Every socket is told at once how many seconds it has. A handler under way puts off the end of its session by a
        second at most.
        """
        loop, sessions = asyncio.get_running_loop(), self.tell(spread_s, tell)
        began = loop.time()
        for place, session in enumerate(sessions):
            moment = began + spread_s * place / len(sessions) + LATE_S
            while session.is_open and (left := moment + BUSY_S * bool(session.running) - loop.time()) > 0:
                if leaving.hurried:
                    return
                await leaving.pause(min(left, SLICE_S))
            session.close(*LEFT)

    def tell(self, spread_s: float, tell: Callable[[Socket, float], None]) -> Sequence[Session]:
        """Refuse new sessions, and tell every socket after how many seconds its client may come back, one after the
        other within `spread_s`. The sessions in that order."""
        self.drain()
        sessions = list(self.engine.sessions.values())
        for place, session in enumerate(sessions):
            for socket in list(session.channels.values()):
                if isinstance(socket, Socket):
                    tell(socket, spread_s * place / len(sessions))
        return sessions

    async def close(self, *, at_once: int = 500, pause_s: float = 0.05, grace_s: float = 5.0) -> None:
        """End all sessions, `at_once` of them between pauses; clients reconnect by themselves. Waits for handlers that
        still run, and cancels those that need more than `grace_s`."""
        self.drain()
        sessions = list(self.engine.sessions.values())
        for start in range(0, len(sessions), at_once):
            if start:
                await asyncio.sleep(pause_s)
            for session in sessions[start : start + at_once]:
                session.close(*LEFT)
        await asyncio.sleep(0)  # the last `disconnected` calls
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # The engine's upper layer.

    def message(self, session: Session, text: bytes) -> None:
        kind, name, ident, data = packets.parse(text)
        if kind == CONNECT:
            self._connect(session, name, data)
            return
        socket = session.channels.get(name)
        if not isinstance(socket, Socket) or (socket.stage is Stage.CONNECTING and kind == EVENT):
            if not session.channels or socket is not None:
                raise WireError("an event came before CONNECT was answered")
            self.counters.ignored += 1
        elif kind == EVENT:
            if session.line is not None:
                session.started()
                session.line.append(lambda: self._event_in_line(socket, ident, data))
            else:
                self._event(socket, ident, data)
        elif kind == ACK:
            self._acknowledged(socket, int(ident), data)
        else:
            self.leave(socket, "client namespace disconnect")

    def closed(self, session: Session, reason: str) -> None:
        for socket in list(session.channels.values()):
            if isinstance(socket, Socket):
                self.leave(socket, reason)

    def leave(self, socket: Socket, reason: str) -> None:
        """The socket ends; its namespace hears of it in the next turn of the loop."""
        told = socket.stage is Stage.CONNECTED
        socket.end(reason)
        socket.session.channels.pop(socket.namespace.encode(), None)
        if told and socket.session.line is not None:
            socket.session.line.append(lambda: self._tell_disconnected(socket))
        elif told:
            asyncio.get_running_loop().call_soon(self._tell_disconnected, socket)

    # CONNECT

    def _connect(self, session: Session, name: bytes, auth: object) -> None:
        if name in session.channels:
            raise WireError("this session is in the namespace already")
        if name not in self._namespaces:
            session.write(packets.refused(name.decode(errors="replace"), "Invalid namespace", "unknown_namespace"))
            return
        socket = Socket(self, session, self._namespaces[name][0], self._ids())
        session.channels[name] = socket
        try:
            waits = self._namespaces[name][1].connected(socket, auth)
        except Exception as error:
            self._refuse(socket, error)
            return
        if waits is None:
            self._admit(socket)
        else:
            self._spawn(self._connect_later(socket, waits))

    async def _connect_later(self, socket: Socket, waits: Awaitable[None]) -> None:
        try:
            await waits
        except Exception as error:
            self._refuse(socket, error)
        else:
            self._admit(socket)

    def _admit(self, socket: Socket) -> None:
        if socket.stage is Stage.CONNECTING:
            socket.enter()
        else:
            self._tell_disconnected(socket)

    def _refuse(self, socket: Socket, error: Exception) -> None:
        if not isinstance(error, AppError):
            self._report("connected", socket, error)
            error = AppError()
        if socket.stage is Stage.CONNECTING:
            socket.session.write(packets.refused(socket.namespace, error.message, error.code))
            self.leave(socket, "refused")

    # EVENT and ACK

    def _event_in_line(self, socket: Socket, ident: bytes, data: list[Any]) -> None:
        self._event(socket, ident, data)
        socket.session.finished()

    def _advance_line(self, session: Session) -> None:
        """A created task has run its first line: do what came after it, up to the next created task."""
        line, session.line = session.line or deque(), None
        while line and session.line is None:
            line.popleft()()
        if session.line is not None:
            session.line.extend(line)

    def _event(self, socket: Socket, ident: bytes, data: list[Any]) -> None:
        namespace = self._namespaces[socket.namespace.encode()][1]
        try:
            result = namespace.received(socket, data[0], data[1:])
        except Exception as error:
            result = self._failed(socket, error)
        if isinstance(result, Awaitable):
            socket.session.started()
            if isinstance(result, asyncio.Future):
                result.add_done_callback(lambda future: self._event_done(socket, ident, future))
            else:
                socket.session.line = deque()
                self._spawn(self._event_task(socket, ident, result))
        elif ident:
            self._answer(socket, ident, result)

    async def _event_task(self, socket: Socket, ident: bytes, waits: Awaitable[object]) -> None:
        if socket.session.line:
            asyncio.get_running_loop().call_soon(self._advance_line, socket.session)
        else:
            socket.session.line = None
        try:
            result = await waits
        except Exception as error:
            result = self._failed(socket, error)
        finally:
            socket.session.finished()
        if ident:
            self._answer(socket, ident, result)

    def _event_done(self, socket: Socket, ident: bytes, future: "asyncio.Future[object]") -> None:
        socket.session.finished()
        if future.cancelled():
            return
        error = future.exception()
        result = self._failed(socket, error) if isinstance(error, Exception) else future.result()
        if ident:
            self._answer(socket, ident, result)

    def _answer(self, socket: Socket, ident: bytes, result: object) -> None:
        try:
            packet = packets.acknowledgement(socket.namespace, ident, result)
        except TypeError as error:
            packet = packets.acknowledgement(socket.namespace, ident, self._failed(socket, error))
        socket.send(packet)

    def _acknowledged(self, socket: Socket, ident: int, args: list[object]) -> None:
        callback = socket.take_acknowledgement(ident)
        if callback is None:
            self.counters.ignored += 1
            return
        try:
            callback(args[0] if args else None)
        except Exception as error:
            self._report("acknowledged", socket, error)

    # disconnected, tasks and failures

    def _tell_disconnected(self, socket: Socket) -> None:
        namespace = self._namespaces[socket.namespace.encode()][1]
        try:
            waits = namespace.disconnected(socket, socket.reason)
        except Exception as error:
            self._report("disconnected", socket, error)
            return
        if waits is not None:
            self._spawn(self._disconnect_later(socket, waits))

    async def _disconnect_later(self, socket: Socket, waits: Awaitable[None]) -> None:
        try:
            await waits
        except Exception as error:
            self._report("disconnected", socket, error)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _failed(self, socket: Socket, error: Exception) -> object:
        if not isinstance(error, AppError):
            self._report("received", socket, error)
        return internal_failure(error)

    def _report(self, handler: str, socket: Socket, error: Exception) -> None:
        self.counters.failed += 1
        log.error("socket_handler_failed: %s of %s", handler, socket.namespace, exc_info=error)
