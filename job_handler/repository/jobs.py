"""Jobs as their owners and administrators see and steer them. Nothing is reached without saying on whose behalf."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from types import SimpleNamespace
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.common import Page
from edkit.contracts.jobs import TERMINAL, Job, JobError, JobQuery, RunJob
from edkit.db import found
from edkit.errors import Invalid
from edkit.message import Actor
from job_handler.errors import JobNotFailed, JobNotFound
from job_handler.models import jobs, quotas, steps
from job_handler.repository.ledger import DAY_MS, forget_budgets
from job_handler.repository.queue import turn_of
from job_handler.repository.rows import job_of

TOMBSTONE = "Cancelled before it began"


class JobRepository:
    """Jobs of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, job_id: str) -> Any:
        """The row, whoever owns it; None if there is none."""
        return (await self._session.execute(select(jobs).where(jobs.c.id == job_id))).first()

    async def row_for(self, actor: Actor, job_id: str) -> Any:
        """The row of the actor's job; administrators may see all. `JobNotFound` otherwise."""
        row = await self.find(job_id)
        if row is None or (row.owner != actor.id and actor.role != "admin"):
            raise JobNotFound()
        return row

    async def add(
        self, job: RunJob, *, role: str, now: int, error: JobError | None = None, request_id: str | None = None
    ) -> Any:
        """The row of a new job, due now; with `error` one that has failed before it began."""
        failed = error is not None
        values = {
            "id": job.job_id,
            "kind": job.job_kind,
            "owner": job.owner,
            "role": role,
            "request_id": request_id and request_id[:64],
            "title": job.title,
            "arguments": job.arguments,
            "status": "failed" if failed else "pending",
            "progress": 0,
            "stage": "",
            "error": None if error is None else error.model_dump(),
            "attempts": 0,
            "turn": None if failed else await turn_of(self._session, job.owner, now),
            "due_at": None if failed else now,
            "unended": 0,
            "fence": 0,
            "after_left": False,
            "version": 1,
            "created_at": now,
            "updated_at": now,
            "finished_at": now if failed else None,
        }
        await self._session.execute(insert(jobs).values(values))
        return SimpleNamespace(**dict.fromkeys(jobs.c.keys()) | values)

    async def add_cancelled(self, job_id: str, kind: str, owner: Actor, now: int) -> Any:
        """A job that is cancelled before its task has come: when that comes, it finds this."""
        task = RunJob(job_id=job_id, job_kind=kind, owner=owner.id, title=TOMBSTONE, arguments={})
        await self.add(task, role=owner.role, now=now)
        await self.cancel(job_id, now)
        return await self.find(job_id)

    async def name(self, job: RunJob) -> None:
        """Give a job that was cancelled before its task came what the task says of it."""
        named = {"title": job.title, "arguments": job.arguments, "kind": job.job_kind}
        await self._session.execute(update(jobs).where(jobs.c.id == job.job_id).values(named))

    async def count(self, owner: str, kind: str, *, most: int, now: int) -> bool:
        """Count one more job of the kind for this person and day (UTC), if there are not as many already."""
        day = now // DAY_MS
        mine = (quotas.c.owner == owner) & (quotas.c.kind == kind) & (quotas.c.day == day)
        more = update(quotas).where(mine, quotas.c.begun < most).values(begun=quotas.c.begun + 1)
        if found(await self._session.execute(more)):
            return True
        if most < 1 or (await self._session.execute(select(quotas.c.begun).where(mine))).first() is not None:
            return False
        # Two at the same moment: one is refused by the key, and its transaction is run again.
        await self._session.execute(insert(quotas).values(owner=owner, kind=kind, day=day, begun=1))
        return True

    async def cancel(self, job_id: str, now: int) -> bool:
        """End it, whoever works on it: the fence grows, and they store nothing any more. False if it had ended."""
        query = update(jobs).where(jobs.c.id == job_id, jobs.c.status.not_in(TERMINAL))
        gone = {"turn": None, "due_at": None, "holder": None, "seat": None, "unended": 0, "stage": ""}
        if not await self._moved(query, {"status": "cancelled", "finished_at": now, **gone}, now):
            return False
        begun = (steps.c.job_id == job_id) & (steps.c.state == "running")
        await self._session.execute(update(steps).where(begun).values(state="pending"))
        return True

    async def retry(self, job_id: str, owner: str, now: int) -> None:
        """Make it due again; finished steps are kept. Raises JobNotFailed."""
        query = update(jobs).where(jobs.c.id == job_id, jobs.c.status.in_(("failed", "cancelled")))
        again = {"status": "pending", "turn": await turn_of(self._session, owner, now), "due_at": now, "unended": 0}
        again |= {"error": None, "attempts": 0, "finished_at": None}
        if not await self._moved(query, again, now):
            raise JobNotFailed()
        begun = (steps.c.job_id == job_id) & (steps.c.state != "completed")
        await self._session.execute(delete(steps).where(begun))

    async def _moved(self, query: Any, values: dict[str, Any], now: int) -> bool:
        grown = {"fence": jobs.c.fence + 1, "version": jobs.c.version + 1, "updated_at": now}
        return found(await self._session.execute(query.values(**values, **grown))) == 1

    async def page(self, owner: str | None, query: JobQuery) -> Page[Job]:
        """One owner's jobs, or (None) everybody's, the latest changed first."""
        statement = select(jobs)
        if owner is not None:
            statement = statement.where(jobs.c.owner == owner)
        if query.status is not None:
            statement = statement.where(jobs.c.status == query.status)
        if query.since is not None:
            statement = statement.where(jobs.c.updated_at >= round(query.since.timestamp() * 1000))
        if query.cursor:
            statement = statement.where(tuple_(jobs.c.updated_at, jobs.c.id) < tuple_(*_position(query.cursor)))
        statement = statement.order_by(jobs.c.updated_at.desc(), jobs.c.id.desc()).limit(query.limit + 1)
        rows = (await self._session.execute(statement)).all()
        more = len(rows) > query.limit
        last = rows[query.limit - 1] if more else None
        cursor = None if last is None else urlsafe_b64encode(f"{last.updated_at} {last.id}".encode()).decode()
        return Page(items=tuple(job_of(row) for row in rows[: query.limit]), next_cursor=cursor)

    async def steps(self, job_id: str) -> dict[str, Any]:
        """The steps that were begun, by name."""
        rows = (await self._session.execute(select(steps).where(steps.c.job_id == job_id))).all()
        return {row.name: row for row in rows}

    async def forget_owner(self, owner: str) -> None:
        """Remove everything of this person's."""
        mine = select(jobs.c.id).where(jobs.c.owner == owner)
        await self._session.execute(delete(steps).where(steps.c.job_id.in_(mine)))
        for table in (jobs, quotas):
            await self._session.execute(delete(table).where(table.c.owner == owner))
        await forget_budgets(self._session, owner)


def never_began(row: Any) -> bool:
    """Whether it was cancelled before its task came, and the task has not come since."""
    return bool(row.status == "cancelled" and row.title == TOMBSTONE and row.arguments == {})


def _position(cursor: str) -> tuple[int, str]:
    try:
        updated_at, _, job_id = urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        return int(updated_at), job_id
    except ValueError:
        raise Invalid.on("cursor", "This cursor is not one of ours. Begin at the first page.") from None
