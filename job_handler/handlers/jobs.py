"""Jobs: how they come, and how their owners steer them."""

from pydantic import ValidationError

from edkit import log
from edkit.contracts.accounts import UserErased
from edkit.contracts.common import Page
from edkit.contracts.jobs import (
    CancelJob,
    GetJob,
    GetJobSteps,
    Job,
    JobMoved,
    JobsDue,
    JobSteps,
    ListJobs,
    RetryJob,
    RunJob,
)
from edkit.errors import AppError, Forbidden
from edkit.service import Context
from job_handler.errors import DailyQuota, JobNotFailed, UnknownKind, told
from job_handler.jobs import known
from job_handler.kinds import Kind
from job_handler.repository.jobs import JobRepository, never_began
from job_handler.repository.ledger import DAY_MS
from job_handler.repository.rows import ended_of, job_of, steps_of

logger = log.get(__name__)


async def run_job(task: RunJob, ctx: Context) -> None:
    """The job is a row from now on; the message has done its part. The same id again changes nothing."""
    repository = JobRepository(ctx.session)
    before = await repository.find(task.job_id)
    if before is not None:
        if (before.owner, before.kind) != (task.owner, task.job_kind):
            logger.error("job_id_taken", job_id=task.job_id, kind=task.job_kind)
        elif never_began(before):
            await repository.name(task)  # it was cancelled before it came
        return
    role = ctx.actor.role if ctx.actor.id == task.owner else "teacher"
    refusal = await _refusal(task, repository, ctx)
    error = None if refusal is None else told(refusal)
    row = await repository.add(task, role=role, now=ctx.now, error=error, request_id=ctx.request_id)
    if refusal is not None:
        ctx.announce(ended_of(row))
    ctx.announce(JobMoved(owner=row.owner, job=job_of(row)))
    ctx.announce(JobsDue())


async def _refusal(task: RunJob, repository: JobRepository, ctx: Context) -> AppError | None:
    """Why this will never be done."""
    kind = known(ctx.runtime).get(task.job_kind)
    if kind is None:
        return UnknownKind()
    try:
        _ = kind.arguments.model_validate(task.arguments)
    except ValidationError as error:
        logger.error("job_arguments_unread", job_id=task.job_id, kind=task.job_kind, faults=error.error_count())
        return UnknownKind()
    try:
        await _count(task.owner, kind, repository, ctx)
    except DailyQuota as refusal:
        return refusal
    return None


async def _count(owner: str, kind: Kind, repository: JobRepository, ctx: Context) -> None:
    """One more of the day. Raises DailyQuota."""
    if not await repository.count(owner, kind.name, most=kind.most_a_day(ctx.settings), now=ctx.now):
        raise DailyQuota(retry_after_ms=DAY_MS - ctx.now % DAY_MS)


async def get_job(cmd: GetJob, ctx: Context) -> Job:
    """See GetJob."""
    return job_of(await JobRepository(ctx.session).row_for(ctx.actor, cmd.job_id))


async def list_jobs(cmd: ListJobs, ctx: Context) -> Page[Job]:
    """See ListJobs."""
    if cmd.everybody and ctx.actor.role != "admin":
        raise Forbidden("Only administrators see everybody's jobs.")
    return await JobRepository(ctx.session).page(None if cmd.everybody else ctx.actor.id, cmd.query)


async def get_job_steps(cmd: GetJobSteps, ctx: Context) -> JobSteps:
    """See GetJobSteps."""
    repository = JobRepository(ctx.session)
    row = await repository.row_for(ctx.actor, cmd.job_id)
    kind = known(ctx.runtime).get(row.kind)
    return JobSteps(job_id=row.id, steps=() if kind is None else steps_of(kind, await repository.steps(row.id)))


async def cancel_job(cmd: CancelJob, ctx: Context) -> Job:
    """See CancelJob. It is over at once: whoever works on it finds that the job is not theirs any more."""
    repository = JobRepository(ctx.session)
    row = await repository.find(cmd.job_id)
    if row is None and cmd.unstarted is not None:
        row = await repository.add_cancelled(cmd.job_id, cmd.unstarted, ctx.actor, ctx.now)
        ctx.announce(ended_of(row))
        ctx.announce(JobMoved(owner=row.owner, job=job_of(row)))
        return job_of(row)
    row = await repository.row_for(ctx.actor, cmd.job_id)
    if await repository.cancel(row.id, ctx.now):
        row = await repository.find(row.id)
        ctx.announce(ended_of(row))
        ctx.announce(JobMoved(owner=row.owner, job=job_of(row)))
        ctx.announce(JobsDue(job_id=row.id))
    return job_of(row)


async def retry_job(cmd: RetryJob, ctx: Context) -> Job:
    """See RetryJob. The owner's own counts as another of the day: DailyQuota. What never came cannot go on."""
    repository = JobRepository(ctx.session)
    row = await repository.row_for(ctx.actor, cmd.job_id)
    kind = known(ctx.runtime).get(row.kind)
    if kind is None:
        raise UnknownKind()
    if never_began(row):
        raise JobNotFailed("What this job was to do has never arrived, so it cannot go on. Ask for it anew.")
    await repository.retry(row.id, row.owner, ctx.now)
    if ctx.actor.id == row.owner:  # what administrators repair is not what the owner asks for
        await _count(row.owner, kind, repository, ctx)
    row = await repository.find(row.id)
    ctx.announce(JobMoved(owner=row.owner, job=job_of(row)))
    ctx.announce(JobsDue())
    return job_of(row)


async def forget_user(event: UserErased, ctx: Context) -> None:
    """What this person asked for is over, and gone."""
    await JobRepository(ctx.session).forget_owner(event.user_id)
    ctx.announce(JobsDue())
