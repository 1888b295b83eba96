"""What an application sees of a client, and what it must be to serve one."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Any, Protocol

from edkit.sockets import packets
from edkit.sockets.packets import Packet
from edkit.sockets.session import Session

Acknowledged = Callable[[object], None]


class Stage(Enum):
    CONNECTING = auto()
    CONNECTED = auto()
    LEFT = auto()


class Owner(Protocol):
    """What a socket needs of the server it lives in."""

    def leave(self, socket: "Socket", reason: str) -> None: ...


class Socket:
    """One client in one namespace.

    `id` is public, `state` belongs to the namespace. `link` is the transport while frames may be written to it
    directly; only the fan-out looks at it.
    """

    __slots__ = (
        "_awaited", "_held", "_next", "id", "link", "namespace", "reason", "server", "session", "stage", "state",
    )  # fmt: skip

    def __init__(self, server: Owner, session: Session, namespace: str, socket_id: str) -> None:
        self.server = server
        self.session = session
        self.namespace = namespace
        self.id = socket_id
        self.state: Any = None
        self.stage = Stage.CONNECTING
        self.link: asyncio.WriteTransport | None = None
        self.reason = ""
        self._held: list[Packet] | None = None
        self._awaited: dict[int, Acknowledged] | None = None
        self._next = 0

    @property
    def address(self) -> str:
        return self.session.address

    @property
    def user_agent(self) -> str:
        return self.session.user_agent

    @property
    def gone(self) -> bool:
        """Whether nothing that is sent arrives any more."""
        return self.stage is Stage.LEFT

    @property
    def buffered(self) -> int:
        """Bytes not yet taken by the kernel or the poller, of all namespaces of this client."""
        return self.session.buffered

    def emit(self, event: str, data: object, *, acknowledged: Acknowledged | None = None) -> None:
        """Send one event. What is emitted within `connected` follows the answer to CONNECT; after the end nothing is
        sent.

        `acknowledged` is called with the client's first argument, or None if it gave none, at most once, and never
        after the socket has ended. Raises `TypeError` if `data` is not JSON.
        """
        ident = None
        if acknowledged is not None and self.stage is not Stage.LEFT:
            if self._awaited is None:
                self._awaited = {}
            elif len(self._awaited) >= self.session.host.settings.max_unacknowledged:
                del self._awaited[next(iter(self._awaited))]
            ident, self._next = self._next, self._next + 1
            self._awaited[ident] = acknowledged
        self.send(packets.event(self.namespace, event, data, ident))

    def send(self, packet: Packet, droppable: bool = False) -> bool:
        """Send one encoded packet of this namespace, under the limits of `Session.write`. False if it was not sent."""
        if self.stage is Stage.CONNECTED:
            sent = self.session.write(packet, droppable)
            self.session.host.counters.messages_out += sent
            return sent
        if self.stage is Stage.LEFT:
            return False
        if self._held is None:
            self._held = []
        self._held.append(packet)
        return True

    def disconnect(self) -> None:
        """Send DISCONNECT, after which stock clients do not come back by themselves; end the session if this was its
        last namespace. `disconnected` follows a little later, never from within this call."""
        if self.stage is not Stage.LEFT:
            session = self.session
            session.write(packets.disconnected(self.namespace))
            self.server.leave(self, "server namespace disconnect")
            if session.mailbox is None:
                session.close_if_left()
            else:  # a polling client that has read DISCONNECT closes by itself, more cleanly than we can
                session.host.after(session.host.settings.closing_timeout_ms, session.close_if_left)

    def relink(self, link: asyncio.WriteTransport | None) -> None:
        if self.stage is Stage.CONNECTED:
            self.link = link

    def enter(self) -> None:
        """CONNECT has been accepted: say so, then what was held back."""
        held, self._held = self._held, None
        self.stage = Stage.CONNECTED
        self.session.write(packets.connected(self.namespace, self.id))
        self.link = self.session.link
        for packet in held or ():
            self.send(packet)

    def end(self, reason: str) -> None:
        self.stage = Stage.LEFT
        self.link = self._held = self._awaited = None
        self.reason = reason

    def take_acknowledgement(self, ident: int) -> Acknowledged | None:
        return None if self._awaited is None else self._awaited.pop(ident, None)


class Namespace(Protocol):
    """The application behind one namespace. A handler that returns nothing to await has run in place; SPEC 5 has the
    rules of order."""

    def connected(self, socket: Socket, auth: object) -> Awaitable[None] | None:
        """A client asks to join with its `auth` object, or None. Raising `AppError` refuses it."""

    def received(self, socket: Socket, event: str, args: list[object]) -> Awaitable[object] | object:
        """An event. What is returned, or awaited, is the acknowledgement's single argument."""

    def disconnected(self, socket: Socket, reason: str) -> Awaitable[None] | None:
        """The socket has ended. Called exactly once for each socket whose `connected` succeeded."""
