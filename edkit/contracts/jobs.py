"""Long jobs: what a service hands to the job handler, how a job stands, and how it ended."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from edkit.contracts.common import Id, Line, Page, PageQuery, Time
from edkit.message import Event, Frozen, Notice, Request, Task

JobStatus = Literal["pending", "running", "completed", "failed", "cancelled"]
StepState = Literal["pending", "running", "completed", "failed", "skipped"]
JobKind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
"""The name under which the job handler knows what to do, such as `generate_quiz`."""

TERMINAL: frozenset[str] = frozenset({"completed", "failed", "cancelled"})
"""States in which a job stays, unless somebody asks for a retry."""

OWNERS: dict[str, str] = {"quiz": "quiz_service"}
"""Job ids name their owner: `quiz-01m7...` was decided on by the service that stands here under `quiz`."""


class JobError(Frozen):
    """Why a job failed: a code for programs, a sentence for people. `final`: the same again would fail again."""

    code: str
    message: str
    final: bool = False


class Job(Frozen):
    """A job as its owner sees it.

    `progress` runs from 0 to 1 and never back. `remaining_ms` is an estimate from earlier jobs of the kind. `version`
    grows with every change. `result` belongs to the kind. `engine` is who did the thinking: a model's name, `offline`,
    or absent while nobody knows.
    """

    id: Id
    kind: JobKind
    title: Line
    status: JobStatus
    progress: float = Field(ge=0, le=1)
    stage: str = ""
    remaining_ms: int | None = None
    attempts: int = 0
    result: dict[str, Any] | None = None
    error: JobError | None = None
    engine: str | None = None
    created_at: Time
    updated_at: Time
    finished_at: Time | None = None
    version: int = 0


class JobStep(Frozen):
    """One step of a job. `after` steps run once the job is completed, and their failure never changes its state.

    `spent_ms` is the time of the last attempt.
    """

    name: str
    label: str
    state: StepState
    attempts: int
    after: bool = False
    started_at: Time | None = None
    spent_ms: int | None = None
    error: JobError | None = None


class JobSteps(Frozen):
    """The steps of a job in their order."""

    job_id: Id
    steps: tuple[JobStep, ...]


class JobQuery(PageQuery):
    """Which jobs: those changed at or after `since`, in one state or in all."""

    since: Time | None = None
    status: JobStatus | None = None


class RunJob(Task):
    """Do this, once, for `owner`. The same `job_id` again is the same job.

    Announced by the owning service in the transaction that recorded the intent.
    """

    service = "job_handler"
    job_id: Id
    job_kind: JobKind
    owner: Id
    title: Line
    arguments: dict[str, Any]


class GetJob(Request[Job]):
    """The actor's job; administrators may see all. NotFound `job_not_found` also while its task is on the way."""

    service = "job_handler"
    job_id: Id


class ListJobs(Request[Page[Job]]):
    """The actor's jobs, the latest changed first. With `everybody` those of all, for administrators."""

    service = "job_handler"
    query: JobQuery
    everybody: bool = False


class GetJobSteps(Request[JobSteps]):
    """The steps of the actor's job; an administrator may see anybody's."""

    service = "job_handler"
    job_id: Id


class CancelJob(Request[Job]):
    """End the actor's job within two seconds. Cancelling what has ended changes nothing and answers how it ended.

    With `unstarted` (the gateway has seen the intent) a job whose task has not arrived yet never begins.
    """

    service = "job_handler"
    job_id: Id
    unstarted: JobKind | None = None


class RetryJob(Request[Job]):
    """Go on from the step that failed or was cut short. Conflict `job_not_failed` unless it failed or was cancelled.

    The owner's own counts as a new job of the day does: TooMany `daily_quota`.
    """

    service = "job_handler"
    job_id: Id


class GetQuizIntent(Request[Job]):
    """The job that the actor asked the quiz service for, as `pending`, from the moment the asking was answered."""

    service = "quiz_service"
    job_id: Id


class JobEnded(Event):
    """A job is completed, failed or cancelled. After a retry it may end again, with a higher version."""

    job_id: Id
    version: int
    owner: Id
    job_kind: JobKind
    title: Line
    status: JobStatus
    result: dict[str, Any] | None = None
    error: JobError | None = None
    engine: str | None = None


class JobsDue(Notice):
    """There is work for the job handlers. `job_id`: this job may have been taken from whoever works on it."""

    job_id: Id | None = None


class JobMoved(Notice):
    """A job has gone on. A hint: the row says how it stands."""

    owner: Id
    job: Job
