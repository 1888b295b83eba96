"""A service: a table from message to handler, and the runner that gives every message one transaction.

`app.py` of a service is that table. The runner decodes, checks who may send it, opens the transaction, calls the
handler, writes outbox, inbox and remembered reply into the same transaction, and commits.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import MetaData, Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from edkit import log, metrics
from edkit.blobs import Blobs
from edkit.bus import BusClient, answer_type, deadline, unwrap
from edkit.cache import Cache
from edkit.chance import Chance
from edkit.clock import Clock
from edkit.db import Database, ReplicaFailed, explained, retrying
from edkit.db.outbox import Outbox
from edkit.errors import AppError, FieldError, Forbidden, Malformed, TimedOut
from edkit.ids import Ids
from edkit.leaving import Leaving
from edkit.limits import Limiter
from edkit.message import SYSTEM, Actor, Envelope, Event, Message, Notice, Ready, Reply, Request, Task
from edkit.settings import Settings
from edkit.sockets import WebSocket
from edkit.tokens import Keys

logger = log.get(__name__)
handled_seconds = metrics.histogram("message_seconds", "Time to handle a message", ["service", "type", "outcome"])

ASGIApp = Callable[..., Awaitable[None]]
NO_TRANSACTION: Any = None

PATIENCE_S, LOOK_AGAIN_S = 60.0, 0.5
"""For how long a task or event waits for its database before that counts as a failure, and how often it looks."""


class Handling(NamedTuple):
    """How a message is handled: its function, whether it writes, and what is fetched before the transaction."""

    run: Callable[[Any, "Context"], Awaitable[Any]]
    writes: bool
    prepare: Callable[[Any, "Context"], Awaitable[Any]] | None = None


def read(
    run: Callable[[Any, "Context"], Awaitable[Any]], *, prepare: Callable[..., Awaitable[Any]] | None = None
) -> Handling:
    """A handler that changes nothing."""
    return Handling(run, False, prepare)


def write(
    run: Callable[[Any, "Context"], Awaitable[Any]], *, prepare: Callable[..., Awaitable[Any]] | None = None
) -> Handling:
    """A handler that changes rows. `prepare(message, context)` runs before the transaction: bus and blobs go there."""
    return Handling(run, True, prepare)


@dataclass(frozen=True)
class Mounts:
    """What a service shows over HTTP: ASGI apps by path prefix (the longest wins), and a websocket protocol class."""

    apps: Mapping[str, ASGIApp]
    websocket: type[WebSocket] | None = None
    drain: Callable[[Leaving], Awaitable[None]] | None = None


class Command(NamedTuple):
    """A sub-command of `edtech`, such as `admin create`. `run` returns the exit code and prints for people."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[["Runtime", argparse.Namespace], Awaitable[int]]


class Tool(NamedTuple):
    """A sub-command of `edtech` that needs nothing of this installation, such as one that plays against another."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Awaitable[int]]


@dataclass(frozen=True)
class Service:
    """The table of contents of a service. Nothing in it is open; the launcher opens.

    `start` runs in order before anything is served; `background` runs beside until the service stops.
    """

    name: str
    package: str = ""
    metadata: MetaData | None = None
    requests: Mapping[type[Request[Any]], Handling] = field(default_factory=dict)
    tasks: Mapping[type[Task], Handling] = field(default_factory=dict)
    events: Mapping[type[Event], Handling] = field(default_factory=dict)
    notices: Mapping[type[Notice], Callable[[Any, "Runtime"], Awaitable[None]]] = field(default_factory=dict)
    issuers: Mapping[type[Message], tuple[str, ...]] = field(default_factory=dict)
    http: Callable[["Runtime"], Mounts] | None = None
    start: tuple[Callable[["Runtime"], Awaitable[None]], ...] = ()
    background: tuple[Callable[["Runtime"], Awaitable[None]], ...] = ()
    commands: tuple[Command | Tool, ...] = ()

    @property
    def home(self) -> str:
        """The package that holds `migrations/`."""
        return self.package or self.name


@dataclass(frozen=True)
class Context:
    """What a handler gets beside its message. `session` is the open transaction: flush, never commit.

    In `prepare` there is no transaction yet and `session` is not to be touched.
    """

    actor: Actor
    message_id: str
    request_id: str
    issuer: str
    session: AsyncSession
    now: int
    runtime: "Runtime"
    prepared: Any = None
    announced: list[Envelope] = field(default_factory=list)

    @property
    def ids(self) -> Ids:
        return self.runtime.ids

    @property
    def chance(self) -> Chance:
        return self.runtime.chance

    @property
    def clock(self) -> Clock:
        return self.runtime.clock

    @property
    def settings(self) -> Settings:
        return self.runtime.settings

    @property
    def blobs(self) -> Blobs:
        return self.runtime.blobs

    @property
    def cache(self) -> Cache:
        return self.runtime.cache

    @property
    def bus(self) -> BusClient:
        return self.runtime.bus

    def announce(self, message: Task | Event | Notice, *, actor: Actor | None = None) -> None:
        """Tell it if and only if this transaction commits. Notices go out after the commit and may be lost."""
        self.announced.append(self.runtime.bus.envelope(message, actor=actor or self.actor))


@dataclass
class Runtime:
    """An open service: its ports, and what the launcher made for it. `state` belongs to the service."""

    service: Service
    settings: Settings
    clock: Clock
    ids: Ids
    chance: Chance
    keys: Keys
    bus: BusClient
    blobs: Blobs
    cache: Cache
    limits: Limiter
    database: Database
    outbox: Outbox | None = None
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def local(self) -> "LocalCalls":
        """Calls of this service's own handlers, in this process, under the same rules as over the bus."""
        return LocalCalls(Runner(self))

    async def close(self) -> None:
        """Let go of what the launcher opened for this service alone."""
        for port in (self.blobs, self.cache, self.limits, self.database):
            await port.close()

    async def announce(self, session: AsyncSession, message: Task | Event, *, actor: Actor = SYSTEM) -> None:
        """Put a message into the outbox inside the transaction of `session`."""
        if self.outbox is None:
            raise TypeError(f"{self.name} has no database to announce from")
        await self.outbox.add(session, self.bus.envelope(message, actor=actor))


class Runner:
    """Handles messages for one service. Never raises for what a message brings: errors are replies."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        service = runtime.service
        self._handlings: dict[str, Handling] = {
            message.__name__: handling
            for table in (service.requests, service.tasks, service.events)
            for message, handling in table.items()
        }
        self._issuers = {message.__name__: issuers for message, issuers in service.issuers.items()}
        tables = service.metadata.tables if service.metadata is not None else {}
        self._inbox: Table | None = tables.get("inbox")
        self._replies: Table | None = tables.get("replies")

    async def handle(self, envelope: Envelope) -> Reply:
        """The reply to a message. For Tasks and Events an ok reply means: its effect has happened, once."""
        request_token = log.request_id.set(envelope.request_id)
        service_token = log.service_name.set(self._runtime.name)
        deadline_token = deadline.set((envelope.expires_at, asyncio.current_task()))
        began, outcome = self._runtime.clock.monotonic(), "ok"
        try:
            return await self._handle(envelope)
        except AppError as error:
            outcome = error.code
            return _refusal(error)
        except Exception as error:
            if (away := explained(error)) is not None:
                outcome = away.code
                logger.warning("database_failed", type=envelope.type, message_id=envelope.id, error=str(error))
                return _refusal(away)
            outcome = "crash"
            logger.exception("handler_crashed", type=envelope.type, message_id=envelope.id)
            return _refusal(AppError())
        finally:
            seconds = self._runtime.clock.monotonic() - began
            handled_seconds.labels(self._runtime.name, envelope.type, outcome).observe(seconds)
            logger.info("handled", type=envelope.type, outcome=outcome, ms=round(seconds * 1000, 1))
            log.request_id.reset(request_token)
            log.service_name.reset(service_token)
            deadline.reset(deadline_token)

    async def _handle(self, envelope: Envelope) -> Reply:
        if envelope.kind == "notice":
            return await self._take_notice(envelope)
        handling = self._handlings.get(envelope.type)
        if handling is None:
            raise Malformed(f"{self._runtime.name} does not handle {envelope.type}.", code="unknown_message")
        if Message.registry[envelope.type].kind != envelope.kind:  # an Event could come from anybody
            raise Malformed(f"{envelope.type} is no {envelope.kind}.", code="malformed_message")
        accepted = self._issuers.get(envelope.type, ("gateway",))
        if envelope.kind != "event" and envelope.issuer not in (*accepted, self._runtime.name):
            logger.warning("issuer_refused", type=envelope.type, issuer=envelope.issuer)
            raise Forbidden(f"{envelope.issuer} may not send {envelope.type}.", code="issuer_refused")
        now = self._runtime.clock.now()
        if envelope.expires_at is not None and envelope.expires_at <= now:
            raise TimedOut()
        message = decode(envelope)
        context = Context(
            actor=envelope.actor,
            message_id=envelope.id,
            request_id=envelope.request_id,
            issuer=envelope.issuer,
            session=NO_TRANSACTION,
            now=now,
            runtime=self._runtime,
        )
        if handling.prepare is not None:
            context = replace(context, prepared=await handling.prepare(message, context))
        if self._runtime.service.metadata is None:
            return _answer(message, await handling.run(message, context))
        try:
            return await self._patiently(envelope, lambda: self._transact(handling, envelope, message, context))
        except IntegrityError:
            if (again := await self._done_before(envelope)) is not None:
                return again  # the same message was handled at the same moment elsewhere
            # Or another made the row first: a handler that looks for it before it makes it, finds it this time.
            return await self._patiently(envelope, lambda: self._transact(handling, envelope, message, context))

    async def _patiently(self, envelope: Envelope, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """`work`, run again after a deadlock. Tasks and events wait for a database that is away: it is no fault of
        theirs, and the inbox makes it safe to repeat one whose commit is in doubt."""
        waited = 0.0
        while True:
            try:
                return await retrying(work)
            except Exception as error:
                if envelope.kind == "request" or waited >= PATIENCE_S or explained(error) is None:
                    raise
                logger.warning("waits_for_database", type=envelope.type, message_id=envelope.id, error=str(error))
            await self._runtime.clock.sleep(LOOK_AGAIN_S)
            waited += LOOK_AGAIN_S

    async def _transact(self, handling: Handling, envelope: Envelope, message: Message, context: Context) -> Reply:
        """One message, one transaction."""
        database = self._runtime.database
        if not handling.writes:
            try:
                async with database.view() as session:
                    return _answer(message, await handling.run(message, replace(context, session=session)))
            except ReplicaFailed:
                async with database.read() as session:
                    return _answer(message, await handling.run(message, replace(context, session=session)))
        context = replace(context, announced=[])
        async with database.write() as session:
            if (done := await self._find_done(session, envelope)) is not None:
                return done
            context = replace(context, session=session)
            reply = _answer(message, await handling.run(message, context))
            await session.flush()
            if envelope.kind == "request":
                if envelope.remember and self._replies is not None:
                    row = {"message_id": envelope.id, "body": reply.body.decode(), "made_at": context.now}
                    await session.execute(insert(self._replies).values(row))
            elif self._inbox is not None:
                await session.execute(insert(self._inbox).values(message_id=envelope.id, done_at=context.now))
            for announced in context.announced:
                if announced.kind != "notice":
                    if self._runtime.outbox is None:
                        raise TypeError(f"{self._runtime.name} announces but has no outbox")
                    await self._runtime.outbox.add(session, announced)
        for announced in context.announced:
            if announced.kind == "notice":
                await self._runtime.bus.forward(announced)
        return reply

    async def _find_done(self, session: AsyncSession, envelope: Envelope) -> Reply | None:
        if envelope.kind == "request":
            if not envelope.remember or self._replies is None:
                return None
            query = select(self._replies.c.body).where(self._replies.c.message_id == envelope.id)
            body = (await session.execute(query)).scalar()
            return None if body is None else Reply(ok=True, body=body.encode())
        if self._inbox is None:
            return None
        query = select(self._inbox.c.message_id).where(self._inbox.c.message_id == envelope.id)
        return None if (await session.execute(query)).first() is None else Reply(ok=True, body=b"null")

    async def _done_before(self, envelope: Envelope) -> Reply | None:
        async with self._runtime.database.read() as session:
            return await self._find_done(session, envelope)

    async def _take_notice(self, envelope: Envelope) -> Reply:
        for kind, take in self._runtime.service.notices.items():
            if kind.__name__ == envelope.type:
                await take(decode(envelope), self._runtime)
        return Reply(ok=True, body=b"null")


class LocalCalls:
    """`BusClient.call` and `call_raw` for a service's own Requests, without leaving the process."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def call_raw(
        self, request: Request[Any], *, actor: Actor, message_id: str | None = None, remember: bool = False
    ) -> bytes:
        runtime = self._runner._runtime
        sent = runtime.bus.envelope(request, actor=actor, message_id=message_id, remember=remember)
        sent = sent.model_copy(update={"issuer": runtime.name})
        # Shielded: a caller that hangs up must not cut a transaction short.
        return unwrap(await asyncio.shield(asyncio.ensure_future(self._runner.handle(sent))))

    async def call(
        self, request: Request[Any], *, actor: Actor, message_id: str | None = None, remember: bool = False
    ) -> Any:
        body = await self.call_raw(request, actor=actor, message_id=message_id, remember=remember)
        return answer_type(type(request)).validate_json(body)


def decode(envelope: Envelope) -> Message:
    """The message inside. Malformed names the fields when it is not what its type says."""
    kind = Message.registry.get(envelope.type)
    if kind is None:
        raise Malformed(f"{envelope.type} is not a message.", code="unknown_message")
    try:
        return kind.model_validate(envelope.body)
    except ValidationError as error:
        fields = tuple(FieldError(field=".".join(map(str, e["loc"])), message=e["msg"]) for e in error.errors())
        raise Malformed("A message was not of its shape.", code="malformed_message", errors=fields) from None


def _answer(message: Message, answer: Any) -> Reply:
    if isinstance(message, Request):
        ready = isinstance(answer, Ready)
        return Reply(ok=True, body=answer.body if ready else answer_type(type(message)).dump_json(answer))
    return Reply(ok=True, body=b"null")


def _refusal(error: AppError) -> Reply:
    return Reply(ok=False, body=error.to_data().model_dump_json().encode())
