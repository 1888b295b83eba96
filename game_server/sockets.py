"""The `/games` namespace: reads what clients send, knows who they are, lets play decide, and acknowledges everything.

Identity comes from the session alone: what a body says about players or names of other people is never looked at.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from edkit import log, metrics
from edkit.contracts import games as wire
from edkit.contracts.accounts import CheckSession
from edkit.db import explained
from edkit.errors import AppError, Conflict, Forbidden, Invalid, Malformed, TimedOut, TooMany, Unavailable
from edkit.message import Actor
from edkit.sockets import Socket
from game_server.doors import Doors, Entered, UnknownPin, kicked
from game_server.fanout import packet
from game_server.limits import Bucket, Buckets, Lookups
from game_server.play import Play
from game_server.probing import Probing
from game_server.rooms import Room, Rooms
from game_server.rules.decide import Command
from game_server.rules.rows import PlayerRow
from game_server.submit import submit

logger = log.get(__name__)
refused_total = metrics.counter("game_events_refused", "Client events refused", ["event", "code"])

EVENTS_PER_S, EVENTS_AT_ONCE = 20, 60
"""What one socket may send; a player needs a handful in a minute."""
JOINS_PER_S, JOINS_AT_ONCE = 0.2, 10
"""Players that one socket may make; a phone needs one."""
CREATED_PER_S, CREATED_AT_ONCE = 0.1, 300
"""Games that one teacher may open: a shared account on a school's open day, and never the PINs of everybody."""
ENTERING_AT_ONCE = 12
"""Connections that are brought back into their games at the same time. The others wait for their turn, and who hangs up
before it costs nothing: a server with more comebacks than it can take must not spend its time on people who left."""
SESSION_CHECK_S = 2.0
LARGEST_EVENT = 16 * 1024
"""Bytes of one event's payload; the largest that means something names 500 players."""
MOST_FAULTS = 20
"""Beyond these a payload is not looked at closely enough to say what is wrong with it: saying so takes the time."""
CUT_AFTER = 500
"""Refusals for flooding after which a socket is cut."""

Ack = dict[str, Any]
W = TypeVar("W", bound=wire.Wire)


@dataclass
class Session:
    """Who a socket is. `room` and `player` are set by entering; a host has no player."""

    bucket: Bucket
    joins: Bucket
    actor: Actor | None = None
    device: str | None = None
    room: Room | None = None
    player: PlayerRow | None = None
    host_key_seq: int | None = None
    connection_id: str | None = None
    receipts: int = 0
    flooded: int = 0
    probing: Probing = field(default_factory=Probing)

    @property
    def player_id(self) -> str | None:
        return None if self.player is None else self.player.player_id


class Games:
    """The namespace."""

    def __init__(self, play: Play, rooms: Rooms) -> None:
        self._play, self._rooms, self._doors = play, rooms, Doors(play)
        self._lookups = Lookups(play.runtime.limits)
        self._created = Buckets(play.clock, CREATED_PER_S, CREATED_AT_ONCE)
        self._limited = play.runtime.settings.rate_limits
        self._sockets: set[Socket] = set()
        self._entering = asyncio.Semaphore(ENTERING_AT_ONCE)
        self.leaving = False
        self._handlers: dict[type[wire.Wire], Callable[[Socket, Session, Any], Awaitable[wire.Done]]] = {
            wire.CreateGame: self._create,
            wire.JoinGame: self._join,
            wire.ResumeGame: self._resume,
            wire.SyncGame: self._sync,
            wire.RotateHostKey: self._rotate,
        }

    # Namespace

    def connected(self, socket: Socket, auth: object) -> Awaitable[None] | None:
        handshake = _parse(wire.Handshake, {} if auth is None else auth)
        actor = None
        if handshake.token is not None:
            actor = self._play.runtime.keys.verify_access(handshake.token, now=self._play.clock.now())
        clock, device = self._play.clock, (handshake.device or "")[:64] or None
        events, joins = Bucket(clock, EVENTS_PER_S, EVENTS_AT_ONCE), Bucket(clock, JOINS_PER_S, JOINS_AT_ONCE)
        socket.state = Session(events, joins, actor=actor, device=device)
        self._sockets.add(socket)
        if self.leaving:
            self.move(socket, 0)  # it was on its way in when all others were told
        return None if actor is None and handshake.resume is None else self._recognise(socket, actor, handshake.resume)

    def received(self, socket: Socket, event: str, args: list[object]) -> Awaitable[object] | object:
        received_at = self._play.time.now()
        session: Session = socket.state
        try:
            if self._limited and (wait := session.bucket.take()) > 0:
                raise self._flood(socket, session, wait)
            known = wire.CLIENT_EVENTS.get(event)
            if known is None:
                raise Malformed(f"There is no event {event[:60]!r} here.", code="unknown_event")
            command = _parse(known[0], args[0] if args else {})
            if isinstance(command, wire.ProbeClock):
                t1 = float(received_at)
                return wire.ClockProbed(t0=command.t0, t1=t1, t2=float(self._play.time.now())).wire()
            return self._acknowledge(socket, session, event, command, received_at)
        except AppError as error:
            return _refusal(event, error)

    def disconnected(self, socket: Socket, reason: str) -> None:
        self._sockets.discard(socket)
        self._leave(socket, socket.state)

    # What the server does by itself

    def logged_out(self, user_id: str, session_id: str | None) -> None:
        """A session of this user, or (None) all of them have ended: what their sockets host, they host no more."""
        for socket in list(self._sockets):
            session: Session = socket.state
            actor = session.actor
            ended = actor is not None and actor.id == user_id and session_id in (None, actor.session)
            if ended and session.player is None and session.host_key_seq is None:
                socket.disconnect()

    def probe_due(self) -> None:
        """Measure the round trips of those whose time has come."""
        for socket in self._sockets:
            session: Session = socket.state
            if session.player is not None and session.probing.due(self._play.clock.monotonic()):
                self._probe(socket, session)

    def move(self, socket: Socket, after_s: float) -> None:
        """This server is leaving: whoever has this socket comes back elsewhere after so many seconds."""
        socket.send(packet(wire.Move(retry_after_ms=int(after_s * 1000))))

    # Events

    async def _acknowledge(
        self, socket: Socket, session: Session, event: str, command: wire.Wire, received_at: int
    ) -> Ack:
        try:
            if isinstance(command, wire.SubmitAnswer):
                return await self._submit(session, command, received_at)
            handler = self._handlers.get(type(command), self._command)
            return (await handler(socket, session, command)).wire()
        except AppError as error:
            return _refusal(event, error)
        except Exception as error:
            if (away := explained(error)) is not None:
                logger.warning("database_away", client_event=event, code=away.code)
                return _refusal(event, away)
            logger.exception("game_event_failed", client_event=event)
            return _refusal(event, AppError())

    async def _create(self, socket: Socket, session: Session, cmd: wire.CreateGame) -> wire.Done:
        self._refuse_when_leaving()
        if session.actor is None:
            raise Forbidden("Sign in as a teacher to host a game.", code="not_a_teacher")
        if self._limited:
            _check(self._created.of(session.actor.id))
        created = await self._play.create(session.actor, cmd)
        self._created.of(session.actor.id).take()
        state = await self._enter(socket, session, Entered(created.followed))
        game = created.followed.match.game
        return wire.GameCreated(game_id=game.game_id, pin=game.pin, host_key=created.host_key, state=state)

    async def _join(self, socket: Socket, session: Session, cmd: wire.JoinGame) -> wire.Done:
        self._refuse_when_leaving()
        if self._limited:
            await self._lookups.check(socket.address, cmd.pin)
            _check(session.joins)
        try:
            entered = await self._doors.join(cmd, session.actor, session.device)
        except UnknownPin:
            await self._lookups.failed(socket.address)
            raise
        session.joins.take()
        state = await self._enter(socket, session, entered)
        if entered.player is None:
            raise AppError
        token = self._play.credentials.resume_token(state.game_id, entered.player)
        return wire.GameJoined(player_id=entered.player.player_id, resume_token=token, state=state)

    async def _resume(self, socket: Socket, session: Session, cmd: wire.ResumeGame) -> wire.Done:
        entered = await self._doors.resume(cmd, session.actor)
        state = await self._enter(socket, session, entered)
        return wire.GameResumed(role="host" if entered.player is None else "player", state=state)

    async def _recognise(self, socket: Socket, actor: Actor | None, resume: str | None) -> None:
        """Refuse the token of a session that has ended, and bring a player back who came with a resume token."""
        try:
            if actor is not None:
                await self._check_session(actor)
            if resume is None:
                return
            async with self._entering:
                if not socket.gone:
                    state = await self._enter(socket, socket.state, await self._doors.resume_player(resume))
                    socket.send(packet(state))
        except Exception as error:
            self._sockets.discard(socket)
            if (away := explained(error)) is not None:
                logger.warning("database_away", client_event="connect", code=away.code)
                raise away from error
            raise

    async def _check_session(self, actor: Actor) -> None:
        """A gateway that does not answer stops no lesson: the token itself holds for minutes only."""
        try:
            await self._play.bus.call(CheckSession(), actor=actor, timeout=SESSION_CHECK_S)
        except (Unavailable, TimedOut):
            logger.warning("session_unchecked", user_id=actor.id)

    async def _sync(self, socket: Socket, session: Session, cmd: wire.SyncGame) -> wire.Done:
        room = _room_of(session)
        await self._play.follower.catch_up(room.followed)
        while True:
            receipts = session.receipts
            state = await room.state_for(session.player)
            if session.receipts == receipts:
                return wire.GameSynced(state=state)
            # A receipt has gone out meanwhile, and what follows it must not be older.

    async def _submit(self, session: Session, cmd: wire.SubmitAnswer, received_at: int) -> Ack:
        room = _room_of(session)
        if session.player is None:
            raise Forbidden("Only players answer. Join with the PIN to play.", code="not_a_player")
        receipt = await submit(
            self._play, room.followed, session.player.player_id, cmd, received_at, session.probing.trips
        )
        session.receipts += 1
        return {"ok": True, **receipt.wire()}

    async def _command(self, socket: Socket, session: Session, cmd: Command) -> wire.Done:
        room = _hosted_room_of(session)
        done = await self._play.command(room.followed, cmd, host_key_seq=session.host_key_seq)
        return wire.CommandDone(state=await room.state_for(None), changes=done.changes)

    async def _rotate(self, socket: Socket, session: Session, cmd: wire.RotateHostKey) -> wire.Done:
        room = _hosted_room_of(session)
        game = room.match.game
        if session.actor is None or session.actor.id != game.owner_id:
            raise Forbidden("Only the owner of the game makes a new host key.", code="not_the_owner")
        await self._play.command(room.followed, cmd)
        return wire.HostKeyRotated(host_key=self._play.credentials.host_key(game.game_id, room.followed.host_key_seq))

    # Coming and going

    async def _enter(self, socket: Socket, session: Session, entered: Entered) -> wire.State:
        """Put the socket into the room; it then hears of every entry after the snapshot that is returned."""
        async with self._rooms.entering(entered.followed) as room:
            state = await room.state_for(entered.player)
            player = entered.player
            if player is not None and player.player_id in room.match.game.kicked:
                raise kicked()
            self._leave(socket, session)
            if socket not in self._sockets:  # gone meanwhile
                return state
            session.room, session.player, session.host_key_seq = room, player, entered.host_key_seq
            room.add(socket, session.player_id)
        if self._limited:
            self._play.follower.spawn(self._lookups.right(socket.address, room.match.game.pin))
        if player is not None:
            session.connection_id = self._play.ids.new()
            self._play.presence.opened(session.connection_id, state.game_id, player.player_id)
            session.probing = Probing()
            self._probe(socket, session)
        return state

    def _leave(self, socket: Socket, session: Session) -> None:
        if session.room is None:
            return
        session.room.remove(socket, session.player_id)
        if session.connection_id is not None:
            self._play.presence.ended(session.connection_id, session.room.followed.game_id)
        session.room = session.player = session.host_key_seq = session.connection_id = None

    def _probe(self, socket: Socket, session: Session) -> None:
        sent = self._play.clock.monotonic()
        number = session.probing.sent(sent, self._play.chance.uniform(5, 10))
        answered = partial(self._probe_answered, socket, session, session.probing, sent)
        socket.emit("probe", {"n": number}, acknowledged=answered)

    def _probe_answered(self, socket: Socket, session: Session, probing: Probing, sent: float, _: object) -> None:
        again = probing.answered((self._play.clock.monotonic() - sent) * 1000)
        if session.probing is not probing or session.room is None or session.connection_id is None:
            return
        self._play.presence.measured(session.connection_id, session.room.followed.game_id, probing.trips[-1])
        if again:
            self._probe(socket, session)

    def _flood(self, socket: Socket, session: Session, wait_ms: int) -> AppError:
        session.flooded += 1
        if session.flooded > CUT_AFTER:
            socket.disconnect()
        return TooMany("This is too fast. Wait a moment.", retry_after_ms=wait_ms)

    def _refuse_when_leaving(self) -> None:
        if self.leaving:
            raise Conflict("This server is leaving. Connect again.", code="server_leaving", retry_after_ms=500)


def _check(bucket: Bucket) -> None:
    if bucket.level < 1:
        raise TooMany("This is too often. Wait a moment.", retry_after_ms=5_000)


def _room_of(session: Session) -> Room:
    if session.room is None:
        raise Conflict("Join or resume a game first.", code="not_in_game")
    return session.room


def _hosted_room_of(session: Session) -> Room:
    room = _room_of(session)
    if session.player is not None:
        raise Forbidden("Only a host of this game may do that.", code="not_a_host")
    return room


def _parse(kind: type[W], data: object) -> W:
    """`data` as `kind`, strictly: nothing is converted, nothing unknown is let through."""
    try:
        written = orjson.dumps(data)
    except TypeError:
        raise Invalid("This is nested too deeply.", code="malformed") from None
    if len(written) > LARGEST_EVENT:
        raise Invalid("This is too long.", code="malformed")
    try:
        return kind.model_validate_json(written, strict=True)
    except ValidationError as error:
        if error.error_count() > MOST_FAULTS:
            raise Invalid("Almost nothing of this is as it should be.", code="malformed") from None
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the message"
        raise Invalid(f"{where}: {first['msg']}.", code="malformed") from None


def _refusal(event: str, error: AppError) -> Ack:
    refused_total.labels(event if event in wire.CLIENT_EVENTS else "unknown", error.code).inc()
    message = error.errors[0].message if error.errors else error.message
    refused = wire.RefusalData(code=error.code, message=message, retry_after_ms=error.retry_after_ms)
    return wire.Refused(error=refused).wire()
