"""Identifiers as a port: time-ordered, url-safe, without meaning."""

import secrets
from typing import Protocol

from edkit.clock import Clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Ids(Protocol):
    """Makes identifiers. `new` never returns one twice."""

    def new(self) -> str: ...


def _base32(value: int, length: int) -> str:
    digits = []
    for _ in range(length):
        value, digit = divmod(value, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


class SystemIds:
    """26 characters: 48 bits of milliseconds, then 80 random bits (the layout of a ULID, in lower case)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self) -> str:
        return _base32(self._clock.now() << 80 | secrets.randbits(80), 26)


class CountingIds:
    """1, 2, 3 ... padded, for tests that want to read their ids."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count:06d}"
