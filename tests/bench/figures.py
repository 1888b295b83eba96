"""What one round does, and what it finds."""

import statistics
from dataclasses import dataclass

Figures = dict[str, float]
SETTLE_S = 1.0


@dataclass(frozen=True)
class Size:
    """How much of everything one round does."""

    connections: int = 2000
    room: int = 1000
    broadcasts: int = 20
    answering: int = 64
    seconds: float = 4.0
    questions: int = 10


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
