"""One client's Engine.IO session: which transport carries it, what waits to be sent, and when it is too slow."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from edkit.sockets.packets import NOOP, PING, Packet, WireError
from edkit.sockets.settings import Counters, SocketSettings

if TYPE_CHECKING:
    from edkit.sockets.websocket import WebSocket

# python-engineio's client refuses a polling payload of more packets than this.
PACKETS_PER_POLL = 16

LONGEST_PING = 126


class Channel(Protocol):
    """What the layer above keeps per namespace of a session."""

    def relink(self, link: asyncio.WriteTransport | None) -> None:
        """The transport to write frames to from now on; None: go through `Session.write`."""


class Host(Protocol):
    """What a session needs of the engine it lives in."""

    settings: SocketSettings
    counters: Counters

    def message(self, session: "Session", text: bytes) -> None: ...
    def forget(self, session: "Session", reason: str) -> None: ...
    def moved(self, session: "Session") -> None: ...
    def after(self, ms: int, callback: Callable[[], None]) -> None: ...


class Mailbox:
    """What a polling client has yet to fetch, and the request that waits for it."""

    __slots__ = ("_packets", "handed", "mark", "poll", "reading", "room", "size", "upgrading")

    def __init__(self) -> None:
        self._packets: deque[bytes] = deque()
        self.size = 0
        self.poll: asyncio.Future[None] | None = None
        self.mark = ""  # what the client calls its latest poll
        self.handed = b""  # what that poll was answered; empty while it waits
        self.reading = False  # a POST of this session is being read
        self.upgrading = False  # a websocket is about to take over: polls return at once
        self.room = asyncio.Event()  # set while the session may begin further handlers
        self.room.set()

    def put(self, text: bytes) -> None:
        self._packets.append(text)
        self.size += len(text)
        self.release()

    def release(self) -> None:
        """Let the waiting poll go home, with whatever there is."""
        if self.poll is not None and not self.poll.done():
            self.poll.set_result(None)

    def ready(self) -> bool:
        """Whether a poll that comes now returns at once."""
        return bool(self._packets) or self.upgrading

    def is_empty(self) -> bool:
        return not self._packets

    def take(self) -> bytes:
        """The payload for one poll, a noop when there is nothing. It is kept until the next poll begins."""
        batch = [self._packets.popleft() for _ in range(min(PACKETS_PER_POLL, len(self._packets)))]
        self.size -= sum(map(len, batch))
        self.handed = b"\x1e".join(batch) if batch else NOOP
        return self.handed

    def begin(self, mark: str) -> bool:
        """A poll has come that its client calls `mark`. False if it is the latest one again.

        Browsers and HTTP libraries repeat a GET by themselves when a kept connection breaks, and nobody knows then
        whether the answer came through.
        """
        if mark and mark == self.mark:
            return False
        self.mark, self.handed = mark, b""
        return True

    def take_all(self) -> Iterable[bytes]:
        packets, self._packets, self.size = self._packets, deque(), 0
        return packets


class Session:
    """Lives from the handshake until `close`, `abort` or `lost`, whichever comes first; the others then do nothing."""

    __slots__ = (
        "address", "channels", "heard", "host", "household", "id", "is_open", "line", "link",
        "mailbox", "running", "slot", "unanswered", "user_agent", "websocket",
    )  # fmt: skip

    def __init__(self, host: Host, session_id: str, address: str, household: str, user_agent: str) -> None:
        self.host = host
        self.id = session_id
        self.address = address
        self.household = household
        self.user_agent = user_agent
        self.is_open = True
        self.channels: dict[bytes, Channel] = {}
        self.link: asyncio.WriteTransport | None = None
        self.websocket: WebSocket | None = None
        self.mailbox: Mailbox | None = None
        self.unanswered = False  # a ping is out and nothing has come back since
        self.heard = 0  # packets and control frames since the last ping
        self.running = 0  # handlers begun or about to begin
        self.line: deque[Callable[[], None]] | None = None  # what waits for a created task to run its first line
        self.slot = 0

    @property
    def buffered(self) -> int:
        """Bytes accepted for sending that neither the kernel nor the poller has taken."""
        if self.link is not None:
            return self.link.get_write_buffer_size()
        return self.mailbox.size if self.mailbox is not None else 0

    def write(self, packet: Packet, droppable: bool = False) -> bool:
        """Send one packet, in order. False if it was not: the session is closed, or the reader too slow.

        Beyond `skip_above` unsent bytes a droppable packet is skipped; beyond `cut_above` the session is cut. A reader
        who has taken everything may be sent one packet of any size.
        """
        if not self.is_open:
            return False
        backlog = self.buffered
        settings = self.host.settings
        if backlog > settings.skip_above:
            if backlog > settings.cut_above:
                self.host.counters.cut += 1
                self.abort("slow reader")
                return False
            if droppable:
                self.host.counters.skipped += 1
                return False
        if self.link is not None:
            self.link.write(packet.frame)
        elif self.mailbox is not None:
            self.mailbox.put(packet.text)
        return True

    def ping(self) -> None:
        self.unanswered = True
        self.heard = 0
        self.write(PING)

    def receive(self, text: bytes) -> None:
        """Take one Engine.IO packet from the client. Raises `WireError`."""
        self.count()
        self.unanswered = False
        kind = text[:1]
        if kind == b"4":
            self.host.counters.messages_in += 1
            self.host.message(self, text)
        elif kind == b"2":
            if len(text) > LONGEST_PING:
                raise WireError("a ping carries no message", 1009)
            self.write(Packet(b"3" + text[1:]))
        elif kind == b"1":
            self.close("transport close")
        elif kind != b"3" and kind != b"6":
            raise WireError("unknown Engine.IO packet type")

    def count(self) -> None:
        """One more packet or control frame has come. Raises `WireError` beyond `max_packets` in a ping interval."""
        self.heard += 1
        if self.heard > self.host.settings.max_packets:
            raise WireError("too many packets: slow down", 1008)

    def carry_by(self, websocket: "WebSocket", link: asyncio.WriteTransport) -> None:
        """From now on the websocket carries this session; what the poller had not fetched goes first."""
        mailbox, self.mailbox = self.mailbox, None
        self.websocket, self.link = websocket, link
        if mailbox is not None:
            waiting = b"".join(Packet(text).frame for text in mailbox.take_all())
            if waiting:
                link.write(waiting)
            mailbox.release()
            mailbox.room.set()
            self.host.moved(self)
        for channel in self.channels.values():
            channel.relink(link)

    def started(self) -> None:
        """One more handler waits. Beyond `max_running` of them nothing more is read from this client."""
        self.running += 1
        if self.running >= self.host.settings.max_running:
            if self.websocket is not None:
                self.websocket.pause()
            elif self.mailbox is not None:
                self.mailbox.room.clear()

    def finished(self) -> None:
        self.running -= 1
        if self.running <= self.host.settings.max_running // 2:
            if self.websocket is not None:
                self.websocket.resume()
            elif self.mailbox is not None:
                self.mailbox.room.set()

    def close(self, reason: str, code: int = 1000, message: str = "") -> None:
        """End the session politely: what was written before is delivered first, as long as the peer reads it soon."""
        if not self.is_open:
            return
        websocket, mailbox = self.websocket, self.mailbox
        self._end(reason)
        if websocket is not None:
            websocket.close(code, message)
        elif mailbox is not None:
            mailbox.release()

    def close_if_left(self) -> None:
        """Close a session that is in no namespace any more."""
        if not self.channels:
            self.close("left every namespace")

    def abort(self, reason: str) -> None:
        """End the session now; what was not sent yet never is."""
        if not self.is_open:
            return
        websocket, mailbox = self.websocket, self.mailbox
        self._end(reason)
        if websocket is not None:
            websocket.abort()
        elif mailbox is not None:
            mailbox.take_all()
            mailbox.release()

    def lost(self, reason: str) -> None:
        """The transport has gone by itself."""
        if self.is_open:
            self._end(reason)

    def _end(self, reason: str) -> None:
        self.is_open = False
        self.link = None
        if self.mailbox is not None:
            self.mailbox.room.set()
        self.host.forget(self, reason)
