"""The generic cell rate algorithm: a steady rate with a burst, one number of state per caller.

Source: ITU-T I.371, the virtual scheduling form. State is the theoretical arrival time of the next request.
"""

from typing import NamedTuple


class Rate(NamedTuple):
    """`per_second` requests on average, `burst` at once after a rest. The name tells budgets apart."""

    name: str
    per_second: float
    burst: int

    @property
    def interval_s(self) -> float:
        """What one request uses up."""
        return 1 / self.per_second

    @property
    def tolerance_s(self) -> float:
        """How much may be used up while requests still pass."""
        return (self.burst - 1) / self.per_second


class Verdict(NamedTuple):
    """Whether the request conforms, the state after it, and how many seconds to wait if it does not."""

    allowed: bool
    arrival: float
    wait_s: float


def judge(rate: Rate, arrival: float, now: float) -> Verdict:
    """One request at `now` (seconds) of a caller whose state is `arrival`. A refused request costs nothing."""
    due = max(arrival, now)
    wait = due - rate.tolerance_s - now
    if wait > 1e-9:
        return Verdict(False, arrival, wait)
    return Verdict(True, due + rate.interval_s, 0.0)
