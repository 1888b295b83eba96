"""The end of a job is stored first, and told a moment later in a transaction of its own."""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.jobs import JobEnded
from edkit.message import SYSTEM
from job_handler.worker import Worker

CAUGHT_BY = {"M8"}
STRIKES = (("kill", "told"),)


def plant() -> None:
    later: set[asyncio.Task[Any]] = set()

    async def announce(self: Worker, session: AsyncSession, event: JobEnded) -> None:
        async def tell() -> None:
            await asyncio.sleep(5)
            async with self._runtime.database.write() as own:
                await self._runtime.announce(own, event, actor=SYSTEM)

        later.add(asyncio.create_task(tell()))

    Worker._announce = announce
