"""Identifiers as a port: time-ordered, url-safe, without meaning."""

import secrets
from typing import Protocol

from edkit.clock import Clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Ids(Protocol):
    """Makes identifiers. `new` never returns one twice."""

    def new(self) -> str: ...


_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


class SystemIds:
    """26 characters: 48 bits of milliseconds, then 80 random bits (the layout of a ULID, in lower case)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stock: list[bytes] = []

    def new(self) -> str:
        value = self._clock.now() << 80 | int.from_bytes(self._random(), "big")
        return "".join([_PAIRS[value >> shift & 1023] for shift in range(120, -1, -10)])

    def _random(self) -> bytes:
        """80 bits that nobody else gets, also in another thread. The system is asked for a hundred at a time: asking
        costs more than all the rest."""
        try:
            return self._stock.pop()
        except IndexError:
            drawn = secrets.token_bytes(1000)
            self._stock.extend(drawn[at : at + 10] for at in range(10, 1000, 10))
            return drawn[:10]


class CountingIds:
    """1, 2, 3 ... padded, for tests that want to read their ids."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count:06d}"
