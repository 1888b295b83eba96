"""A process of the product that can be held at each moment of a job: `python -m tests.chaos.jobs.process up`.

`CHAOS_MOMENTS` is where moments are noted, `CHAOS_HOLD_S` how long one is held at most (0: not at all), `CHAOS_REPLICA`
who notes. `CHAOS_BUG` names a planted bug; the product has no switch for any of it.
"""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from edkit import launch
from edkit.bus import Broker, Bus, Handler
from edkit.cli import main
from edkit.message import Envelope, Reply
from job_handler.errors import LeaseLost
from job_handler.kinds import Json, Step
from job_handler.repository.leases import Leases
from job_handler.repository.queue import Lease
from job_handler.running import Running
from job_handler.working import Working
from tests.chaos.jobs.moments import Moments

HANDLED = {
    ("quiz_service", "GetWishSource"): "asked",
    ("quiz_service", "SaveGeneratedQuiz"): "stored",
    ("quiz_service", "JobEnded"): "heard",
    ("gateway", "JobEnded"): "noted",
}
"""Moments between the commit of what handled a message and its answer or acknowledgement."""

moments = Moments(
    Path(os.environ.get("CHAOS_MOMENTS", "")),
    os.environ.get("CHAOS_REPLICA", "all"),
    float(os.environ.get("CHAOS_HOLD_S", "0")),
)


class HeldBus:
    """A connection that is held before the end of a job is sent, and before what was handled is acknowledged."""

    def __init__(self, role: str, inner: Bus) -> None:
        self._role, self._inner = role, inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def publish(self, service: str | None, envelope: Envelope) -> None:
        if envelope.type == "JobEnded":
            await moments.reach(envelope.body["job_id"], "told")
        await self._inner.publish(service, envelope)

    async def serve(self, handler: Handler) -> None:
        async def held(envelope: Envelope) -> Reply:
            reply = await handler(envelope)
            if reply.ok and (moment := HANDLED.get((self._role, envelope.type))):
                await moments.reach(envelope.body["job_id"], moment)
            return reply

        await self._inner.serve(held)


class HeldBroker:
    """A broker whose connections are held. See `edkit.bus.Broker`."""

    def __init__(self, inner: Broker) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def connect(self, role: str) -> HeldBus:
        return HeldBus(role, self._inner.connect(role))


def hold() -> None:
    """Make the moments long."""
    opens, within, complete = launch.open_broker, Running._within, Leases.complete

    def open_held(*given: Any, **named: Any) -> HeldBroker:
        return HeldBroker(opens(*given, **named))

    async def held(self: Running, step: Step, work: Working) -> Json:
        if step.name == "save":
            await moments.reach(work.job_id, "save")
        result = await within(self, step, work)
        if step.name in ("read", "save"):
            await moments.reach(work.job_id, "read" if step.name == "read" else "end")
        return result

    async def completed(self: Leases, lease: Lease, *given: Any, **named: Any) -> Any:
        row = await complete(self, lease, *given, **named)
        await moments.reach(lease.job_id, "told")
        return row

    launch.open_broker = open_held
    Running._within = held
    Leases.complete = completed
    for name in ("_write", "extend", "move"):
        setattr(Leases, name, _noting(getattr(Leases, name)))


def _noting(write: Callable[..., Any]) -> Callable[..., Any]:
    """What is written under a lease, or under several, with a note of each refusal."""

    async def noted(self: Leases, lease: Any, *given: Any, **named: Any) -> Any:
        try:
            told = await write(self, lease, *given, **named)
        except LeaseLost:
            moments.note(lease.job_id, "refused")
            raise
        for lost in told if isinstance(told, set) else ():
            moments.note(lost.job_id, "refused")
        return told

    return noted


if __name__ == "__main__":
    hold()
    if bug := os.environ.get("CHAOS_BUG"):
        import_module(f"tests.chaos.jobs.bugs.{bug}").plant()
    main()
