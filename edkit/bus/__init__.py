"""The bus: how services reach each other. What each kind of message promises stands in `edkit.message`.

`Bus` is the port, in bytes-level envelopes; `BusClient` is what services hold: typed calls over it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar, cast

from pydantic import TypeAdapter

from edkit import log, metrics
from edkit.clock import Clock
from edkit.errors import AppError, ErrorData, TimedOut
from edkit.ids import Ids
from edkit.message import SYSTEM, Actor, Envelope, Event, Message, Notice, Reply, Request, Task

R = TypeVar("R")
Handler = Callable[[Envelope], Awaitable[Reply]]
"""Handles one message. A Task or Event is done when it returns an ok reply; any other end is a handled failure."""

logger = log.get(__name__)
dead_total = metrics.counter("bus_dead_letters", "Tasks and events that failed five times", ["queue"])

deadline: ContextVar[tuple[int | None, object]] = ContextVar("deadline", default=(None, None))
"""When (epoch ms) the caller of the Request being handled gives up, and the asyncio task that handles it. What it asks
of others waits no longer; what it has begun beside itself has its own time."""

MAX_FAILURES = 5
DEFAULT_TIMEOUT_S = 5.0
MIN_TIMEOUT_S = 0.05
MOST_DEAD_LETTERS = 1000


class Topology(NamedTuple):
    """Which services take which events, and all services there are. Known before the first publish."""

    services: tuple[str, ...]
    subscriptions: Mapping[str, tuple[str, ...]]


class DeadLetter(NamedTuple):
    """A Task or Event that failed five times."""

    id: str
    queue: str
    type: str
    reason: str
    died_at: int


class Bus(Protocol):
    """One process role's connection to the bus.

    Requests: `request` returns the reply of one replica, or raises TimedOut at the deadline, or Unavailable at once
    when nobody serves them. Tasks and Events: once `publish` has returned, the message survives a crash and is
    delivered at least once, in order per queue but for retries; after five handled failures it is a dead letter.
    Notices: handed to every replica that is there now. The envelope's `issuer` is set by the bus.
    """

    async def request(self, service: str, envelope: Envelope, timeout: float) -> Reply: ...
    async def publish(self, service: str | None, envelope: Envelope) -> None: ...
    async def serve(self, handler: Handler) -> None:
        """Begin to take this role's Requests, Tasks and Events, and every Notice."""
        ...

    async def ping(self) -> None:
        """Raises Unavailable when the bus does not answer."""
        ...

    async def close(self) -> None:
        """Take nothing new, let what is under way end (2 s at most), and leave."""
        ...


class Broker(Protocol):
    """The whole bus as a process sees it."""

    def connect(self, role: str) -> Bus: ...
    async def declare(self) -> None:
        """Make what must be there before the first message and is missing; only where messages leave the process."""
        ...

    async def dead_letters(self, limit: int = MOST_DEAD_LETTERS) -> Sequence[DeadLetter]:
        """The dead letters that died first, at most `limit` of them. They stay where they are."""
        ...

    async def replay(self, message_id: str) -> bool:
        """Deliver a dead letter again, its failures forgotten; False when there is none."""
        ...

    async def close(self) -> None: ...


def open_broker(url: str, *, data: Path, topology: Topology, clock: Clock, retry_tiers_ms: Sequence[int]) -> Broker:
    """The engine that `url` names: `memory:` or `amqp://user:password@host/vhost`, where `{service}` is the role."""
    if url == "memory:":
        from edkit.bus.memory import MemoryBroker

        return MemoryBroker(data / "bus.db", topology, clock, retry_tiers_ms)
    if url.startswith(("amqp://", "amqps://")):
        from edkit.bus.rabbit.broker import RabbitBroker

        return RabbitBroker(url, topology, clock, retry_tiers_ms)
    raise ValueError(f"EDTECH_BUS_URL: no bus engine for {url.partition(':')[0]!r}; use memory: or amqp://")


async def guarded(handler: Handler, envelope: Envelope) -> Reply:
    """The handler's reply; what it throws is a reply as well."""
    try:
        return await handler(envelope)
    except Exception as error:
        logger.exception("handler_crashed", type=envelope.type)
        data = ErrorData(kind="internal", code="internal", message=f"{type(error).__name__}: {error}")
        return Reply(ok=False, body=data.model_dump_json().encode())


class BusClient:
    """Typed calls for one service."""

    def __init__(self, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._bus, self._clock, self._ids = bus, clock, ids

    def envelope(
        self,
        message: Message,
        *,
        actor: Actor,
        message_id: str | None = None,
        remember: bool = False,
        timeout: float | None = None,
    ) -> Envelope:
        """`message` ready to travel, under `message_id` or a new id, with the request id of the work it belongs to."""
        now = self._clock.now()
        own_id = message_id or self._ids.new()
        return Envelope.model_construct(
            id=own_id,
            type=type(message).__name__,
            kind=message.kind,  # type: ignore[arg-type]  # a class attribute, one of the four
            actor=actor,
            issuer="",
            request_id=log.request_id.get() or own_id,
            issued_at=now,
            expires_at=None if timeout is None else now + int(timeout * 1000),
            remember=remember,
            body=message.model_dump(mode="json"),
        )

    async def call(
        self,
        request: Request[R],
        *,
        actor: Actor,
        timeout: float = DEFAULT_TIMEOUT_S,
        message_id: str | None = None,
        remember: bool = False,
    ) -> R:
        """The answer. Raises the AppError that the handler raised, TimedOut or Unavailable."""
        body = await self.call_raw(request, actor=actor, timeout=timeout, message_id=message_id, remember=remember)
        return cast(R, answer_type(type(request)).validate_json(body))

    async def call_raw(
        self,
        request: Request[R],
        *,
        actor: Actor,
        timeout: float = DEFAULT_TIMEOUT_S,
        message_id: str | None = None,
        remember: bool = False,
    ) -> bytes:
        """The answer as its JSON bytes, never parsed on the way."""
        timeout = max(self._within_deadline(timeout), MIN_TIMEOUT_S)
        sent = self.envelope(request, actor=actor, message_id=message_id, remember=remember, timeout=timeout)
        return unwrap(await self._bus.request(request.service, sent, timeout))

    def _within_deadline(self, timeout: float) -> float:
        """`timeout`, or what is left of the time of whoever waits for us. Raises TimedOut when nothing is."""
        until, handling = deadline.get()
        if until is None or handling is not asyncio.current_task():
            return timeout
        left_ms = until - self._clock.now()
        if left_ms <= 0:
            raise TimedOut()
        return min(timeout, left_ms / 1000)

    async def ping(self) -> None:
        """Raises Unavailable when the bus does not answer."""
        await self._bus.ping()

    async def serve(self, handler: Handler) -> None:
        """Begin to take messages."""
        await self._bus.serve(handler)

    async def close(self) -> None:
        """Leave the bus."""
        await self._bus.close()

    async def publish(self, message: Task | Event | Notice, *, actor: Actor = SYSTEM) -> None:
        """Send outside of any transaction. What belongs to a change of data is announced by its handler instead."""
        await self.forward(self.envelope(message, actor=actor))

    async def forward(self, envelope: Envelope) -> None:
        """Publish an envelope made earlier."""
        kind = Message.registry[envelope.type]
        await self._bus.publish(kind.service if issubclass(kind, Task) else None, envelope)


_adapters: dict[type, TypeAdapter[object]] = {}


def answer_type(request: type[Request[R]]) -> TypeAdapter[object]:
    """How answers to `request` are read and written."""
    adapter = _adapters.get(request)
    if adapter is None:
        adapter = _adapters[request] = TypeAdapter(request.reply_type())
    return adapter


def unwrap(reply: Reply) -> bytes:
    """The body of an ok reply; raises the error of any other."""
    if reply.ok:
        return reply.body
    raise AppError.from_data(ErrorData.model_validate_json(reply.body))
