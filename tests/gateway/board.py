"""Jobs that move when a test says so: a job handler and a quiz service with nothing behind them but a table of jobs."""

from dataclasses import dataclass, field
from typing import Any

from edkit.contracts.common import Page
from edkit.contracts.drafts import (
    AcceptDraft,
    ChangeItem,
    DeleteDraft,
    GenerateQuiz,
    Generating,
    GetDraft,
    ListDrafts,
    RegenerateItem,
)
from edkit.contracts.jobs import (
    CancelJob,
    GetJob,
    GetJobSteps,
    GetQuizIntent,
    Job,
    JobEnded,
    JobError,
    JobMoved,
    JobStep,
    JobSteps,
    ListJobs,
    RetryJob,
)
from edkit.errors import Conflict, Forbidden, NotFound
from edkit.message import SYSTEM, Actor, Message
from edkit.service import Context, Runtime, Service, read, write
from gateway.repository.rows import moment


@dataclass
class Board:
    """Every job there is, by its id: those that were asked for, and those that the job handler has."""

    asked: dict[str, tuple[str, Job]] = field(default_factory=dict)
    begun: dict[str, tuple[str, Job]] = field(default_factory=dict)
    heard: list[Message] = field(default_factory=list)
    runtime: Runtime | None = None

    def services(self) -> tuple[Service, Service]:
        """The two, to be opened beside a gateway."""

        async def start(runtime: Runtime) -> None:
            self.runtime = runtime

        jobs = Service(
            "job_handler",
            requests={
                GetJob: read(self._get),
                ListJobs: read(self._list),
                GetJobSteps: read(self._steps),
                CancelJob: write(self._cancel),
                RetryJob: write(self._retry),
            },
            start=(start,),
        )
        drafts = (GetDraft, ListDrafts, ChangeItem, AcceptDraft, DeleteDraft)
        quizzes = Service(
            "quiz_service",
            requests={
                GenerateQuiz: write(self._generate),
                RegenerateItem: write(self._generate),
                GetQuizIntent: read(self._intent),
                **{kind: write(self._nothing) for kind in drafts},
            },
        )
        return jobs, quizzes

    def ask(self, job_id: str, owner: str, now: int = 0) -> Job:
        """The quiz service has recorded the intent."""
        at = moment(now or 1_800_000_000_000)
        job = Job(
            id=job_id, kind="generate_quiz", title="Cells", status="pending", progress=0, created_at=at, updated_at=at
        )
        self.asked[job_id] = owner, job
        return job

    def begin(self, job_id: str, owner: str) -> Job:
        """The job handler has it."""
        job = self.ask(job_id, owner).model_copy(update={"version": 1, "status": "running"})
        self.begun[job_id] = owner, job
        return job

    def change(self, job_id: str, **fields: Any) -> Job:
        """The row goes on, and nobody is told."""
        owner, job = self.begun[job_id]
        job = job.model_copy(update={"version": job.version + 1, **fields})
        self.begun[job_id] = owner, job
        return job

    async def move(self, job_id: str, **fields: Any) -> Job:
        """The row goes on, and all gateways are told."""
        job = self.change(job_id, **fields)
        await self._publish(JobMoved(owner=self.begun[job_id][0], job=job))
        return job

    async def end(self, job_id: str, status: str = "completed", *, told: int = 1, **fields: Any) -> Job:
        """The job ends, and that is told `told` times."""
        if status == "completed":
            fields = {"result": {"draft_id": f"draft-of-{job_id}"}, "progress": 1.0, **fields}
        job = self.change(job_id, status=status, **fields)
        for _ in range(told):
            await self.tell(job_id, job)
        return job

    async def fail(self, job_id: str, message: str = "The file is encrypted.") -> Job:
        return await self.end(job_id, "failed", error=JobError(code="encrypted", message=message))

    async def tell(self, job_id: str, job: Job) -> None:
        """A `JobEnded` of this state."""
        event = JobEnded(
            job_id=job_id,
            version=job.version,
            owner=self.begun[job_id][0],
            job_kind=job.kind,
            title=job.title,
            status=job.status,
            result=job.result,
            error=job.error,
        )
        await self._publish(event)

    async def _publish(self, message: Any) -> None:
        assert self.runtime is not None
        await self.runtime.bus.publish(message, actor=SYSTEM)

    # The handlers

    def _of(self, table: dict[str, tuple[str, Job]], actor: Actor, job_id: str) -> Job:
        owner, job = table.get(job_id, ("", None))
        if job is None or (owner != actor.id and actor.role != "admin"):
            raise NotFound("This job is not here, or it is not yours.", code="job_not_found")
        return job

    async def _get(self, cmd: GetJob, ctx: Context) -> Job:
        return self._of(self.begun, ctx.actor, cmd.job_id)

    async def _intent(self, cmd: GetQuizIntent, ctx: Context) -> Job:
        return self._of(self.asked, ctx.actor, cmd.job_id)

    async def _list(self, cmd: ListJobs, ctx: Context) -> Page[Job]:
        self.heard.append(cmd)
        if cmd.everybody and ctx.actor.role != "admin":
            raise Forbidden("Only administrators see everybody's jobs.")
        return Page(items=tuple(job for owner, job in self.begun.values() if cmd.everybody or owner == ctx.actor.id))

    async def _steps(self, cmd: GetJobSteps, ctx: Context) -> JobSteps:
        job = self._of(self.begun, ctx.actor, cmd.job_id)
        return JobSteps(job_id=job.id, steps=(JobStep(name="read", label="Reading", state="running", attempts=1),))

    async def _cancel(self, cmd: CancelJob, ctx: Context) -> Job:
        self.heard.append(cmd)
        if cmd.unstarted is not None and cmd.job_id not in self.begun:
            self.begun[cmd.job_id] = self.asked[cmd.job_id]
        job = self._of(self.begun, ctx.actor, cmd.job_id)
        return job if job.status in ("completed", "failed") else self.change(cmd.job_id, status="cancelled")

    async def _retry(self, cmd: RetryJob, ctx: Context) -> Job:
        job = self._of(self.begun, ctx.actor, cmd.job_id)
        if job.status not in ("failed", "cancelled"):
            raise Conflict("This job has not failed.", code="job_not_failed")
        return self.change(cmd.job_id, status="pending", error=None)

    async def _generate(self, cmd: Any, ctx: Context) -> Generating:
        self.heard.append(cmd)
        self.ask(cmd.job_id, ctx.actor.id)
        return Generating(job_id=cmd.job_id, draft_id=cmd.draft_id)

    async def _nothing(self, cmd: Any, ctx: Context) -> None:
        raise NotFound("This draft is not here, or it is not yours.", code="draft_not_found")
