"""Where a run takes place: the embedded process, or an installation. `strike` returns once what it struck is back."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from edkit.local.installation import Installation
from tests.chaos.server import Server

COMMAND = (sys.executable, "-m", "tests.chaos.jobs.process", "up")
REPLICAS = {"gateway": 2, "quiz_service": 2, "game_server": 1, "job_handler": 2}
FROZEN_S = 17.0
"""Longer than a lease."""


def settings_of(stub: str, hold_s: float, bug: str, at_once: int) -> dict[str, str]:
    """What every process of a run is told."""
    endpoint = {"name": "stub", "url": f"{stub}/v1", "large": "writer"}
    return {
        "EDTECH_LLM_ENDPOINTS": json.dumps([endpoint]),
        "EDTECH_RATE_LIMITS": "false",
        "EDTECH_DEMO": "false",
        "EDTECH_LOG_LEVEL": "WARNING",
        "EDTECH_JOBS_AT_ONCE": str(at_once),
        "CHAOS_HOLD_S": str(hold_s),
        **({"CHAOS_BUG": bug} if bug else {}),
    }


class Alone:
    """Everything in one process."""

    def __init__(self, folder: Path, stub: str, hold_s: float, bug: str = "", at_once: int = 8) -> None:
        self._server = Server(folder, COMMAND, extra=settings_of(stub, hold_s, bug, at_once))

    @property
    def base(self) -> str:
        return self._server.base

    async def open(self) -> None:
        await self._server.start()

    async def close(self) -> None:
        await self._server.stop()

    async def strike(self, target: str, how: str) -> None:
        if how == "freeze":
            self._server.signal(signal.SIGSTOP)
            await asyncio.sleep(FROZEN_S)
            self._server.signal(signal.SIGCONT)
            return
        await (self._server.kill() if how == "kill" else self._server.leave())
        await self._server.start()


class Spread:
    """Two gateways, two quiz services and two job handlers over MariaDB, RabbitMQ and Redis."""

    targets = ("job_handler", "quiz_service", "gateway", "rabbitmq", "mariadb", "redis")

    def __init__(self, folder: Path, stub: str, hold_s: float, bug: str = "", at_once: int = 8) -> None:
        self.installation = Installation(
            folder, replicas=REPLICAS, command=COMMAND, settings=settings_of(stub, hold_s, bug, at_once)
        )
        for replica in self.installation.replicas:
            replica.settings = {**replica.settings, **settings_of(stub, hold_s, bug, at_once)}

    @property
    def base(self) -> str:
        return self.installation.base

    async def open(self) -> None:
        await asyncio.to_thread(self.installation.start)

    async def close(self) -> None:
        for replica in self.installation.replicas:
            if replica.running:
                replica.signal(signal.SIGCONT)
        await asyncio.to_thread(self.installation.stop)

    async def strike(self, target: str, how: str) -> None:
        """Every replica of a service at once, so that it is certain that the one at work is struck."""
        parts = [self.installation.parts[name] for name in self._names(target)]
        if how == "freeze":
            for part in parts[:1]:
                part.signal(signal.SIGSTOP)
            await asyncio.sleep(FROZEN_S)
            for part in parts[:1]:
                part.signal(signal.SIGCONT)
            return
        for part in parts:
            await asyncio.to_thread(part.kill if how == "kill" else part.stop)
        await asyncio.gather(*(asyncio.to_thread(part.start) for part in parts))

    def _names(self, target: str) -> list[str]:
        return [name for name in self.installation.parts if name == target or name.startswith(f"{target}-")][
            : 1 if target == "mariadb" else None
        ]

    async def only(self, name: str, *, alone: bool) -> None:
        """Leave one job handler alone, or bring the others back."""
        for replica in self.installation.of("job_handler"):
            if replica.name != name:
                await asyncio.to_thread(replica.stop if alone else replica.start)
