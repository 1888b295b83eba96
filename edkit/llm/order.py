"""Which endpoint is asked next: the first that has not just failed, then those that have."""

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

from edkit import log
from edkit.clock import Clock
from edkit.llm.protocol import Fault

logger = log.get("edkit.llm")

HOPELESS_S = 600.0
"""How long an endpoint with a fault of configuration comes last: nobody corrects it sooner."""


class Named(Protocol):
    """What stands in an order."""

    name: str


L = TypeVar("L", bound=Named)


class Order:
    """The endpoints' standing in this process. One that failed comes last until its cool-down is over."""

    def __init__(self, clock: Clock, cooldown_s: float) -> None:
        self._clock, self._cooldown_s = clock, cooldown_s
        self._cool_at: dict[str, float] = {}
        self._told: set[str] = set()

    def of(self, lines: Sequence[L], *, without: Collection[str] = ()) -> list[L]:
        """The lines in the order in which they should be asked now."""
        now = self._clock.monotonic()
        chosen = [line for line in lines if line.name not in without]
        return sorted(chosen, key=lambda line: self._cool_at.get(line.name, 0.0) > now)  # sorted keeps equals in order

    def well(self, name: str) -> None:
        """It has answered."""
        self._cool_at.pop(name, None)
        self._told.discard(name)

    def failed(self, name: str, fault: Fault) -> None:
        """It has failed. What only its operator can mend is logged once, until it is well again."""
        if fault.outcome in ("unfit", "dialect"):
            return  # that was this text, or this form
        wait = HOPELESS_S if fault.hopeless else max(self._cooldown_s, fault.retry_after_s or 0.0)
        self._cool_at[name] = self._clock.monotonic() + wait
        if fault.hopeless and name not in self._told:
            self._told.add(name)
            logger.warning("model_endpoint_refuses", endpoint=name, outcome=fault.outcome, says=fault.says)
