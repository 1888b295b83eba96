"""Services opened for tests: temporary SQLite, the real memory bus, time and ids that the test controls."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from edkit.blobs import open_blobs
from edkit.bus import BusClient, open_broker
from edkit.cache import open_cache
from edkit.chance import SeededChance
from edkit.clock import ManualClock
from edkit.db import Database
from edkit.db.migrate import upgrade
from edkit.db.outbox import Outbox
from edkit.ids import CountingIds
from edkit.launch import serving, topology
from edkit.service import Runtime, Service
from edkit.settings import Settings
from edkit.tokens import Keys


@asynccontextmanager
async def running(
    folder: Path,
    services: Sequence[Service],
    *,
    clock: ManualClock | None = None,
    database_url: str = "",
    serve: bool = True,
    **settings: Any,
) -> AsyncIterator[list[Runtime]]:
    """The given services, migrated and (unless `serve` is false) serving, in the order given.

    `database_url` may hold `{service}`. Start hooks run, so demo content appears only with `demo=True`.
    """
    clock = clock or ManualClock()
    chosen = Settings(data=folder, database_url=database_url, **{"demo": False, **settings})
    broker = open_broker(
        "memory:", data=folder, topology=topology(services), clock=clock, retry_tiers_ms=chosen.retry_tiers_ms
    )
    ids = CountingIds()
    keys = Keys.open(folder / "keys")
    blobs, cache = open_blobs(chosen.blobs), open_cache(chosen.cache_url)
    runtimes = []
    for service in services:
        url = chosen.database_url_of(service.name)
        if service.metadata is not None:
            upgrade(url, service.home)
        bus = BusClient(broker.connect(service.name), clock, ids)
        database = Database(url)
        runtime = Runtime(service, chosen, clock, ids, SeededChance(1), keys, bus, blobs, cache, database)
        if service.metadata is not None and "outbox" in service.metadata.tables:
            runtime.outbox = Outbox(service.name, service.metadata, database, bus, clock)
        runtimes.append(runtime)
    try:
        if serve:
            async with serving(runtimes):
                yield runtimes
        else:
            yield runtimes
    finally:
        await broker.close()
        for runtime in runtimes:
            await runtime.database.close()
