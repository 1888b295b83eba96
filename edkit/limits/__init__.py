"""Who may do something how often: budgets by rate and caller.

The memory engine counts for one process. The Redis engine counts for all of them by the time of Redis; while Redis is
away each process goes on counting by itself from what it last knew, so limits are never off and nobody is shut out.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from edkit.limits.gcra import Rate
from edkit.seal import Seal

What = Literal["charge", "look", "give back", "forgive"]


class Step(NamedTuple):
    """One thing to do with the budget of one caller.

    `charge` counts one request if it may pass; `look` counts nothing; `give back` uncounts one; `forgive` forgets all.
    """

    what: What
    rate: Rate
    caller: str


class Standing(NamedTuple):
    """A budget as it was before a step: seconds to wait for the next request (0: it may pass), and whether the whole
    burst was there."""

    wait_s: float
    fresh: bool


class Limiter(Protocol):
    """All budgets. Losing them is harmless: every caller begins with a whole burst."""

    async def run(self, *steps: Step) -> list[Standing]:
        """Take the steps in order as one, up to and including the first charge that is refused. Never raises."""
        ...

    async def close(self) -> None: ...


def charge(rate: Rate, caller: str) -> Step:
    return Step("charge", rate, caller)


def look(rate: Rate, caller: str) -> Step:
    return Step("look", rate, caller)


def open_limits(url: str, monotonic: Callable[[], float], seal: Seal) -> Limiter:
    """The engine that `url` names: `memory:` or `redis://...`. `monotonic` is this process's time in seconds;
    `seal` hides who is counted where others may look."""
    if url == "memory:":
        from edkit.limits.memory import MemoryLimiter

        return MemoryLimiter(monotonic)
    if url.startswith(("redis://", "rediss://", "unix://")):
        from edkit.limits.redis import RedisLimiter

        return RedisLimiter(url, monotonic, seal)
    raise ValueError(
        f"EDTECH_LIMITS_URL: no limits engine for {url.partition(':')[0]!r}; use memory: or redis://host:6379/0"
    )
