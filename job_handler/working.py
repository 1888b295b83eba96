"""One job under way: what its steps may use, and how they tell how far they are."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from edkit.message import Actor, Role
from edkit.service import Runtime
from job_handler.children import Children
from job_handler.kinds import Json, Kind, Step
from job_handler.repository.queue import Lease

TOLD_EVERY_S = 0.5
"""Progress is stored, and told, at most this often."""


@dataclass
class Working:
    """The `Work` of `job_handler.kinds`. `tell` stores how far it is; it raises LeaseLost."""

    job_id: str
    owner: str
    role: Role
    title: str
    arguments: BaseModel
    kind: Kind
    lease: Lease
    runtime: Runtime
    children: Children
    tell: Callable[["Working"], Awaitable[None]]
    engine: str | None = None
    stage: str = ""
    results: Mapping[str, Json] = field(default_factory=dict)
    step: Step | None = None
    share: float = 0.0
    untold: bool = False
    """Progress has not been stored yet; the next beat stores it."""
    _told_at: float | None = None

    @property
    def whole(self) -> float:
        """How much of the whole job is done, 0 to 1."""
        counted = [step for step in self.kind.steps if not step.after]
        done = sum(step.weight for step in counted if step.name in self.results)
        here = self.step.weight * self.share if self.step is not None and self.step.name not in self.results else 0.0
        return (done + here) / sum(step.weight for step in counted)

    async def progress(self, share: float, stage: str = "") -> None:
        """See Work."""
        now = self.runtime.clock.monotonic()
        news = bool(stage) and stage != self.stage
        self.share, self.stage = min(1.0, max(self.share, share)), stage or self.stage
        self.untold = True
        if news or self._told_at is None or now - self._told_at >= TOLD_EVERY_S:
            self._told_at = now
            await self.tell(self)

    def done_by(self, engine: str) -> None:
        """See Work."""
        self.engine = engine

    async def ask(self, request: Any, *, timeout: float = 10.0) -> Any:
        """See Work."""
        actor = Actor(id=self.owner, role=self.role)
        return await self.runtime.bus.call(request, actor=actor, timeout=timeout)
