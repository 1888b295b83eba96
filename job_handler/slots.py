"""How much heavy work a machine does at once for one installation, in however many processes.

A slot is the name of a Unix socket in the kernel's own space: one process alone can have it, and it is free again as
soon as that process lets go or dies. Containers with a network of their own have slots of their own.
"""

import contextlib
import hashlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edkit.clock import Clock, SystemClock

LOOK_EVERY_S = 0.05


def cores_to_spare(cores: int | None = None) -> int:
    """One less than the machine has cores, but one."""
    return max(1, (cores or os.cpu_count() or 2) - 1)


class Slots:
    """`count` slots of an installation. `secret`: what its processes share and nobody else knows, so that nobody else
    can sit down there; without one these slots are for whoever holds this object."""

    def __init__(self, count: int, secret: str = "", clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        name = hashlib.sha256(f"children {secret or f'{os.getpid()} {id(self)}'}".encode()).hexdigest()[:32]
        self._names = [f"\0edtech-{name}-{number}" for number in range(count)]

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a free slot, and have it."""
        while (slot := self._taken()) is None:
            await self._clock.sleep(LOOK_EVERY_S)
        with slot:
            yield

    def _taken(self) -> socket.socket | None:
        for name in self._names:
            slot = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(OSError):
                slot.bind(name)
                return slot
            slot.close()
        return None
