"""Where the bus contract is played: one stage per engine. A stage opens brokers on one storage, as often as asked."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from edkit.bus import Broker, Topology, open_broker
from edkit.bus.rabbit.topology import OPERATOR, definitions
from edkit.clock import Clock, ManualClock, SystemClock
from edkit.message import SYSTEM, Envelope, Reply
from tests import servers

TOPOLOGY = Topology(("echo", "other", "caller"), {"Happened": ("echo", "other")})
OK = Reply(ok=True, body=b"{}")
PATIENCE_S = 20


def envelope(name: str, kind: str = "request", *, message_id: str = "m1", number: int = 0, **more: object) -> Envelope:
    return Envelope.model_validate(
        {"id": message_id, "type": name, "kind": kind, "actor": SYSTEM, "request_id": "r", "issued_at": 0}
        | {"body": {"number": number}}
        | more
    )


class Inbox:
    """A handler that notes what it got and answers what it is told to."""

    def __init__(self, answer: Callable[[Envelope], Reply] = lambda _: OK) -> None:
        self.seen: list[Envelope] = []
        self.times: list[float] = []
        self.answer = answer
        self._arrived = asyncio.Condition()

    async def __call__(self, message: Envelope) -> Reply:
        self.times.append(asyncio.get_running_loop().time())
        self.seen.append(message)
        async with self._arrived:
            self._arrived.notify_all()
        return self.answer(message)

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.seen]

    async def holds(self, count: int) -> list[Envelope]:
        async with asyncio.timeout(PATIENCE_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.seen) >= count)
        return self.seen


class Stage(Protocol):
    """What differs between engines when the contract is tested."""

    clock: Clock
    tiers_ms: tuple[int, ...]

    def open(self) -> Broker:
        """What a restarted process would find: a new broker over the same storage."""
        ...

    async def retried(self, inbox: Inbox, count: int, wait_ms: int) -> None:
        """Returns when `inbox` holds `count` messages. Fails when its first came again before `wait_ms` had passed."""
        ...

    def dying(self) -> tuple[str, ...]:
        """The command of a process that serves `echo`, says `begun` when it got a message, and never ends it."""
        ...


class MemoryStage:
    """The bus of one process, with time in the test's hand."""

    tiers_ms = 5_000, 30_000, 120_000, 600_000

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self._folder = folder

    def open(self) -> Broker:
        return open_broker(
            "memory:", data=self._folder, topology=TOPOLOGY, clock=self.clock, retry_tiers_ms=self.tiers_ms
        )

    async def retried(self, inbox: Inbox, count: int, wait_ms: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not self.clock.sleeping:  # what failed is stored again, and the consumer waits for its time
                await asyncio.sleep(0.002)
        before = len(inbox.seen)
        await self.clock.advance(wait_ms / 1000 - 1)
        await asyncio.sleep(0.02)
        assert len(inbox.seen) == before < count
        await self.clock.advance(1)  # to the instant: what is more would be missing from the next wait
        await inbox.holds(count)

    def dying(self) -> tuple[str, ...]:
        return sys.executable, "-m", "tests.contract.dying", "memory:", str(self._folder)


class RabbitStage:
    """A fresh virtual host, with users and permissions as in production. Time is the broker's."""

    tiers_ms = 150, 300, 450, 600

    def __init__(self, url: str, folder: Path) -> None:
        self.clock = SystemClock()
        self.url, self._folder = url, folder

    def open(self) -> Broker:
        return open_broker(
            self.url, data=self._folder, topology=TOPOLOGY, clock=self.clock, retry_tiers_ms=self.tiers_ms
        )

    async def retried(self, inbox: Inbox, count: int, wait_ms: int) -> None:
        await inbox.holds(count)
        times = [time for time, seen in zip(inbox.times, inbox.seen, strict=True) if seen.id == inbox.seen[0].id]
        assert times[-1] - times[-2] >= wait_ms / 1000

    def dying(self) -> tuple[str, ...]:
        return sys.executable, "-m", "tests.contract.dying", self.url, str(self._folder)


@asynccontextmanager
async def rabbit_stage(server: servers.RabbitMQ, folder: Path) -> AsyncIterator[RabbitStage]:
    """A stage on its own virtual host, which is deleted afterwards."""
    passwords = dict.fromkeys((*TOPOLOGY.services, OPERATOR), servers.SECRET)
    said = definitions(TOPOLOGY, "replaced", passwords, RabbitStage.tiers_ms)
    name, url = await asyncio.to_thread(servers.fresh_vhost, server, definitions=said)
    try:
        yield RabbitStage(url, folder)
    finally:
        await asyncio.to_thread(server.api, "DELETE", f"vhosts/{name}")
