"""What a job is: a function of named steps. One file in `jobs/` for each kind, and one row in `jobs/__init__.py`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from edkit.service import Runtime
from edkit.settings import Settings
from job_handler.children import Children

Json = Any
"""What a step returns: a JSON value. It is stored, and given to later steps."""


class Work(Protocol):
    """One job under way, as its steps see it.

    A step may be cut short at any await (a cancelled job, a lost lease, a kill) and begun again; what it does outside
    must carry the job's id, so that the second time changes nothing.
    """

    job_id: str
    owner: str
    title: str
    arguments: BaseModel
    results: Mapping[str, Json]
    """The results of the steps before."""
    runtime: Runtime
    children: Children

    async def progress(self, share: float, stage: str = "") -> None:
        """`share` (0 to 1) of this step is done. `stage` is a sentence for people. Raises Cancelled or LeaseLost."""
        ...

    def done_by(self, engine: str) -> None:
        """Say who does the thinking: shown with the job and in its notification."""
        ...

    async def ask(self, request: Any, *, timeout: float = 10.0) -> Any:
        """The answer of another service, asked in the owner's name."""
        ...


@dataclass(frozen=True)
class Step:
    """One step. `weight` is its share of the whole for progress. Its input, by which a result is found again, is the
    job's arguments and the results of the steps that `needs` names (all before it, if not given).

    `after`: runs once the job is completed, retried by itself; its failure never changes the job.
    """

    name: str
    label: str
    run: Callable[[Any], Awaitable[Json]]
    weight: float = 1.0
    needs: tuple[str, ...] | None = None
    after: bool = False
    timeout_s: float = 300.0


@dataclass(frozen=True)
class Kind:
    """A kind of job. `result` makes what the owner is told of the results of the steps.

    `per_day`: how many of it one person may have on a day (UTC), or how the settings say that.

    `attempts` tries of each step with `backoff_ms` between; the last is repeated. An AppError whose kind is not
    `unavailable`, `timed_out` or `internal` fails the job at once: trying again would not help.
    """

    name: str
    arguments: type[BaseModel]
    steps: tuple[Step, ...]
    result: Callable[[Mapping[str, Json]], dict[str, Json]]
    link: Callable[[dict[str, Json]], str | None] = lambda _: None
    attempts: int = 5
    backoff_ms: tuple[int, ...] = (2_000, 10_000, 60_000, 300_000)
    per_day: int | Callable[[Settings], int] = 200
    at_once: int = 5
    version: int = 1

    def most_a_day(self, settings: Settings) -> int:
        """How many of it one person may have on a day, in this installation."""
        return self.per_day if isinstance(self.per_day, int) else self.per_day(settings)
