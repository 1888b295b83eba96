"""What all simulated clients of a run share."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.chaos.history import ClientLog, Recorder

if TYPE_CHECKING:
    from tests.chaos.tabs import Tab
    from tests.chaos.target import Target


@dataclass
class Stage:
    """What all clients of a run share. `in_flight` counts answers sent and not yet acknowledged, `polling` is the
    share of clients behind proxies that let no websocket through."""

    target: "Target"
    http: aiohttp.ClientSession
    recorder: Recorder
    in_flight: int = 0
    open_questions: set[tuple[str, str]] = field(default_factory=set)
    tabs: set["Tab"] = field(default_factory=set)
    crashes: list[str] = field(default_factory=list)
    quiet: bool = False
    polling: float = 0.0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def base(self) -> str:
        """The one address for everybody."""
        return self.target.base

    def spawn(self, log: ClientLog, work: Any) -> asyncio.Task[None]:
        """Run a client's work; an exception in it is the harness's own fault and voids the run."""

        async def watched() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.crashes.append(f"{log.client}: {error!r}")
                log.write("crash", game="", conn=0, more={"error": repr(error)})
                raise

        task = asyncio.create_task(watched())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def close(self) -> None:
        """End whatever still runs."""
        while self.tasks:
            for task in self.tasks:
                task.cancel()
            await asyncio.wait(self.tasks)
