"""Where a run takes place: the embedded process, or an installation. `strike` returns once what it struck is back."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from edkit.local.installation import Installation
from edkit.local.process import Process
from tests.chaos.server import Server

COMMAND = (sys.executable, "-m", "tests.chaos.jobs.process", "up")
REPLICAS = {"gateway": 2, "quiz_service": 2, "game_server": 1, "job_handler": 2}


def settings_of(folder: Path, stub: str, hold_s: float, bug: str, at_once: int) -> dict[str, str]:
    """What every process of a run is told."""
    endpoint = {"name": "stub", "url": f"{stub}/v1", "large": "writer"}
    return {
        "EDTECH_LLM_ENDPOINTS": json.dumps([endpoint]),
        "EDTECH_RATE_LIMITS": "false",
        "EDTECH_DEMO": "false",
        "EDTECH_LOG_LEVEL": "WARNING",
        "EDTECH_JOBS_AT_ONCE": str(at_once),
        "CHAOS_MOMENTS": str(moments_of(folder)),
        "CHAOS_HOLD_S": str(hold_s),
        **({"CHAOS_BUG": bug} if bug else {}),
    }


def moments_of(folder: Path) -> Path:
    """Where the processes of a run note the moments of jobs."""
    return folder.resolve() / "moments"


class Alone:
    """Everything in one process."""

    def __init__(self, folder: Path, stub: str, hold_s: float, bug: str = "", at_once: int = 8) -> None:
        self._server = Server(folder, COMMAND, extra=settings_of(folder, stub, hold_s, bug, at_once))

    @property
    def base(self) -> str:
        return self._server.base

    async def open(self) -> None:
        await self._server.start()

    async def close(self) -> None:
        await self._server.stop()

    async def strike(self, _: str, how: str, ended: Callable[[], None]) -> None:
        """`ended` is called when what was struck has ended, and not begun again."""
        await (self._server.kill() if how == "kill" else self._server.leave())
        ended()
        await self._server.start()


class Spread:
    """Two gateways, two quiz services and two job handlers over MariaDB, RabbitMQ and Redis."""

    targets = ("job_handler", "quiz_service", "gateway", "rabbitmq", "mariadb", "redis")

    def __init__(self, folder: Path, stub: str, hold_s: float, bug: str = "", at_once: int = 8) -> None:
        settings = settings_of(folder, stub, hold_s, bug, at_once)
        self.installation = Installation(folder, replicas=REPLICAS, command=COMMAND, settings=settings)
        for replica in self.installation.replicas:
            mine = {**settings, "CHAOS_REPLICA": replica.name}
            if replica.service == "job_handler":
                mine["EDTECH_LEAVE_S"] = "0"  # so that it leaves in the moment for which it is asked to
            replica.settings = {**replica.settings, **mine}

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

    async def strike(self, target: str, how: str, ended: Callable[[], None]) -> None:
        """Every replica of a service at once, so that it is certain that the one at work is struck."""
        parts = self._parts(target)
        await asyncio.gather(*(asyncio.to_thread(part.kill if how == "kill" else part.stop) for part in parts))
        ended()
        await asyncio.gather(*(asyncio.to_thread(part.start) for part in parts))

    def _parts(self, target: str) -> list[Process]:
        of_service: list[Process] = [*self.installation.of(target)]
        return of_service or [self.installation.parts[target]]

    def signal(self, name: str, number: signal.Signals) -> None:
        """Freeze or thaw one process."""
        self.installation.parts[name].signal(number)

    async def only(self, name: str, *, alone: bool) -> None:
        """Leave one job handler alone, or bring the others back."""
        for replica in self.installation.of("job_handler"):
            if replica.name != name:
                await asyncio.to_thread(replica.stop if alone else replica.start)
