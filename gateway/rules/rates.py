"""The generic cell rate algorithm: a steady rate with a burst, one number of state per caller.

Source: ITU-T I.371, the virtual scheduling form. State is the theoretical arrival time of the next request.
"""

from typing import NamedTuple


class Rate(NamedTuple):
    """`per_second` requests on average, `burst` at once after a rest."""

    per_second: float
    burst: int


class Verdict(NamedTuple):
    """Whether the request conforms, the state after it, and how many seconds to wait if it does not."""

    allowed: bool
    arrival: float
    wait_s: float


def judge(rate: Rate, arrival: float, now: float) -> Verdict:
    """One request at `now` (seconds) of a caller whose state is `arrival`. A refused request costs nothing."""
    interval = 1 / rate.per_second
    tolerance = interval * (rate.burst - 1)
    due = max(arrival, now)
    wait = due - tolerance - now
    if wait > 1e-9:
        return Verdict(False, arrival, wait)
    return Verdict(True, due + interval, 0.0)
