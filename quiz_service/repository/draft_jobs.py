"""Rows of the jobs that work for drafts, and of how many of them a person has asked for."""

from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.drafts import GeneratedItem
from edkit.contracts.jobs import JobError, JobStatus
from edkit.db import found
from edkit.errors import NotFound, TooMany
from quiz_service.models import draft_jobs, quotas

AT_ONCE = 5
"""Jobs for drafts, of one sort and one person, that may be under way."""

DAY_MS = 24 * 3_600_000


class JobNotFound(NotFound):
    """No job for a draft has this id, or it is somebody else's, or the draft was thrown away."""

    code = "job_not_found"
    message = "This job is not here, or it is not yours."


class DraftJob(NamedTuple):
    """A job that works for a draft. `item_id`: it makes another question in the place of this one.

    `instead_of` is that question as it was when another was wanted: what differs from it, the teacher has decided on.
    """

    job_id: str
    draft_id: str
    owner: str
    title: str
    created_at: int
    item_id: str | None = None
    instead_of: GeneratedItem | None = None
    saved_at: int | None = None
    ended: JobStatus | None = None
    ended_version: int = 0
    error: JobError | None = None

    @property
    def kind(self) -> str:
        """What the job handler is asked to do."""
        return "generate_quiz" if self.item_id is None else "regenerate_question"


class DraftJobRepository:
    """Jobs for drafts, of one transaction. Who writes to a job has locked its draft before."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, job_id: str) -> DraftJob | None:
        """The job, whoever asked for it."""
        row = (await self._session.execute(select(draft_jobs).where(draft_jobs.c.job_id == job_id))).first()
        return None if row is None else _job(row)

    async def job_for(self, job_id: str, owner: str) -> DraftJob:
        """This person's job. `JobNotFound` for everybody else's."""
        job = await self.find(job_id)
        if job is None or job.owner != owner:
            raise JobNotFound()
        return job

    async def add(self, job: DraftJob) -> None:
        instead_of = None if job.instead_of is None else job.instead_of.model_dump(mode="json")
        await self._session.execute(insert(draft_jobs).values(job._asdict() | {"instead_of": instead_of}))

    async def mark_saved(self, job_id: str, *, now: int) -> None:
        """Its questions are stored: whatever it brings from now on changes nothing."""
        await self._session.execute(update(draft_jobs).where(draft_jobs.c.job_id == job_id).values(saved_at=now))

    async def mark_ended(self, job_id: str, status: JobStatus, version: int, error: JobError | None) -> bool:
        """Note how it ended. False if that, or something later, is known."""
        query = update(draft_jobs).where(draft_jobs.c.job_id == job_id, draft_jobs.c.ended_version < version)
        ended = {"ended": status, "ended_version": version, "error": None if error is None else error.model_dump()}
        return found(await self._session.execute(query.values(**ended))) == 1

    async def count(self, job: DraftJob, *, per_day: int, now: int) -> None:
        """Count one more job of this sort. TooMany `jobs_under_way` or `daily_quota` if that is too much.

        Exact however many are asked for at once: whoever comes second waits for the row of the first. A job that was
        not heard of for a day is not waited for any longer.
        """
        day, what = now // DAY_MS, "quiz" if job.item_id is None else "question"
        mine = (quotas.c.owner == job.owner) & (quotas.c.what == what)
        row = (await self._session.execute(select(quotas.c.day, quotas.c.used).where(mine).with_for_update())).first()
        used = 0
        if row is not None and row.day >= day:  # the clocks of two services may disagree about midnight
            day, used = row.day, row.used
        if await self._under_way(job, now - DAY_MS) >= AT_ONCE:
            says = f"{AT_ONCE} of yours are being made already. Wait until one is done, or stop one."
            raise TooMany(says, code="jobs_under_way", retry_after_ms=10_000)
        if used >= per_day:
            says = f"You have had {used} made today, and that is as many as one person may. Go on tomorrow."
            raise TooMany(says, code="daily_quota", retry_after_ms=(day + 1) * DAY_MS - now)
        if row is None:
            await self._session.execute(insert(quotas).values(owner=job.owner, what=what, day=day, used=1))
        else:
            await self._session.execute(update(quotas).where(mine).values(day=day, used=used + 1))

    async def _under_way(self, job: DraftJob, since: int) -> int:
        open_ = draft_jobs.c.ended.is_(None) & draft_jobs.c.saved_at.is_(None)
        same = draft_jobs.c.item_id.is_(None) if job.item_id is None else draft_jobs.c.item_id.is_not(None)
        query = select(func.count()).where(draft_jobs.c.owner == job.owner, draft_jobs.c.created_at > since)
        return int((await self._session.execute(query.where(open_, same))).scalar_one())

    async def forget_owner(self, owner: str) -> None:
        """Remove what is known of this person's jobs."""
        for column in (draft_jobs.c.owner, quotas.c.owner):
            await self._session.execute(delete(column.table).where(column == owner))


def _job(row: Any) -> DraftJob:
    instead_of = None if row.instead_of is None else GeneratedItem.model_validate(row.instead_of)
    error = None if row.error is None else JobError.model_validate(row.error)
    return DraftJob(**{**row._mapping, "instead_of": instead_of, "error": error})
