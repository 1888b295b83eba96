"""Time as a port. Nothing outside this file asks the machine what time it is."""

import asyncio
import heapq
import os
import time
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Epoch milliseconds that never step back, a monotonic second counter, and waiting."""

    def now(self) -> int: ...
    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


def _boot_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class SystemClock:
    """The machine's boot-time clock plus an offset to the epoch.

    The offset is kept in `folder` with the boot's id: a restarted process goes on with the same time although somebody
    set the wall clock meanwhile, and deadlines written before a crash still mean the same instant. After a reboot the
    offset is taken anew from the wall clock, but never so that time would run backwards.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._offset = time.time_ns() // 1_000_000 - _boot_ms()
        if folder is not None:
            self._offset = self._stored_offset(folder / "clock", self._offset)

    @staticmethod
    def _stored_offset(path: Path, fresh: int) -> int:
        boot = _boot_id()
        try:
            stored_boot, stored_offset, last = path.read_text(encoding="ascii").split()
            offset = (
                int(stored_offset) if stored_boot == boot and boot != "unknown" else max(fresh, int(last) - _boot_ms())
            )
        except (OSError, ValueError):
            offset = fresh
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(f"{boot} {offset} {_boot_ms() + offset}\n", encoding="ascii")
        temporary.replace(path)
        return offset

    def now(self) -> int:
        return _boot_ms() + self._offset

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """Time that moves only when a test says so. `advance` wakes the sleepers whose time has come, in order."""

    def __init__(self, start: int = 1_800_000_000_000) -> None:
        self._now = float(start)
        self._start = float(start)
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> int:
        return int(self._now)

    def monotonic(self) -> float:
        return (self._now - self._start) / 1000

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        self._count += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds * 1000, self._count, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move time on by `seconds`, waking each sleeper at its instant and letting it run."""
        target = self._now + seconds * 1000
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, future = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not future.done():
                future.set_result(None)
            await settle()
        self._now = target
        await settle()


async def settle(rounds: int = 20) -> None:
    """Let everything that is ready to run do so. For tests."""
    for _ in range(rounds):
        await asyncio.sleep(0)
