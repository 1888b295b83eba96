"""Seeded trouble for messages: a list of faults, spread over the time of a slice."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Mapping

from tests.chaos.tasks.history import Notes
from tests.chaos.tasks.site import Site, Spread

Faults = Mapping[str, int]


class Nemesis:
    """Strikes as often as `faults` say, in a seeded order, `every_s` apart on average; one that takes long (a broker
    that starts) is waited for."""

    def __init__(self, site: Site, notes: Notes, faults: Faults, seed: str, every_s: float) -> None:
        self.site, self.notes, self.every_s = site, notes, every_s
        self.dice = random.Random(f"{seed}/nemesis")
        self.todo = [name for name, count in faults.items() for _ in range(count)]
        self.dice.shuffle(self.todo)
        self.struck: Counter[str] = Counter()

    async def rage(self) -> None:
        """Do all of it."""
        for name in self.todo:
            await asyncio.sleep(self.dice.uniform(0.5, 1.5) * self.every_s)
            await getattr(self, f"_{name}")()
            self.struck[name] += 1

    def _somebody(self, kind: str) -> str:
        names = [name for name in self.site.replicas if name.startswith((kind, "all"))]
        return self.dice.choice(names)

    async def _kill(self, kind: str) -> None:
        """The one who keeps it notes the fault and starts it again."""
        self.site.replicas[self._somebody(kind)].signal(signal.SIGKILL)

    async def _kill_worker(self) -> None:
        await self._kill("worker")

    async def _kill_ledger(self) -> None:
        await self._kill("ledger")

    async def _kill_teller(self) -> None:
        await self._kill("teller")

    async def _freeze_worker(self) -> None:
        """Long enough for the broker to wonder, short enough for it to stay."""
        name = self._somebody("worker")
        self.notes.fault("freeze", "start", name)
        self.site.replicas[name].signal(signal.SIGSTOP)
        await asyncio.sleep(self.dice.uniform(1, 4))
        self.site.replicas[name].signal(signal.SIGCONT)
        self.notes.fault("freeze", "stop", name)

    async def _freeze_then_kill_worker(self) -> None:
        name = self._somebody("worker")
        self.site.replicas[name].signal(signal.SIGSTOP)
        await asyncio.sleep(self.dice.uniform(0.2, 1))
        self.site.replicas[name].signal(signal.SIGKILL)

    async def _kill_broker(self) -> None:
        site = self._spread
        self.notes.fault("kill", "start", "broker")
        await asyncio.to_thread(site.rabbitmq.kill)
        await asyncio.sleep(self.dice.uniform(0, 2))
        await asyncio.to_thread(site.rabbitmq.start)
        self.notes.fault("kill", "stop", "broker", -9)

    async def _freeze_broker(self) -> None:
        self.notes.fault("freeze", "start", "broker")
        self._spread.rabbitmq.signal(signal.SIGSTOP)
        await asyncio.sleep(self.dice.uniform(1, 5))
        self._spread.rabbitmq.signal(signal.SIGCONT)
        self.notes.fault("freeze", "stop", "broker")

    async def _restart_database(self) -> None:
        self.notes.fault("restart", "start", "database")
        await asyncio.to_thread(self._spread.mariadb.restart)
        self.notes.fault("restart", "stop", "database", 0)

    async def _kill_database(self) -> None:
        self.notes.fault("kill", "start", "database")
        await asyncio.to_thread(self._spread.mariadb.kill)
        await asyncio.sleep(self.dice.uniform(0, 3))
        await asyncio.to_thread(self._spread.mariadb.start)
        self.notes.fault("kill", "stop", "database", -9)

    async def _cut(self) -> None:
        self.notes.fault("cut", "start", "wire")
        self._spread.wire.cut()
        self.notes.fault("cut", "stop", "wire")

    async def _delay(self) -> None:
        self.notes.fault("delay", "start", "wire")
        self._spread.wire.delay_s = 0.3
        await asyncio.sleep(self.dice.uniform(1, 3))
        self._spread.wire.delay_s = 0.0
        self.notes.fault("delay", "stop", "wire")

    async def _silence(self) -> None:
        """The wire carries nothing for a while, then breaks."""
        self.notes.fault("silence", "start", "wire")
        self._spread.wire.held = True
        await asyncio.sleep(self.dice.uniform(1, 4))
        self._spread.wire.cut()
        self._spread.wire.held = False
        self.notes.fault("silence", "stop", "wire")

    @property
    def _spread(self) -> Spread:
        assert isinstance(self.site, Spread)
        return self.site
