"""Breaks things on purpose: kills the process, stops it, asks it to leave, cuts connections; and notes what it did."""

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

from tests.chaos.history import Recorder
from tests.chaos.stage import Stage

COMMAND = (sys.executable, "-m", "edkit.cli", "up")
START_WITHIN_S = 120.0
LEAVE_WITHIN_S = 20.0


class Server:
    """The embedded process over its own folder and port; it can be killed and started again as often as you like."""

    def __init__(
        self,
        folder: Path,
        command: Sequence[str] = COMMAND,
        port: int | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.command, self.extra = folder, command, extra or {}
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.data = folder / "data"

    async def start(self) -> None:
        """Start the process and wait until it says that it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("EDTECH_")} | {
            "EDTECH_PORT": str(self.port),
            "EDTECH_HOST": "127.0.0.1",
            "EDTECH_DATA": str(self.data),
            "EDTECH_DEMO": "false",
            "EDTECH_LOG_LEVEL": "WARNING",
            **self.extra,
        }
        with (self.folder / "server.log").open("ab") as log:
            self.process = await asyncio.to_thread(
                subprocess.Popen, self.command, stdout=log, stderr=log, env=environ, cwd=Path(__file__).parents[2]
            )
        async with asyncio.timeout(START_WITHIN_S):
            await self.ready()

    async def ready(self) -> None:
        """Wait until `/readyz` says yes. Raises RuntimeError when the process has died meanwhile."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(2)) as http:
            while True:
                assert self.process is not None
                if self.process.poll() is not None:
                    tail = (self.folder / "server.log").read_text(errors="replace")[-3000:]
                    raise RuntimeError(f"the server ended with {self.process.returncode}:\n{tail}")
                with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                    async with http.get(f"{self.base}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    async def kill(self) -> int:
        """End the process without a word and return its exit code."""
        self.signal(signal.SIGKILL)
        assert self.process is not None
        return await asyncio.to_thread(self.process.wait)

    async def leave(self) -> int:
        """Ask the process to end, as an update does; it is killed if it has not done so in time."""
        self.signal(signal.SIGTERM)
        assert self.process is not None
        try:
            return await asyncio.to_thread(self.process.wait, LEAVE_WITHIN_S)
        except subprocess.TimeoutExpired:
            return await self.kill()

    async def stop(self) -> None:
        """End it after a run."""
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGCONT)
            await self.leave()


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Nemesis:
    """Seeded trouble. Most of it strikes while questions are open, and right after answers were sent."""

    FAULTS = {"kill": 6, "stop_then_kill": 3, "term": 1, "stop": 2, "cut": 3}

    def __init__(
        self, server: Server, stage: Stage, recorder: Recorder, seed: str, *, every_s: float, faults: Sequence[str] = ()
    ) -> None:
        self.server, self.stage, self.recorder = server, stage, recorder
        self.dice = random.Random(f"{seed}/nemesis")
        self.every_s = every_s
        self.faults = {name: weight for name, weight in self.FAULTS.items() if not faults or name in faults}

    async def rage(self) -> None:
        """Break things until cancelled; whatever is broken is mended before the cancellation takes effect."""
        while True:
            await asyncio.sleep(self.dice.uniform(0.5, 1.5) * self.every_s)
            if self.dice.random() < 0.9:
                await self._wait_for_answers()
            names, weights = zip(*self.faults.items(), strict=True)
            fault = self.dice.choices(names, weights)[0]
            strike = asyncio.create_task(getattr(self, f"_{fault}")())
            try:
                await asyncio.shield(strike)
            except asyncio.CancelledError:
                await strike
                raise

    async def _wait_for_answers(self) -> None:
        """At most 3 s, until somewhere a question is open and answers are on their way."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3):
                while not (self.stage.open_questions and self.stage.in_flight):
                    await asyncio.sleep(0.0005)
        await asyncio.sleep(self.dice.choice([0, 0, 0.001, 0.003, 0.01]))

    async def _kill(self) -> None:
        self.recorder.fault("kill", "start")
        code = await self.server.kill()
        await self.server.start()
        self.recorder.fault("kill", "stop", exit_code=code)

    async def _stop_then_kill(self) -> None:
        """Answers pile up unread, then the process is gone: none of these may be believed stored."""
        self.recorder.fault("kill", "start")
        self.server.signal(signal.SIGSTOP)
        await asyncio.sleep(self.dice.uniform(0.1, 0.6))
        code = await self.server.kill()
        await self.server.start()
        self.recorder.fault("kill", "stop", exit_code=code)

    async def _term(self) -> None:
        self.recorder.fault("term", "start")
        code = await self.server.leave()
        await self.server.start()
        self.recorder.fault("term", "stop", exit_code=code)

    async def _stop(self) -> None:
        self.recorder.fault("stop", "start")
        self.server.signal(signal.SIGSTOP)
        await asyncio.sleep(self.dice.choice([0.2, 0.5, 1.0, 2.5]))
        self.server.signal(signal.SIGCONT)
        self.recorder.fault("stop", "stop")

    async def _cut(self) -> None:
        """A third of all connections are lost at once."""
        self.recorder.fault("cut", "start", target="clients")
        tabs = sorted(self.stage.tabs, key=lambda tab: (tab.client.name, tab.conn))
        for tab in self.dice.sample(tabs, len(tabs) // 3):
            tab.cut()
        self.recorder.fault("cut", "stop", target="clients")
