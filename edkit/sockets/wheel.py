"""One timer for all sockets of a server: riders spread over the slots of a wheel that turns once per ping interval."""

import asyncio
import math
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

SLOTS = 25


class CallLater(Protocol):
    """`loop.call_later` of asyncio, or a test's own."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> object: ...


Rider = TypeVar("Rider")


class Wheel(Generic[Rider]):
    """Turns while anybody rides. Knows no clock: it counts ticks of `turn_ms / SLOTS`."""

    __slots__ = ("_call_later", "_due", "_now", "_on_tick", "_slots", "_wound", "riding", "tick_ms")

    def __init__(self, turn_ms: int, on_tick: Callable[[], None], call_later: CallLater | None) -> None:
        self.tick_ms = turn_ms / SLOTS
        self.riding = 0
        self._slots: list[set[Rider]] = [set() for _ in range(SLOTS)]
        self._due: dict[int, list[Callable[[], None]]] = {}
        self._now = 0
        self._on_tick = on_tick
        self._call_later = call_later
        self._wound = False

    def ticks(self, ms: int) -> int:
        """Whole ticks that last at least `ms`."""
        return max(1, math.ceil(ms / self.tick_ms))

    def join(self, rider: Rider) -> int:
        """Take a seat; it is passed `SLOTS` ticks from now for the first time. Returns the slot, for `leave`."""
        slot = self._now % SLOTS
        self._slots[slot].add(rider)
        self.riding += 1
        self._wind()
        return slot

    def leave(self, rider: Rider, slot: int) -> None:
        self._slots[slot].discard(rider)
        self.riding -= 1

    def passed(self, ticks_ago: int) -> list[Rider]:
        """The riders whose slot the wheel passed so many ticks ago, this turn or any before."""
        return list(self._slots[(self._now - ticks_ago) % SLOTS])

    def after(self, ms: int, callback: Callable[[], None]) -> None:
        """Call once, at least `ms` from now. Cannot be taken back: the callback looks whether it still matters."""
        self._due.setdefault(self._now + self.ticks(ms) + 1, []).append(callback)
        self._wind()

    def _wind(self) -> None:
        if not self._wound:
            self._wound = True
            call_later = self._call_later or asyncio.get_running_loop().call_later
            call_later(self.tick_ms / 1000, self._tick)

    def _tick(self) -> None:
        self._wound = False
        self._now += 1
        try:
            for callback in self._due.pop(self._now, ()):
                callback()
            self._on_tick()
        finally:
            if self.riding or self._due:
                self._wind()
