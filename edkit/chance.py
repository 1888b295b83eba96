"""Dice as a port. Secrets in production, a seed in tests."""

import base64
import random
import secrets
from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """Every random choice of the product."""

    def digits(self, count: int) -> str: ...
    def token(self, size: int = 32) -> str: ...
    def shuffled(self, items: Sequence[T]) -> list[T]: ...
    def uniform(self, low: float, high: float) -> float: ...
    def pick(self, items: Sequence[T]) -> T: ...


class _Random:
    def __init__(self, generator: random.Random) -> None:
        self._random = generator

    def digits(self, count: int) -> str:
        """`count` decimal digits, each as likely."""
        return "".join(str(self._random.randrange(10)) for _ in range(count))

    def token(self, size: int = 32) -> str:
        """`size` random bytes as url-safe text without padding."""
        return base64.urlsafe_b64encode(self._random.randbytes(size)).rstrip(b"=").decode("ascii")

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A new list in random order."""
        result = list(items)
        self._random.shuffle(result)
        return result

    def uniform(self, low: float, high: float) -> float:
        """A number between `low` and `high`."""
        return self._random.uniform(low, high)

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`."""
        return self._random.choice(items)


class SystemChance(_Random):
    """The operating system's randomness, fit for secrets."""

    def __init__(self) -> None:
        super().__init__(secrets.SystemRandom())

    def token(self, size: int = 32) -> str:
        return secrets.token_urlsafe(size)


class SeededChance(_Random):
    """The same choices for the same seed, for tests and robots. Never for secrets."""

    def __init__(self, seed: int | str) -> None:
        super().__init__(random.Random(seed))  # noqa: S311 - reproducible on purpose
