"""The embedded process as a test sees it: its own folder and port, and it can be killed and started again."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

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
