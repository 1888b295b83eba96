"""Where a run takes place: the processes of the three services and the servers they stand on.

`Alone` is one process over SQLite and the memory bus; `Spread` is many over MariaDB and RabbitMQ, with a wire
in between that can be cut and slowed. A process that ends is started again, as any orchestrator would.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp
from sqlalchemy import make_url

from edkit.bus import DeadLetter, open_broker
from edkit.clock import SystemClock
from edkit.launch import topology
from edkit.local.process import Process
from edkit.local.servers import MariaDB, RabbitMQ
from tests.chaos.tasks.history import Notes
from tests.chaos.tasks.table import TABLE
from tests.chaos.tasks.wire import Wire

VHOST = "edtech"
ROOT = Path(__file__).parents[3]


class Replica(Process):
    """One process of the proof."""

    def __init__(self, folder: Path, name: str, services: str, settings: Mapping[str, str]) -> None:
        super().__init__(folder / name, log=folder / f"{name}.log")
        self.name, self._services, self._settings = name, services, settings
        self.expected_to_end = False

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", "tests.chaos.tasks.process", self._services]

    def environment(self) -> Mapping[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("EDTECH_")} | {
            "PYTHONPATH": str(ROOT),
            "CHAOS_FOLDER": str(self.folder.parent),
            "CHAOS_REPLICA": self.name,
            "EDTECH_HOST": "127.0.0.1",
            "EDTECH_PORT": str(self.port),
            "EDTECH_DATA": str(self.folder),
            "EDTECH_DEMO": "false",
            "EDTECH_LOG_LEVEL": "WARNING",
            **self._settings,
        }

    @property
    def exit_code(self) -> int | None:
        """How it ended."""
        return None if self._process is None else self._process.returncode

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Site:
    """The processes of a run. `open` starts everything, `close` ends it; faults are noted with their time."""

    kills_of_servers = True

    def __init__(self, folder: Path, notes: Notes, tiers_ms: Sequence[int], bug: str = "") -> None:
        self.folder, self.notes, self.tiers_ms = folder, notes, tiers_ms
        self.extra = {"EDTECH_RETRY_TIERS_MS": ",".join(map(str, tiers_ms))}
        if bug:
            self.extra["CHAOS_BUG"] = bug
        self.replicas: dict[str, Replica] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._http: aiohttp.ClientSession | None = None

    def _add(self, name: str, services: str, settings: Mapping[str, str]) -> None:
        self.replicas[name] = Replica(self.folder, name, services, {**settings, **self.extra})

    async def _open_processes(self) -> None:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(2))
        first = next(iter(self.replicas.values()))
        first.launch()  # migrates alone, so that the others find it done
        await self._ready_or_raise(first)
        for replica in self.replicas.values():
            replica.launch()
        await asyncio.gather(*(self._ready_or_raise(replica) for replica in self.replicas.values()))
        self._keepers = [asyncio.create_task(self._keep(replica)) for replica in self.replicas.values()]

    async def ready(self, replica: Replica, within_s: float = 90) -> None:
        """Return when the process says that it is ready. Raises TimeoutError; ends early when the process does."""
        assert self._http is not None
        async with asyncio.timeout(within_s):
            while replica.running:
                with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                    async with self._http.get(f"{replica.base}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)

    async def _ready_or_raise(self, replica: Replica) -> None:
        await self.ready(replica)
        if not replica.running:
            raise RuntimeError(f"{replica.name} did not start: {replica.last_words()}")

    async def _keep(self, replica: Replica) -> None:
        """Start the process again whenever it ends."""
        while True:
            await asyncio.sleep(0.02)
            if replica.running or replica.expected_to_end:
                continue
            code = replica.exit_code
            if code != -signal.SIGKILL:
                self.notes.crashes.append(f"{replica.name} ended with {code}: {replica.last_words(1500)}")
                await asyncio.sleep(2)
            self.notes.fault("kill", "start", replica.name)
            replica.launch()
            await self.ready(replica)
            self.notes.fault("kill", "stop", replica.name, code)

    @property
    def doors(self) -> list[str]:
        """Where the driver may ask."""
        return [replica.base for name, replica in self.replicas.items() if name.startswith(("teller", "all"))]

    async def everybody_ready(self) -> None:
        """Return when all processes are."""
        await asyncio.gather(*(self.ready(replica) for replica in self.replicas.values()))

    async def _close_processes(self) -> None:
        for replica in self.replicas.values():
            replica.expected_to_end = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(asyncio.to_thread(replica.stop) for replica in self.replicas.values()))
        if self._http is not None:
            await self._http.close()

    async def _dead(self, bus_url: str, data: Path) -> list[DeadLetter]:
        clock = SystemClock()
        opened = open_broker(bus_url, data=data, topology=topology(TABLE), clock=clock, retry_tiers_ms=self.tiers_ms)
        try:
            return list(await opened.dead_letters())
        finally:
            await opened.close()


class Alone(Site):
    """One process with everything in it."""

    kills_of_servers = False

    async def open(self) -> None:
        self._add("all-1", "teller+ledger+worker", {})
        await self._open_processes()

    async def close(self) -> None:
        await self._close_processes()

    def database(self, service: str) -> str:
        """The URL of a service's database, for reading without asyncio."""
        return f"sqlite:///file:{self.folder / 'all-1' / service}.db?mode=ro&uri=true"

    async def dead_letters(self) -> list[DeadLetter]:
        """What the bus has given up. Only while no process runs."""
        return await self._dead("memory:", self.folder / "all-1")


class Spread(Site):
    """Two tellers, two ledgers and three workers over one MariaDB and one RabbitMQ."""

    def __init__(self, folder: Path, notes: Notes, tiers_ms: Sequence[int], bug: str = "", *, workers: int = 3) -> None:
        super().__init__(folder, notes, tiers_ms, bug)
        self._workers = workers
        self.mariadb = MariaDB(folder / "mariadb")
        self.rabbitmq = RabbitMQ(folder / "rabbitmq", management=True, password="secret")
        self.wire = Wire(self.rabbitmq.port)

    async def open(self) -> None:
        from edkit.bus.rabbit.topology import OPERATOR, definitions

        await asyncio.gather(asyncio.to_thread(self.mariadb.start), asyncio.to_thread(self.rabbitmq.start))
        roles = dict.fromkeys((*(service.name for service in TABLE), OPERATOR), "secret")
        table = definitions(topology(TABLE), VHOST, roles, self.tiers_ms)
        await asyncio.to_thread(self.rabbitmq.load, table)
        await self.wire.open()
        settings = {
            "EDTECH_BUS_URL": f"amqp://{{service}}:secret@127.0.0.1:{self.wire.port}/{VHOST}",
            "EDTECH_DATABASE_URL": self.mariadb.url("{service}"),
        }
        for service, count in (("ledger", 2), ("worker", self._workers), ("teller", 2)):
            for number in range(1, count + 1):
                self._add(f"{service}-{number}", service, settings)
        await self._open_processes()

    async def close(self) -> None:
        await self._close_processes()
        await self.wire.close()
        await asyncio.to_thread(self.rabbitmq.kill)
        await asyncio.to_thread(self.mariadb.stop)

    def database(self, service: str) -> str:
        """The URL of a service's database, for reading without asyncio."""
        url = make_url(self.mariadb.url(service)).set(drivername="mysql+pymysql")
        return url.render_as_string(hide_password=False)

    async def dead_letters(self) -> list[DeadLetter]:
        """What the bus has given up. What still waits in queues is kept beside, for whoever looks for the lost."""
        queues = await asyncio.to_thread(self.rabbitmq.api, "GET", f"queues/{VHOST}")
        (self.folder / "queues.json").write_text(json.dumps(queues, indent=1), encoding="utf-8")
        return await self._dead(f"amqp://{{service}}:secret@127.0.0.1:{self.rabbitmq.port}/{VHOST}", self.folder)
