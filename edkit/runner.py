"""The runner: one message, one transaction.

It decodes, checks who may send it, opens the transaction, calls the handler, writes outbox, inbox and remembered reply
into the same transaction, and commits.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from prometheus_client import Histogram
from pydantic import ValidationError
from sqlalchemy import Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from edkit import log, metrics
from edkit.bus import answer_type, deadline, unwrap
from edkit.db import ReplicaFailed, explained, retrying
from edkit.errors import AppError, FieldError, Forbidden, Malformed, TimedOut
from edkit.message import Actor, Envelope, Message, Ready, Reply, Request
from edkit.service import NO_TRANSACTION, Context, Handling, Runtime

logger = log.get(__name__)
T = TypeVar("T")
handled_seconds = metrics.histogram("message_seconds", "Time to handle a message", ["service", "type", "outcome"])

PATIENCE_S, LOOK_AGAIN_S = 60.0, 0.5
"""For how long a task or event waits for its database before that counts as a failure, and how often it looks."""


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
        self._observed: dict[tuple[str, str], Histogram] = {}
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
            observed = self._observed.get((envelope.type, outcome))
            if observed is None:
                observed = handled_seconds.labels(self._runtime.name, envelope.type, outcome)
                self._observed[envelope.type, outcome] = observed
            observed.observe(seconds)
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
        self._check_sender(envelope)
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
            prepare, first = handling.prepare, context
            prepared = await self._patiently(envelope, lambda: prepare(message, first))
            if isinstance(prepared, Ready) and not handling.writes:
                return _answer(message, prepared)
            context = replace(context, prepared=prepared)
        if self._runtime.service.metadata is None:
            return _answer(message, await handling.run(message, context))
        try:
            return await self._patiently(envelope, lambda: self._transact(handling, envelope, message, context))
        except IntegrityError:
            if (again := await self._done_before(envelope)) is not None:
                return again  # the same message was handled at the same moment elsewhere
            # Or another made the row first: a handler that looks for it before it makes it, finds it this time.
            return await self._patiently(envelope, lambda: self._transact(handling, envelope, message, context))

    async def _patiently(self, envelope: Envelope, work: Callable[[], Awaitable[T]]) -> T:
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

    def _check_sender(self, envelope: Envelope) -> None:
        """Raises Forbidden unless its sender is among those that `app.py` accepts: the gateway, if it names nobody."""
        if Message.registry[envelope.type].kind != envelope.kind:
            raise Malformed(f"{envelope.type} is no {envelope.kind}.", code="malformed_message")
        accepted = self._issuers.get(envelope.type, ("gateway",))
        if envelope.issuer not in (*accepted, self._runtime.name):
            logger.warning("issuer_refused", type=envelope.type, issuer=envelope.issuer)
            raise Forbidden(f"{envelope.issuer} may not send {envelope.type}.", code="issuer_refused")

    async def _take_notice(self, envelope: Envelope) -> Reply:
        for kind, take in self._runtime.service.notices.items():
            if kind.__name__ == envelope.type:
                self._check_sender(envelope)
                await take(decode(envelope), self._runtime)
        return Reply(ok=True, body=b"null")


class LocalCalls:
    """`BusClient.call` and `call_raw` for a service's own Requests: in this process, by the rules of the bus."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._runner = runtime, Runner(runtime)

    async def call_raw(
        self, request: Request[Any], *, actor: Actor, message_id: str | None = None, remember: bool = False
    ) -> bytes:
        runtime = self._runtime
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
