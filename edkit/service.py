"""A service: a table from message to handler, and what its handlers are given. `app.py` of a service is that table."""

import argparse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.blobs import Blobs
from edkit.bus import BusClient
from edkit.cache import Cache
from edkit.chance import Chance
from edkit.clock import Clock
from edkit.db import Database
from edkit.db.outbox import Outbox
from edkit.ids import Ids
from edkit.leaving import Leaving
from edkit.limits import Limiter
from edkit.message import SYSTEM, Actor, Envelope, Event, Message, Notice, Request, Task
from edkit.settings import Settings
from edkit.sockets import WebSocket
from edkit.tokens import Keys

ASGIApp = Callable[..., Awaitable[None]]
NO_TRANSACTION: Any = None


class Handling(NamedTuple):
    """How a message is handled: its function, whether it writes, and what is fetched before the transaction."""

    run: Callable[[Any, "Context"], Awaitable[Any]]
    writes: bool
    prepare: Callable[[Any, "Context"], Awaitable[Any]] | None = None


def read(
    run: Callable[[Any, "Context"], Awaitable[Any]], *, prepare: Callable[..., Awaitable[Any]] | None = None
) -> Handling:
    """A handler that changes nothing. If `prepare` has the answer already, a `Ready`, that is the answer."""
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

    async def close(self) -> None:
        """Let go of what the launcher opened for this service alone."""
        for port in (self.blobs, self.cache, self.limits, self.database):
            await port.close()

    async def announce(self, session: AsyncSession, message: Task | Event, *, actor: Actor = SYSTEM) -> None:
        """Put a message into the outbox inside the transaction of `session`."""
        if self.outbox is None:
            raise TypeError(f"{self.name} has no database to announce from")
        await self.outbox.add(session, self.bus.envelope(message, actor=actor))
