"""What is forgotten with time: results of steps, jobs, and counts of days gone by. In slices, so that nobody waits."""

from typing import Any

from sqlalchemy import delete, select, update

from edkit.db import Database
from job_handler.models import jobs, quotas, steps
from job_handler.repository.ledger import DAY_MS

SLICE = 500


async def drop_results(database: Database, *, before: int) -> int:
    """Drop results of steps of jobs that were completed before this time; of how many jobs."""
    ended = (jobs.c.finished_at < before) & ~jobs.c.after_left & (jobs.c.status == "completed")
    full = select(steps.c.job_id).join(jobs, jobs.c.id == steps.c.job_id).where(ended, steps.c.result.is_not(None))
    return await _in_slices(
        database,
        full.distinct(),
        lambda ids: [update(steps).where(steps.c.job_id.in_(ids)).values(result=None)],
    )


async def drop_jobs(database: Database, *, before: int) -> int:
    """Drop jobs that ended before this time, and their steps; how many."""
    return await _in_slices(
        database,
        select(jobs.c.id).where(jobs.c.finished_at < before, jobs.c.turn.is_(None)),
        lambda ids: [
            delete(steps).where(steps.c.job_id.in_(ids)),
            delete(jobs).where(jobs.c.id.in_(ids), jobs.c.turn.is_(None)),
        ],
    )


async def drop_quotas(database: Database, *, now: int) -> None:
    """Drop the counts of days before yesterday."""
    await database.single(delete(quotas).where(quotas.c.day < now // DAY_MS - 1))


async def _in_slices(database: Database, which: Any, drop: Any) -> int:
    count = 0
    while True:
        ids = [row[0] for row in await database.rows(which.limit(SLICE))]
        if ids:
            async with database.write() as session:
                for statement in drop(ids):
                    await session.execute(statement)
        count += len(ids)
        if len(ids) < SLICE:
            return count
