"""The scoreboard: a pure fold over the answer rows of closed questions, published at closing, regrading and ending."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Board:
    """The board as last published."""
