"""Time as a port. Nothing outside this file asks the machine what time it is."""

import asyncio
import heapq
import os
import time
from pathlib import Path
from typing import Protocol

KEEP_MS = 5_000
"""How often the present time is noted for the next boot."""


class Clock(Protocol):
    """Epoch milliseconds that never step back, a monotonic second counter, and waiting."""

    def now(self) -> int: ...
    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _boot_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class SystemClock:
    """The machine's boot-time clock plus an offset to the epoch.

    The offset is kept in `folder` with the boot's id: a restarted process goes on with the same time although somebody
    set the wall clock meanwhile, and deadlines written before a crash still mean the same instant. After a reboot the
    offset is taken anew from the wall clock, but never so that time would run backwards.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._path = None if folder is None else folder / "clock"
        self._boot = _boot_id()
        self._offset = self._restored(time.time_ns() // 1_000_000 - _boot_ms())
        self.keep()

    def _restored(self, fresh: int) -> int:
        """The stored offset in the same boot; after a reboot the fresh one, or a later one if time would turn back."""
        if self._path is None:
            return fresh
        try:
            boot, offset, last = self._path.read_text(encoding="ascii").split()
            return int(offset) if boot == self._boot else max(fresh, int(last) + 2 * KEEP_MS - _boot_ms())
        except (OSError, ValueError):
            return fresh

    def keep(self) -> None:
        """Note the present time. Called each `KEEP_MS` while anything runs, so that a reboot cannot turn time back."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(f".{os.getpid()}")
        temporary.write_text(f"{self._boot} {self._offset} {self.now()}\n", encoding="ascii")
        temporary.replace(self._path)

    def now(self) -> int:
        return _boot_ms() + self._offset

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SteeredClock(SystemClock):
    """The system's clock, off by the milliseconds that a file says: how a test gives one process a wrong clock."""

    def __init__(self, folder: Path | None, control: Path) -> None:
        self._control, self._seen, self._off = control, -1, 0
        super().__init__(folder)

    def now(self) -> int:
        try:
            changed = self._control.stat().st_mtime_ns
            if changed != self._seen:
                self._off, self._seen = int(self._control.read_text(encoding="ascii") or "0"), changed
        except OSError:
            self._off, self._seen = 0, -1
        return super().now() + self._off


def open_clock(folder: Path, control: Path | None) -> SystemClock:
    """The clock of a process; with `control` one that obeys that file."""
    return SystemClock(folder) if control is None else SteeredClock(folder, control)


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

    @property
    def sleeping(self) -> int:
        """How many sleep now."""
        return sum(not future.done() for _, _, future in self._sleepers)

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

    async def sleep_through(self, seconds: float) -> None:
        """Move time on as a machine that was asleep: nobody wakes before its end, and who was due wakes once."""
        self._now += seconds * 1000
        await self.advance(0)


async def settle(rounds: int = 20) -> None:
    """Let everything that is ready to run do so. For tests."""
    for _ in range(rounds):
        await asyncio.sleep(0)
