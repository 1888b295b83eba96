"""Password hashing: argon2id in threads, two at a time, since one takes a fifth of a second of CPU and 64 MB."""

import asyncio
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edkit.errors import Unavailable
from edkit.service import Runtime
from gateway.rules.passwords import normal

AT_ONCE = 2
MOST_WAITING = 200
"""A class of forty signs in within four seconds. Beyond this queue nobody would still be waiting for the answer."""


class Passwords:
    """Makes and checks hashes without holding up the event loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(parallelism=1)  # a second thread would be taken from the games
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash to store. Unavailable when too many are waiting."""
        async with _Turn(self):
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one behind `stored`. Without a stored hash: False, after the same time."""
        async with _Turn(self):
            return await asyncio.to_thread(self._matches, stored, normal(password))

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str | None, password: str) -> bool:
        if stored is None:
            self._hasher.hash(password)
            return False
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


class _Turn:
    """One of the places in the queue."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords

    async def __aenter__(self) -> None:
        if self._passwords._waiting >= MOST_WAITING:
            raise Unavailable("Very many people are signing in just now. Try again in a few seconds.", code="busy")
        self._passwords._waiting += 1
        try:
            await self._passwords._turns.acquire()
        except BaseException:
            self._passwords._waiting -= 1
            raise

    async def __aexit__(self, *_: object) -> None:
        self._passwords._turns.release()
        self._passwords._waiting -= 1


def passwords_of(runtime: Runtime) -> Passwords:
    """The one `Passwords` of a running gateway."""
    return cast(Passwords, runtime.state.setdefault("passwords", Passwords()))
