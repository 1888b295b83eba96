"""Round trips of one connection, as the server measures them: three on joining, then one every 5 to 10 s."""

from dataclasses import dataclass, field

KEPT = 8
AT_FIRST = 3
LONGEST_MS = 60_000


@dataclass
class Probing:
    """`trips` are the last eight round trips in milliseconds, the latest last."""

    trips: list[int] = field(default_factory=list)
    count: int = 0
    next_at: float = 0.0

    def sent(self, now: float, wait: float) -> int:
        """A probe goes out at `now` (monotonic seconds), the next is due `wait` later; its number."""
        self.count += 1
        self.next_at = now + wait
        return self.count

    def answered(self, milliseconds: float) -> bool:
        """A probe came back; whether the next should go out at once."""
        self.trips = [*self.trips[1 - KEPT :], min(LONGEST_MS, round(milliseconds))]
        return self.count < AT_FIRST

    def due(self, now: float) -> bool:
        return self.count > 0 and now >= self.next_at
