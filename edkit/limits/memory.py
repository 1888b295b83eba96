"""Budgets of one process."""

from collections.abc import Callable

from edkit.limits import Standing, Step
from edkit.limits.gcra import judge

MOST_CALLERS = 50_000
"""Of one rate."""


class MemoryLimiter:
    """See `edkit.limits.Limiter`. Callers whose burst is whole again are forgotten."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._arrivals: dict[str, dict[str, float]] = {}

    async def run(self, *steps: Step) -> list[Standing]:
        return self.run_now(*steps)

    def run_now(self, *steps: Step) -> list[Standing]:
        """`run`, which waits for nothing here."""
        now = self._monotonic()
        standings: list[Standing] = []
        for what, rate, caller in steps:
            arrivals = self._arrivals.setdefault(rate.name, {})
            arrival = arrivals.get(caller, 0.0)
            verdict = judge(rate, arrival, now)
            standings.append(Standing(verdict.wait_s, arrival <= now))
            match what:
                case "charge" if verdict.allowed:
                    self._set(arrivals, caller, verdict.arrival, now)
                case "charge":
                    break
                case "give back":
                    self._set(arrivals, caller, arrival - rate.interval_s, now)
                case "forgive":
                    arrivals.pop(caller, None)
        return standings

    def learn(self, step: Step, used_s: float) -> None:
        """The budget of this step is known to be used up by so much."""
        now = self._monotonic()
        self._set(self._arrivals.setdefault(step.rate.name, {}), step.caller, now + used_s, now)

    async def close(self) -> None:
        self._arrivals.clear()

    def _set(self, arrivals: dict[str, float], caller: str, arrival: float, now: float) -> None:
        if arrival <= now:
            arrivals.pop(caller, None)
            return
        arrivals[caller] = arrival
        if len(arrivals) > MOST_CALLERS:
            for idle in [known for known, until in arrivals.items() if until <= now]:
                del arrivals[idle]
            while len(arrivals) > MOST_CALLERS:
                del arrivals[next(iter(arrivals))]
