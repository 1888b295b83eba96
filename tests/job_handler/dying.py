"""Workers that die, as a process does that is killed: at a chosen moment, and from then on nothing is written."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from job_handler.repository.leases import Leases
from job_handler.worker import Worker

WRITES = ("extend", "release", "begin", "finish", "move", "fail_step", "complete", "afterwards")


class Killed(BaseException):
    """The process is gone."""


class Idle:
    """Children of whom nothing is asked."""

    async def run(self, *given: Any, **named: Any) -> bytes:
        raise AssertionError("no child was expected")

    async def close(self) -> None:
        return None


class Mortal:
    """Leases that die at the write with this number (from 1): before it, or after it was committed."""

    def __init__(self, leases: Leases, at: int, *, after: bool) -> None:
        self._leases, self._at, self._after = leases, at, after
        self.count = 0
        self.dead_at = ""

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._leases, name)
        return self._mortal(name, found) if name in WRITES else found

    def _mortal(self, name: str, write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def written(*given: Any, **named: Any) -> Any:
            if self.dead_at:
                raise Killed
            self.count += 1
            if self.count == self._at and not self._after:
                self.dead_at = name
                raise Killed
            result = await write(*given, **named)
            if self.count == self._at:
                self.dead_at = name
                raise Killed
            return result

        return written


def mortal(worker: Worker, at: int, *, after: bool) -> Mortal:
    """Let this worker die so."""
    leases = Mortal(worker.leases, at, after=after)
    worker.leases = leases  # type: ignore[assignment]  # the same to whoever asks it
    return leases


async def kill(worker: Worker) -> None:
    """End the worker now. It gives nothing back."""
    leases = mortal(worker, 0, after=False)
    leases.dead_at = "killed"
    for taken in worker._taken.values():
        taken.running._leases = leases  # type: ignore[assignment]  # see above
        if taken.task is not None:
            taken.task.cancel()
    tasks = [taken.task for taken in worker._taken.values() if taken.task is not None]
    if tasks:
        await asyncio.wait(tasks)
