"""A job handler whose kinds belong to the test, with a quiz service that asks for jobs and a gateway that watches."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from edkit.clock import Clock, SystemClock
from edkit.contracts.jobs import CancelJob, GetJob, GetJobSteps, Job, JobEnded, JobSteps, RetryJob, RunJob
from edkit.errors import NotFound
from edkit.message import Actor, Frozen, Request
from edkit.service import Context, Runtime, Service, write
from edkit.testing import running
from job_handler.app import service
from job_handler.jobs import STATE, kinds_of
from job_handler.kinds import Kind, Step
from job_handler.server import of
from job_handler.worker import Worker
from tests.job_handler.dying import Idle

MAI, OTTO = Actor(id="mai", role="teacher"), Actor(id="otto", role="teacher")
ADMIN = Actor(id="root", role="admin")
WITHIN_S = 20.0


class Nothing(Frozen):
    """Arguments of a test's jobs."""

    word: str = ""


def kind(name: str = "testing", /, **steps: Callable[[Any], Awaitable[Any]]) -> Kind:
    """A kind with these steps in their order; those called `after_...` come afterwards."""
    made = tuple(Step(step, f"Doing {step}", run, after=step.startswith("after_")) for step, run in steps.items())
    return Kind(name, arguments=Nothing, steps=made, result=lambda results: {"results": dict(results)})


@dataclass
class Stage:
    """What a test speaks to."""

    quizzes: Runtime
    gateway: Runtime
    jobs: Runtime
    ended: list[JobEnded] = field(default_factory=list)

    @property
    def worker(self) -> Worker:
        return of(self.jobs)

    def new_worker(self, at_once: int = 2) -> Worker:
        """Another worker over the same rows, which nobody has started."""
        return Worker(self.jobs, kinds_of(self.jobs), Idle(), at_once)

    async def took(self, worker: Worker) -> int:
        """How many jobs the worker begins, once there is something for it."""
        async with asyncio.timeout(WITHIN_S):
            while not (begun := await worker.take()):
                await asyncio.sleep(0.01)
        return begun

    async def begin(self, job_id: str = "quiz-1", job_kind: str = "testing", actor: Actor = MAI, **more: Any) -> None:
        """Ask for a job, as the quiz service does."""
        arguments = more.get("arguments", {})
        task = RunJob(job_id=job_id, job_kind=job_kind, owner=actor.id, title=f"Job {job_id}", arguments=arguments)
        await self.quizzes.bus.publish(task, actor=actor)

    async def ask(self, request: Request[Any], actor: Actor = MAI) -> Any:
        return await self.gateway.bus.call(request, actor=actor)

    async def get(self, job_id: str = "quiz-1") -> Job:
        job: Job = await self.ask(GetJob(job_id=job_id))
        return job

    async def steps(self, job_id: str = "quiz-1") -> JobSteps:
        steps: JobSteps = await self.ask(GetJobSteps(job_id=job_id))
        return steps

    async def cancel(self, job_id: str = "quiz-1") -> Job:
        job: Job = await self.ask(CancelJob(job_id=job_id))
        return job

    async def retry(self, job_id: str = "quiz-1") -> Job:
        job: Job = await self.ask(RetryJob(job_id=job_id))
        return job

    async def told(self, count: int = 1) -> list[JobEnded]:
        """The ends that were told, once there are so many."""
        async with asyncio.timeout(WITHIN_S):
            while len(self.ended) < count:
                await asyncio.sleep(0.01)
        return self.ended

    async def reached(self, *statuses: str, job_id: str = "quiz-1") -> Job:
        """The job once it stands so."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                try:
                    job = await self.get(job_id)
                    if job.status in statuses:
                        return job
                except NotFound:
                    pass
                await asyncio.sleep(0.01)


@asynccontextmanager
async def stage(
    folder: Path,
    *kinds: Kind,
    database_url: str = "",
    clock: Clock | None = None,
    work: bool = True,
    state: Mapping[str, Any] | None = None,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """The services, running; without `work` nothing takes jobs but what the test lets take them. `state` is what the
    job handler is handed before it starts."""

    async def give(runtime: Runtime) -> None:
        runtime.state |= {STATE: kinds, **(state or {})}

    ended: list[JobEnded] = []

    async def note(event: JobEnded, ctx: Context) -> None:
        ended.append(event)

    watching = Service("gateway", events={JobEnded: write(note)}, issuers={JobEnded: ("job_handler",)})
    background: Sequence[Any] = service.background if work else service.background[:1]
    under_test = replace(service, start=(give, *service.start), background=tuple(background))
    clock = clock or SystemClock(folder)
    chosen = {"jobs_at_once": 2, **settings}
    services = [Service("quiz_service"), watching, under_test]
    async with running(folder, services, clock=clock, database_url=database_url, **chosen) as opened:
        yield Stage(*opened, ended=ended)
