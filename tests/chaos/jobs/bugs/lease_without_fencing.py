"""Whoever once had the job may keep it and write, whatever has happened since."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import update

from job_handler.models import jobs
from job_handler.repository import leases
from job_handler.repository.queue import LEASE_MS, Lease

CAUGHT_BY = {"M7"}
STRIKES = (("cancel", "make"),)


def plant() -> None:
    def anybody(lease: Lease) -> Any:
        return update(jobs).where(jobs.c.id == lease.job_id)

    async def extend(self: leases.Leases, held: Collection[Lease]) -> set[Lease]:
        of_all = update(jobs).where(jobs.c.id.in_([lease.job_id for lease in held]), jobs.c.holder.is_not(None))
        await self._database.single(of_all.values(due_at=self._clock.now() + LEASE_MS))
        return set()

    leases._under, leases.Leases.extend = anybody, extend
