"""A process of the product whose moments last long enough to strike at them: `python -m tests.chaos.jobs.process up`.

`CHAOS_HOLD_S` is how long a step is held before and after its work, and an ended job's event before its
acknowledgement. `CHAOS_BUG` names a planted bug; the product has no switch for either.
"""

import asyncio
import os
from importlib import import_module
from typing import Any

from edkit import launch
from edkit.bus import Broker, Handler
from edkit.cli import main
from edkit.message import Envelope, Reply
from job_handler.kinds import Json, Step
from job_handler.running import Running
from job_handler.working import Working

HOLD_S = float(os.environ.get("CHAOS_HOLD_S", "0"))
HELD = ("read", "save")


class HeldBroker:
    """A broker that is slow to acknowledge the end of a job."""

    def __init__(self, inner: Broker) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def serve(self, handler: Handler) -> None:
        async def held(envelope: Envelope) -> Reply:
            reply = await handler(envelope)
            if envelope.type == "JobEnded":
                await asyncio.sleep(HOLD_S)
            return reply

        await self._inner.serve(held)


def hold() -> None:
    """Make the moments long."""
    opens, within = launch.open_broker, Running._within

    def open_held(*given: Any, **named: Any) -> Any:
        return HeldBroker(opens(*given, **named))

    async def held(self: Running, step: Step, work: Working) -> Json:
        if step.name not in HELD:
            return await within(self, step, work)
        await asyncio.sleep(HOLD_S)
        result = await within(self, step, work)
        await asyncio.sleep(HOLD_S)
        return result

    launch.open_broker = open_held
    Running._within = held


if __name__ == "__main__":
    hold()
    if bug := os.environ.get("CHAOS_BUG"):
        import_module(f"tests.chaos.jobs.bugs.{bug}").plant()
    main()
