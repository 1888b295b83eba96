"""Services opened for tests: temporary SQLite, the real memory bus, time and ids that the test controls."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from edkit.bus import open_broker
from edkit.chance import SeededChance
from edkit.clock import Clock, ManualClock
from edkit.ids import CountingIds
from edkit.launch import migrate, open_runtime, serving, topology
from edkit.service import Runtime, Service
from edkit.settings import Settings


@asynccontextmanager
async def running(
    folder: Path,
    services: Sequence[Service],
    *,
    clock: Clock | None = None,
    database_url: str = "",
    serve: bool = True,
    **settings: Any,
) -> AsyncIterator[list[Runtime]]:
    """The given services, migrated and (unless `serve` is false) serving, in the order given. The same service twice is
    two replicas of it.

    `database_url` may hold `{service}`. Start hooks run, so demo content appears only with `demo=True`.
    """
    clock = clock or ManualClock()
    chosen = Settings(data=folder, database_url=database_url, **{"demo": False, **settings})
    broker = open_broker(
        "memory:",
        data=folder,
        topology=topology(list({one.name: one for one in services}.values())),
        clock=clock,
        retry_tiers_ms=chosen.retry_tiers_ms,
    )
    migrate(chosen, services)
    ids = CountingIds()
    runtimes = [open_runtime(one, chosen, broker, clock, ids=ids, chance=SeededChance(1)) for one in services]
    try:
        if serve:
            async with serving(runtimes):
                yield runtimes
        else:
            yield runtimes
    finally:
        await broker.close()
        for runtime in runtimes:
            await runtime.close()
