"""A whole installation as a target: every process by its name, and wires in between that can be slowed and cut.

All clients may come in over the wire `clients`; `game_server-1` speaks to MariaDB and Redis over wires of its own.
"""

import asyncio
import json
import re
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import make_url

from edkit.local.installation import Installation, Replica
from edkit.local.process import Process, free_port
from tests.chaos.history import FinalGame
from tests.chaos.record import read_games
from tests.chaos.relay import Relay

REPLICAS = {"gateway": 2, "quiz_service": 2, "game_server": 3}
COMMAND = (sys.executable, "-m", "edkit.cli", "up")
RELAYED = "game_server-1"
KINDS = {"redis": "redis", "rabbitmq": "broker", "mariadb": "database", "mariadb-replica": "replica"}
URLS = {"DATABASE_URL": "database", "HUB_URL": "redis", "CACHE_URL": "redis", "LIMITS_URL": "redis"}
AWAY = re.compile(r"\((2002|2003|2006|2013), ")
SETTINGS = {"EDTECH_LOG_LEVEL": "WARNING", "EDTECH_DEMO": "false"}


class Spread:
    """See `tests.chaos.target.Target`."""

    def __init__(
        self,
        folder: Path,
        replicas: Mapping[str, int] = REPLICAS,
        command: Sequence[str] = COMMAND,
        settings: Mapping[str, str] = {},
    ) -> None:
        self.installation = Installation(folder, replicas=replicas, command=command, settings={**SETTINGS, **settings})
        targets = {
            "clients": self.installation.haproxy,
            "database": self.installation.mariadb,
            "redis": self.installation.redis,
        }
        self._wires = {wire: (free_port(), target.port) for wire, target in targets.items()}
        self._relay = Relay(self._wires)
        self._replicas: dict[str, Replica] = {replica.name: replica for replica in self.installation.replicas}
        for replica in self._replicas.values():
            replica.settings = {**replica.settings, **self._settings_of(replica), **settings}
        self.parts: Mapping[str, str] = KINDS | {name: replica.service for name, replica in self._replicas.items()}

    def _settings_of(self, replica: Replica) -> dict[str, str]:
        own: dict[str, str] = {}
        if replica.service == "game_server":
            own["EDTECH_CLOCK_CONTROL"] = str(self._control(replica.name))
        if replica.name == RELAYED:
            for name, wire in URLS.items():
                port, target = self._wires[wire]
                own[f"EDTECH_{name}"] = replica.settings[f"EDTECH_{name}"].replace(f":{target}/", f":{port}/")
        return own

    def _control(self, name: str) -> Path:
        return self.installation.folder / f"{name}.clock"

    @property
    def base(self) -> str:
        return self.installation.base

    @property
    def slow_base(self) -> str:
        return f"http://127.0.0.1:{self._wires['clients'][0]}"

    @property
    def servers(self) -> Mapping[str, str]:
        return {replica.name: replica.base for replica in self.installation.of("game_server")}

    async def open(self) -> None:
        await asyncio.to_thread(self._relay.start)
        try:
            await asyncio.to_thread(self.installation.start)
        except BaseException:
            await asyncio.to_thread(self.installation.kill)
            raise

    async def close(self) -> None:
        for name in self.servers:
            self.signal(name, signal.SIGCONT)
        await asyncio.to_thread(self.installation.stop)
        await asyncio.to_thread(self._relay.stop)

    async def start(self, name: str) -> None:
        await asyncio.to_thread(self._part(name).start)

    async def kill(self, name: str) -> int:
        await asyncio.to_thread(self._part(name).kill)
        return -signal.SIGKILL

    async def leave(self, name: str) -> int:
        part = self._part(name)
        process = part._process
        await asyncio.to_thread(part.stop)
        return 0 if process is None else process.returncode

    def signal(self, name: str, number: signal.Signals) -> None:
        self._part(name).signal(number)

    def shape(self, wires: str, delay_ms: float = 0, *, held: bool = False) -> None:
        self._relay.shape(wires, delay_ms=delay_ms, jitter_ms=delay_ms / 6, held=held)

    def cut(self, wires: str) -> None:
        self._relay.cut(wires)

    def step(self, name: str, ms: int) -> None:
        self._control(name).write_text(str(ms), encoding="ascii")

    def flush(self) -> None:
        self.installation.redis.flush()

    def read_games(self, *, copy: bool = False) -> dict[str, FinalGame]:
        source = self.installation.replica if copy else self.installation.mariadb
        if copy:
            self.installation.replica.catch_up()
        url = make_url(source.url("edtech_game_server")).set(drivername="mysql+pymysql")
        return read_games(url.render_as_string(hide_password=False))

    def errors(self) -> Mapping[str, int]:
        """Events logged as errors, and tracebacks that no log took; but for a database that is away."""
        found: Counter[str] = Counter()
        for replica in self._replicas.values():
            for line in replica.log.read_text(errors="replace").splitlines():
                if '"log.level":"error"' in line and not AWAY.search(line):
                    told = json.loads(line)
                    kind = told.get("error.type") or told.get("labels", {}).get("error", "").partition(":")[0]
                    found[f"{replica.service} {told['message'][:60]} {kind}"] += 1
                elif line.startswith("Traceback"):
                    found[f"{replica.service} traceback"] += 1
        return found

    def _part(self, name: str) -> Process:
        return self.installation.parts[name]
