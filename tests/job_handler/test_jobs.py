"""Jobs: what is done is done once, whoever goes on. Numbers are rules of job_handler/SPEC.md."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edkit.clock import ManualClock
from edkit.contracts.accounts import UserErased
from edkit.contracts.jobs import CancelJob, GetJob, GetJobSteps, JobQuery, ListJobs, RetryJob
from edkit.errors import AppError, Conflict, Forbidden, Invalid, NotFound, Unavailable
from edkit.settings import Settings
from job_handler.jobs import KINDS
from job_handler.kinds import Step
from job_handler.server import sweep
from tests.job_handler.stage import ADMIN, MAI, OTTO, kind, stage


class Counted:
    """Steps that count how often they ran."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.go = asyncio.Event()
        self.failing = 0

    async def first(self, work: Any) -> Any:
        self.runs["first"] += 1
        return {"n": 1}

    async def second(self, work: Any) -> Any:
        self.runs["second"] += 1
        if self.failing:
            self.failing -= 1
            raise Unavailable("The weather is bad.")
        return {"n": work.results["first"]["n"] + 1}

    async def stumbles(self, work: Any) -> Any:
        self.runs["stumbles"] += 1
        if self.failing:
            self.failing -= 1
            raise Unavailable("The weather is bad.")
        return "up again"

    async def waits(self, work: Any) -> Any:
        self.runs["waits"] += 1
        await work.progress(0.5, "Waiting for a sign")
        await self.go.wait()
        return "gone"

    async def refuses(self, work: Any) -> Any:
        self.runs["refuses"] += 1
        raise Invalid("This text is empty.", code="empty")


async def test_j1_steps_run_in_their_order_and_the_end_is_told(tmp_path: Path, database_url: str) -> None:
    counted = Counted()
    async with stage(tmp_path, kind(first=counted.first, second=counted.second), database_url=database_url) as there:
        await there.begin()
        job = await there.reached("completed")
        assert job.result == {"results": {"first": {"n": 1}, "second": {"n": 2}}}
        assert (job.progress, job.error, job.title) == (1.0, None, "Job quiz-1")
        assert [(step.name, step.state, step.attempts) for step in (await there.steps()).steps] == [
            ("first", "completed", 1),
            ("second", "completed", 1),
        ]
        async with asyncio.timeout(10):
            while not there.ended:
                await asyncio.sleep(0.01)
        assert [(event.job_id, event.status, event.version) for event in there.ended] == [
            ("quiz-1", "completed", job.version)
        ]


async def test_j2_the_same_job_twice_is_one_job(tmp_path: Path) -> None:
    counted = Counted()
    async with stage(tmp_path, kind(first=counted.first)) as there:
        await there.begin()
        await there.begin()
        await there.begin("quiz-2")
        await there.reached("completed", job_id="quiz-2")
        await there.reached("completed")
        assert counted.runs["first"] == 2


async def test_j5_a_failed_step_is_tried_again_and_the_ones_before_are_not(tmp_path: Path, database_url: str) -> None:
    counted = Counted()
    counted.failing = 2
    quick = replace(kind(first=counted.first, second=counted.second), backoff_ms=(10,))
    async with stage(tmp_path, quick, database_url=database_url) as there:
        await there.begin()
        job = await there.reached("completed")
        assert counted.runs == {"first": 1, "second": 3}
        assert job.attempts == 2


async def test_j5_each_step_has_attempts_of_its_own(tmp_path: Path) -> None:
    first, second = Counted(), Counted()
    first.failing = second.failing = 2
    quick = replace(kind(first=first.stumbles, second=second.stumbles), backoff_ms=(1,), attempts=3)
    async with stage(tmp_path, quick) as there:
        await there.begin()
        job = await there.reached("completed")
        assert (first.runs["stumbles"], second.runs["stumbles"], job.attempts) == (3, 3, 2)


async def test_j6_what_will_not_get_better_fails_at_once_and_says_why(tmp_path: Path) -> None:
    counted = Counted()
    async with stage(tmp_path, kind(first=counted.first, refuses=counted.refuses)) as there:
        await there.begin()
        job = await there.reached("failed")
        assert job.error is not None
        assert (job.error.code, job.error.message) == ("empty", "This text is empty.")
        assert counted.runs["refuses"] == 1
        states = [step.state for step in (await there.steps()).steps]
        assert states == ["completed", "failed"]


async def test_j6_attempts_end(tmp_path: Path) -> None:
    counted = Counted()
    counted.failing = 100
    quick = replace(kind(first=counted.first, second=counted.second), backoff_ms=(1,), attempts=3)
    async with stage(tmp_path, quick) as there:
        await there.begin()
        job = await there.reached("failed")
        assert (job.attempts, counted.runs["second"]) == (3, 3)
        assert job.error is not None
        assert job.error.message == "The weather is bad."


async def test_j7_a_retry_goes_on_from_the_failed_step(tmp_path: Path, database_url: str) -> None:
    counted = Counted()
    counted.failing = 1
    once = replace(kind(first=counted.first, second=counted.second), attempts=1)
    async with stage(tmp_path, once, database_url=database_url) as there:
        await there.begin()
        failed = await there.reached("failed")
        with pytest.raises(NotFound):
            await there.ask(RetryJob(job_id="quiz-1"), OTTO)
        again = await there.retry()
        assert again.version > failed.version
        await there.reached("completed")
        assert counted.runs == {"first": 1, "second": 2}
        with pytest.raises(Conflict):
            await there.retry()


async def test_j8_a_cancelled_job_is_over_at_once_and_its_step_stops(tmp_path: Path, database_url: str) -> None:
    counted = Counted()
    async with stage(tmp_path, kind(first=counted.first, waits=counted.waits), database_url=database_url) as there:
        await there.begin()
        running = await there.reached("running")
        async with asyncio.timeout(10):
            while not counted.runs["waits"]:
                await asyncio.sleep(0.01)
        assert 0 <= running.progress < 1
        with pytest.raises(NotFound):
            await there.ask(CancelJob(job_id="quiz-1"), OTTO)
        job = await there.cancel()
        assert job.status == "cancelled"
        async with asyncio.timeout(2):
            await there.worker.quiet()
        counted.go.set()
        assert (await there.get()).status == "cancelled"
        assert (await there.cancel()).version == job.version


async def test_j8_a_job_cancelled_before_it_came_never_begins(tmp_path: Path) -> None:
    counted = Counted()
    async with stage(tmp_path, kind(first=counted.first)) as there:
        cancelled = await there.ask(CancelJob(job_id="quiz-1", unstarted="testing"))
        assert cancelled.status == "cancelled"
        await there.begin()
        await there.begin("quiz-2")
        await there.reached("completed", job_id="quiz-2")
        assert (await there.get()).status == "cancelled"
        assert (await there.get()).title == "Job quiz-1"
        assert counted.runs["first"] == 1


async def test_j9_what_comes_after_the_end_never_changes_it(tmp_path: Path) -> None:
    counted = Counted()
    counted.failing = 1
    quick = replace(kind(first=counted.first, after_second=counted.second), backoff_ms=(1,))
    async with stage(tmp_path, quick) as there:
        await there.begin()
        job = await there.reached("completed")
        async with asyncio.timeout(10):
            while (await there.steps()).steps[-1].state != "completed":
                await asyncio.sleep(0.01)
        assert counted.runs["second"] == 2
        assert (await there.get()).version == job.version


async def test_j11_quotas_count_the_day(tmp_path: Path) -> None:
    counted = Counted()
    scarce = replace(kind(first=counted.first), per_day=1)
    async with stage(tmp_path, scarce) as there:
        await there.begin()
        await there.reached("completed")
        await there.begin("quiz-2")
        job = await there.reached("failed", job_id="quiz-2")
        assert job.error is not None
        assert job.error.code == "daily_quota"
        await there.begin("quiz-3", actor=OTTO)
        async with asyncio.timeout(10):
            while not any(event.job_id == "quiz-3" and event.status == "completed" for event in there.ended):
                await asyncio.sleep(0.01)


async def test_j11_a_retry_counts_as_a_new_job_does(tmp_path: Path) -> None:
    """Who had a quota of one could have the same job tried for ever."""

    async def breaks(work: Any) -> Any:
        raise Unavailable("The weather is bad.")

    scarce = replace(kind(first=breaks), per_day=2, attempts=1)
    clock = ManualClock()
    async with stage(tmp_path, scarce, clock=clock) as there:
        await there.begin()
        await there.told(1)
        assert (await there.retry()).status == "pending"
        await there.told(2)
        with pytest.raises(AppError) as refused:
            await there.retry()
        day = 24 * 3_600_000
        assert (refused.value.kind, refused.value.code) == ("too_many", "daily_quota")
        assert refused.value.retry_after_ms == day - clock.now() % day
        assert (await there.get()).status == "failed"
        assert (await there.ask(RetryJob(job_id="quiz-1"), ADMIN)).status == "pending"  # repairs are not counted
        await there.told(3)
        await clock.advance(day / 1000)
        assert (await there.retry()).status == "pending"


async def test_j12_nobody_sees_the_jobs_of_others_but_administrators(tmp_path: Path) -> None:
    counted = Counted()
    async with stage(tmp_path, kind(first=counted.first)) as there:
        await there.begin()
        await there.reached("completed")
        for request in (GetJob(job_id="quiz-1"), GetJobSteps(job_id="quiz-1")):
            with pytest.raises(NotFound):
                await there.ask(request, OTTO)
            await there.ask(request, ADMIN)
        assert (await there.ask(ListJobs(query=JobQuery()), OTTO)).items == ()
        assert [job.id for job in (await there.ask(ListJobs(query=JobQuery()), MAI)).items] == ["quiz-1"]
        with pytest.raises(Forbidden):
            await there.ask(ListJobs(query=JobQuery(), everybody=True), OTTO)
        assert len((await there.ask(ListJobs(query=JobQuery(), everybody=True), ADMIN)).items) == 1


async def test_j13_unknown_kinds_and_arguments_end_as_failed(tmp_path: Path) -> None:
    counted = Counted()
    async with stage(tmp_path, kind(first=counted.first)) as there:
        await there.begin(job_kind="from_the_future")
        await there.begin("quiz-2", arguments={"no": "such"})
        for job_id in ("quiz-1", "quiz-2"):
            job = await there.reached("failed", job_id=job_id)
            assert job.error is not None
            assert job.error.code == "unknown_kind"


async def test_j14_what_ended_long_ago_is_forgotten(tmp_path: Path, database_url: str) -> None:
    counted, clock = Counted(), ManualClock()
    testing = kind(first=counted.first)
    async with stage(tmp_path, testing, database_url=database_url, clock=clock, work=False) as there:
        await there.begin()
        await there.took(there.worker)
        await there.worker.quiet()
        await clock.advance(3_700)
        await sweep(there.jobs)
        assert (await there.worker.leases.steps("quiz-1"))["first"].result is None
        assert (await there.get()).status == "completed"
        await clock.advance(31 * 24 * 3600)
        await sweep(there.jobs)
        with pytest.raises(NotFound):
            await there.get()


async def test_an_erased_person_leaves_no_jobs(tmp_path: Path) -> None:
    counted = Counted()
    async with stage(tmp_path, kind(first=counted.first)) as there:
        await there.begin()
        await there.reached("completed")
        await there.gateway.bus.publish(UserErased(user_id="mai"))
        async with asyncio.timeout(10):
            while True:
                try:
                    await there.get()
                except NotFound:
                    break
                await asyncio.sleep(0.01)


async def test_progress_counts_the_weights_of_steps_and_never_goes_back(tmp_path: Path) -> None:
    counted = Counted()
    heavy = kind(first=counted.first, waits=counted.waits)
    steps = (replace(heavy.steps[0], weight=1.0), Step("waits", "Waiting", counted.waits, weight=3.0))
    async with stage(tmp_path, replace(heavy, steps=steps)) as there:
        await there.begin()
        async with asyncio.timeout(10):
            while (job := await there.reached("running")).stage != "Waiting for a sign":
                await asyncio.sleep(0.01)
        assert job.progress == pytest.approx((1 + 0.5 * 3) / 4, abs=0.001)
        counted.go.set()
        await there.reached("completed")


async def test_j11_what_the_quiz_service_lets_through_is_not_refused_here(tmp_path: Path) -> None:
    """A fixed number here refused the fifty-first, though the settings allowed a thousand."""
    for made in KINDS:
        for allowed in (0, 50, 1000):
            settings = Settings(data=tmp_path, generations_per_day=allowed)
            assert made.most_a_day(settings) >= allowed
    counted = Counted()
    as_settings_say = replace(kind(first=counted.first), per_day=lambda settings: settings.generations_per_day)
    async with stage(tmp_path, as_settings_say, generations_per_day=2) as there:
        for number in (1, 2, 3):
            await there.begin(f"quiz-{number}")
        ended = {event.job_id: event.error for event in await there.told(3)}
        assert [job_id for job_id, error in ended.items() if error is not None] == ["quiz-3"]
