"""Engine.IO 4: the table of sessions, who may open one, one timer that pings them all, and the caps."""

import secrets
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

import orjson

from edkit.sockets.admission import Admission, Caller, Refusal, household
from edkit.sockets.packets import Packet
from edkit.sockets.session import Mailbox, Session
from edkit.sockets.settings import Counters, SocketSettings
from edkit.sockets.wheel import CallLater, Wheel

LONGEST_USER_AGENT = 256


class Upper(Protocol):
    """The layer that gives messages a meaning."""

    def message(self, session: Session, text: bytes) -> None:
        """One message packet, its `4` included, in order of arrival. Raising `WireError` closes the session."""

    def closed(self, session: Session, reason: str) -> None:
        """Called once per session, possibly from within `write`."""


def new_id() -> str:
    return secrets.token_urlsafe(15)


class Engine:
    """All sessions of one path, over both transports."""

    def __init__(
        self,
        settings: SocketSettings,
        counters: Counters,
        upper: Upper,
        *,
        ids: Callable[[], str] = new_id,
        call_later: CallLater | None = None,
    ) -> None:
        self.settings = settings
        self.counters = counters
        self.sessions: dict[str, Session] = {}
        self.admission = Admission(settings)
        self.draining = False
        self._upper = upper
        self._ids = ids
        self._per_household: dict[str, int] = {}
        self._wheel: Wheel[Session] = Wheel(settings.ping_interval_ms, self._tick, call_later)
        self._pong_ticks = self._wheel.ticks(settings.ping_timeout_ms)
        self._connect_ticks = self._wheel.ticks(settings.connect_timeout_ms) + 1

    def open(self, caller: Caller) -> Session:
        """A new session for a caller whose origin and protocol have been checked. Raises `Refusal` (429, 503)."""
        if self.draining:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, 3, "This server is leaving: connect again")
        if len(self.sessions) >= self.settings.max_sockets:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, 3, "This server is full: try again later")
        address = self.admission.address(caller)
        home = household(address)
        if self._per_household.get(home, 0) >= self.settings.max_per_address:
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, 3, "Too many sockets from this address: close some first")
        user_agent = sys.intern(caller.user_agent[:LONGEST_USER_AGENT])  # a class has forty times the same
        session = Session(self, self._ids(), sys.intern(address), sys.intern(home), user_agent)
        self.sessions[session.id] = session
        self._per_household[home] = self._per_household.get(home, 0) + 1
        session.slot = self._wheel.join(session)
        self.counters.opened += 1
        return session

    def open_websocket(self, caller: Caller) -> Session:
        session = self.open(caller)
        self.counters.open_websocket += 1
        return session

    def open_polling(self, caller: Caller) -> Session:
        session = self.open(caller)
        session.mailbox = Mailbox()
        self.counters.open_polling += 1
        return session

    def greeting(self, session: Session) -> Packet:
        """The OPEN packet."""
        settings = self.settings
        return Packet(
            b"0"
            + orjson.dumps(
                {
                    "sid": session.id,
                    "upgrades": [] if session.mailbox is None else ["websocket"],
                    "pingInterval": settings.ping_interval_ms,
                    "pingTimeout": settings.ping_timeout_ms,
                    "maxPayload": settings.max_payload,
                }
            )
        )

    def after(self, ms: int, callback: Callable[[], None]) -> None:
        """Call once, at least `ms` from now."""
        self._wheel.after(ms, callback)

    def message(self, session: Session, text: bytes) -> None:
        self._upper.message(session, text)

    def moved(self, session: Session) -> None:
        """The session went from polling to websocket."""
        self.counters.open_polling -= 1
        self.counters.open_websocket += 1
        self.counters.upgraded += 1

    def forget(self, session: Session, reason: str) -> None:
        """The session is closed. A polling session can still fetch its last packets for `closing_timeout_ms`."""
        self._wheel.leave(session, session.slot)
        left = self._per_household[session.household] - 1
        if left:
            self._per_household[session.household] = left
        else:
            del self._per_household[session.household]
        if session.mailbox is None:
            self.counters.open_websocket -= 1
            del self.sessions[session.id]
        else:
            self.counters.open_polling -= 1
            self.after(self.settings.closing_timeout_ms, lambda: self.discard(session))
        self._upper.closed(session, reason)

    def discard(self, session: Session) -> None:
        """A closed polling session has fetched its last packets, or never will."""
        self.sessions.pop(session.id, None)

    def _tick(self) -> None:
        for session in self._wheel.passed(self._connect_ticks):
            if not session.channels:
                self.counters.reaped += 1
                session.close("joined no namespace", 1008, "join a namespace first")
        for session in self._wheel.passed(self._pong_ticks):
            if session.unanswered:
                self.counters.timed_out += 1
                session.abort("ping timeout")
        for session in self._wheel.passed(0):
            session.ping()
