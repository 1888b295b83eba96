"""The `/notifications` namespace: what is new is pushed to whoever is there. A row is the truth; a push hints at it.

A session is a sign-in, with all its windows. Each window that is there is sent a new notification once; as soon as one
of them has acknowledged it, it is noted as shown for the session, and no window of that session is sent it again. What
nobody acknowledged is sent again to the next window that comes. So a session may be sent one notification twice (two
windows at the same moment, an acknowledgement that got lost), and knows it by its id.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field

from pydantic import ValidationError

from edkit import log, metrics
from edkit.contracts.accounts import LoggedOut
from edkit.contracts.jobs import JobMoved
from edkit.contracts.notifications import NotificationsChanged, ReadNotification
from edkit.errors import Malformed, TooMany, Unauthenticated
from edkit.leaving import Leaving
from edkit.limits.gcra import Rate, judge
from edkit.message import Actor
from edkit.runner import LocalCalls
from edkit.service import Mounts, Runtime
from edkit.sockets import Socket, SocketServer, SocketSettings, encode, fanout
from gateway.repository.sessions import SessionRepository
from gateway.showing import Person, Showing
from gateway.signins import forget_session, sign_ins_of
from gateway.streams import streams_of

logger = log.get(__name__)
sockets_open = metrics.gauge("push_sockets", "Sockets that notifications are pushed to")

PATH, NAMESPACE = "/push/socket.io/", "/notifications"
STATE = "push"
SOCKETS_EACH = 20
"""Windows of one person at one gateway."""
EVENTS = Rate("push-events", per_second=5, burst=50)
"""What one window may send; reading a long list one by one is the most that means something."""
CUT_AFTER = 200
"""Refusals for flooding after which a window is cut."""
LOOK_EVERY_S = 5.0
"""How soon something is pushed whose notice was lost."""
SESSIONS_EVERY = 6
"""Looks between two looks at whether sessions still hold whose end was told and never heard."""
COMEBACKS_PER_S = 200
"""Windows that are sent elsewhere in a second."""
ALONE_S = 5.0
"""Over how long at most windows come back to a gateway that is the only one, once it is there again."""


@dataclass
class Window:
    """Who a socket is, until when, and what it was sent."""

    actor: Actor
    until: int
    sent: set[str] = field(default_factory=set)
    unread: int = -1
    events_at: float = 0.0
    flooded: int = 0

    @property
    def session(self) -> str:
        return self.actor.session or ""


class Push:
    """The namespace of one gateway."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._calls = runtime, LocalCalls(runtime)
        settings = runtime.settings
        limits = SocketSettings(allowed_origins=settings.allowed_origins, trusted_proxies=settings.trusted_proxies)
        self.server = SocketServer(PATH, {NAMESPACE: self}, limits)
        self._people: dict[str, Person] = {}
        self._showing = Showing(runtime, self._people)
        self._looks = 0
        self.leaving = False

    # Namespace

    def connected(self, socket: Socket, auth: object) -> Awaitable[None] | None:
        token = auth.get("token") if isinstance(auth, dict) else None
        if not isinstance(token, str):
            raise Unauthenticated("Send an access token: {token}.")
        return self._enter(socket, token)

    async def _enter(self, socket: Socket, token: str) -> None:
        actor, until = await sign_ins_of(self._runtime).holder(token)
        person = self._people.get(actor.id) or Person()
        if len(person.sockets) >= SOCKETS_EACH:
            raise TooMany("You have as many windows open as one may. Close one.", code="too_many_windows")
        socket.state = Window(actor, until)
        self._people[actor.id] = person
        person.sockets.add(socket)
        sockets_open.inc()
        self._showing.soon(actor.id)
        if self.leaving:
            self.move(socket, 0)  # it was on its way in when all others were told

    def received(self, socket: Socket, event: str, args: list[object]) -> Awaitable[object] | object:
        if self._runtime.settings.rate_limits:
            self._count(socket)
        if event != "read":
            raise Malformed(f"There is no event {event[:60]!r} here.", code="unknown_event")
        data = args[0] if args else None
        return self._read(socket.state, data.get("id") if isinstance(data, dict) else "")

    async def _read(self, window: Window, notification_id: object) -> object:
        """`{id}` was read; with `null` all were."""
        try:
            asked = ReadNotification.model_validate({"notification_id": notification_id})
        except ValidationError:
            raise Malformed("id: this is not the id of a notification.") from None
        await self._calls.call(asked, actor=window.actor)
        return {"ok": True}

    def disconnected(self, socket: Socket, reason: str) -> None:
        user_id = socket.state.actor.id
        person = self._people.get(user_id)
        if person is None or socket not in person.sockets:
            return
        person.sockets.discard(socket)
        sockets_open.dec()
        if not person.sockets:
            del self._people[user_id]

    def _count(self, socket: Socket) -> None:
        window: Window = socket.state
        passes, window.events_at, wait_s = judge(EVENTS, window.events_at, self._runtime.clock.monotonic())
        if not passes:
            window.flooded += 1
            if window.flooded > CUT_AFTER:
                socket.disconnect()
            raise TooMany("This is too fast. Wait a moment.", retry_after_ms=int(wait_s * 1000) + 1)

    # What the gateway tells

    def changed(self, notice: NotificationsChanged) -> None:
        """There is something new for this user, or something was read."""
        person = self._people.get(notice.user_id)
        if person is None:
            return
        if notice.read_id is not None:
            fanout(person.sockets, encode(NAMESPACE, "read", {"id": notice.read_id}))
        self._showing.soon(notice.user_id)

    def moved(self, notice: JobMoved) -> None:
        """A job has gone on. Whoever reads slowly misses some of it, and asks the row."""
        person = self._people.get(notice.owner)
        if person is not None:
            told = {"job": notice.job.model_dump(mode="json")}
            fanout(person.sockets, encode(NAMESPACE, "job", told), droppable=True)

    def logged_out(self, notice: LoggedOut) -> None:
        """A session has ended, or (None) all of a user's: their windows are told nothing any more."""
        for socket in self._sockets_of(notice.user_id):
            if notice.session_id in (None, socket.state.session):
                self._end(socket, "signed_out")

    def move(self, socket: Socket, after_s: float) -> None:
        """This gateway is leaving: whoever has this socket comes back elsewhere after so many seconds."""
        socket.emit("move", {"retry_after_ms": int(after_s * 1000)})

    async def look_for_ever(self) -> None:
        """Find what no notice told of."""
        while True:
            await self._runtime.clock.sleep(LOOK_EVERY_S)
            try:
                await self.look()
            except Exception as error:  # the database is away: the next look finds it all
                logger.warning("look_failed", error=f"{type(error).__name__}: {error}")

    async def look(self) -> None:
        """Once: new notifications, tokens that have expired, and now and then sessions that have ended."""
        self._looks += 1
        now = self._runtime.clock.now()
        for user_id in list(self._people):
            for socket in self._sockets_of(user_id):
                if socket.state.until <= now:
                    self._end(socket, "token_expired")
        await self._showing.look()
        if self._looks % SESSIONS_EVERY == 0:
            await self._end_orphans(now)

    async def _end_orphans(self, now: int) -> None:
        """End the windows of sessions whose row is gone."""
        sockets = [socket for user_id in self._people for socket in self._sockets_of(user_id)]
        ids = sorted({socket.state.session for socket in sockets})
        alive: set[str] = set()
        for start in range(0, len(ids), 500):
            async with self._runtime.database.read() as session:
                alive |= await SessionRepository(session).alive(ids[start : start + 500], now)
        for socket in sockets:
            if socket.state.session not in alive:
                self._end(socket, "signed_out")

    async def drain(self, leaving: Leaving | None = None) -> None:
        """Send everybody to another gateway, each at a moment of their own, and note what was shown."""
        self.leaving = True
        streams_of(self._runtime).leave()
        spread_s, drain_s = len(self.server.engine.sessions) / COMEBACKS_PER_S, self._runtime.settings.drain_s
        if drain_s:
            await self.server.disperse(min(spread_s, drain_s), self.move, leaving or Leaving())
        else:
            self.server.tell(min(spread_s, ALONE_S), self.move)
        await self.close()

    async def close(self) -> None:
        """End all sockets and what is under way for them."""
        await self.server.close()
        await self._showing.close()

    def _sockets_of(self, user_id: str) -> list[Socket]:
        person = self._people.get(user_id)
        return [] if person is None else list(person.sockets)

    def _end(self, socket: Socket, code: str) -> None:
        """Say why, then hang up. A client whose token has expired connects again, with a fresh one."""
        socket.emit("ended", {"code": code})
        socket.disconnect()


def push_of(runtime: Runtime) -> Push:
    """The one of a running gateway."""
    known = runtime.state.get(STATE)
    if not isinstance(known, Push):
        known = runtime.state[STATE] = Push(runtime)
    return known


def with_push(runtime: Runtime, mounts: Mounts) -> Mounts:
    """What the gateway serves, and the sockets beside."""
    push = push_of(runtime)
    return Mounts({**mounts.apps, PATH: push.server.asgi}, websocket=push.server.websocket_protocol(), drain=push.drain)


async def look_for_ever(runtime: Runtime) -> None:
    """Background work."""
    await push_of(runtime).look_for_ever()


async def on_changed(notice: NotificationsChanged, runtime: Runtime) -> None:
    """Every gateway hears of it; those with sockets speak."""
    push_of(runtime).changed(notice)
    streams_of(runtime).wake(notice.user_id)


async def on_moved(notice: JobMoved, runtime: Runtime) -> None:
    """Progress is pushed and forgotten."""
    push_of(runtime).moved(notice)
    streams_of(runtime).wake(notice.owner, notice.job.id)


async def on_logged_out(notice: LoggedOut, runtime: Runtime) -> None:
    """Every gateway forgets an ended session, its windows and its streams."""
    await forget_session(notice, runtime)
    push_of(runtime).logged_out(notice)
    streams_of(runtime).wake(notice.user_id)
