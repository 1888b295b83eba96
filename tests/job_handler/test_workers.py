"""Workers that die, sleep too long, or leave: what is done is done once. Numbers: job_handler/SPEC.md."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edkit.clock import ManualClock
from edkit.contracts.jobs import JobError
from edkit.errors import Invalid, Unavailable
from job_handler.errors import LeaseLost
from job_handler.kinds import Kind
from job_handler.repository.leases import Done
from job_handler.repository.queue import LEASE_MS
from job_handler.running import DEATHS
from tests.job_handler.dying import kill, mortal
from tests.job_handler.stage import Stage, kind, stage

LEASE_S = LEASE_MS / 1000
pytestmark = pytest.mark.xdist_group("mariadb")


class Counted:
    """Three steps that note how often they ran and what they did outside, under the job's id."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.outside: dict[str, Any] = {}
        self.go = asyncio.Event()
        self.go.set()

    async def read(self, work: Any) -> Any:
        self.runs["read"] += 1
        return "a text"

    async def make(self, work: Any) -> Any:
        self.runs["make"] += 1
        await work.progress(0.5, "Thinking")
        await self.go.wait()
        return work.results["read"].upper()

    async def save(self, work: Any) -> Any:
        self.runs["save"] += 1
        self.outside[work.job_id] = work.results["make"]
        return None

    async def later(self, work: Any) -> Any:
        self.runs["later"] += 1
        return None

    @property
    def kind(self) -> Kind:
        return kind(read=self.read, make=self.make, save=self.save)


async def test_j3_a_worker_past_its_lease_cannot_write(tmp_path: Path, database_url: str) -> None:
    counted, clock = Counted(), ManualClock()
    async with stage(tmp_path, counted.kind, database_url=database_url, clock=clock, work=False) as there:
        await there.begin()
        await there.reached("pending")
        slow, quick = there.new_worker(), there.new_worker()
        kinds, step = {"testing": counted.kind}, counted.kind.steps[0]
        ((old, _),) = await slow.queue.take(kinds, 5)
        await slow.leases.begin(old, step, "hash", None)
        assert await quick.queue.take(kinds, 5) == []
        await clock.advance(LEASE_S + 0.001)
        ((new, row),) = await quick.queue.take(kinds, 5)
        assert (new.job_id, new.fence, row.unended) == (old.job_id, old.fence + 1, 1)
        before = await there.get()
        error = JobError(code="x", message="x")
        for write in (
            slow.leases.begin(old, step, "hash", None),
            slow.leases.finish(old, Done("read", "1", 1), progress=0.5),
            slow.leases.move(old, 0.5, "still here", None),
            slow.leases.complete(old, {}, None, done=Done("read", "1", 1), after=False),
            slow.leases.fail_step(old, "read", error, due_at=None, engine=None),
            slow.leases.afterwards(old, due_at=None),
            slow.leases.release(old),
        ):
            with pytest.raises(LeaseLost):
                await write
        assert await slow.leases.extend([old]) == {old}
        assert await there.get() == before
        assert (await slow.leases.steps("quiz-1"))["read"].result is None
        await quick.leases.finish(new, Done("read", "1", 1), progress=0.5)
        assert there.ended == []


async def test_j3_a_worker_stopped_past_its_lease_finds_its_job_gone(tmp_path: Path, database_url: str) -> None:
    """One of two is stopped in the middle of a step, and continued when the other has done the job."""
    counted, clock = Counted(), ManualClock()
    async with stage(tmp_path, counted.kind, database_url=database_url, clock=clock, work=False) as there:
        await there.begin()
        stopped, other = there.new_worker(), there.new_worker()
        counted.go.clear()
        await there.took(stopped)
        while not counted.runs["make"]:
            await asyncio.sleep(0.01)
        honest = stopped.leases.extend
        stopped.leases.extend = _silent  # type: ignore[method-assign]  # it does not run, so it does not beat
        await clock.advance(LEASE_S + 1)
        assert await other.take() == 1
        while counted.runs["make"] < 2:
            await asyncio.sleep(0.01)
        counted.go.set()
        await other.quiet()
        await stopped.quiet()
        stopped.leases.extend = honest  # type: ignore[method-assign]  # as it was
        job = await there.get()
        assert (job.status, job.attempts) == ("completed", 0)
        assert len(await there.told()) == 1
        assert counted.runs["read"] == 1


async def _silent(leases: Any) -> set[Any]:
    return set()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_j4_a_worker_may_die_at_every_write_and_nothing_finished_is_done_again(
    tmp_path: Path, after: bool
) -> None:
    """Each write in turn is the last that the process does, or the first that it does not do."""
    died = []
    for at in range(1, 20):
        counted, clock = Counted(), ManualClock()
        with_after = kind(read=counted.read, make=counted.make, save=counted.save, after_later=counted.later)
        async with stage(tmp_path / str(at), with_after, clock=clock, work=False) as there:
            await there.begin()
            first = there.new_worker()
            leases = mortal(first, at, after=after)
            await _played(there, first)
            stored = {name for name, row in (await there.worker.leases.steps("quiz-1")).items() if row.result}
            runs = Counter(counted.runs)
            await clock.advance(LEASE_S + 1)
            second = there.new_worker()
            await _played(there, second)
            job = await there.get()
            assert (job.status, job.result) == (
                "completed",
                {"results": {"read": "a text", "make": "A TEXT", "save": None}},
            )
            assert counted.outside == {"quiz-1": "A TEXT"}
            assert [counted.runs[step] - runs[step] for step in ("read", "make", "save")] == [
                0 if step in stored else 1 for step in ("read", "make", "save")
            ]
            assert [event.version for event in await there.told()] == [job.version]
            assert {step.state for step in (await there.steps()).steps} == {"completed"}
            await asyncio.sleep(0.05)
            assert len(there.ended) == 1
        if not leases.dead_at:
            break
        died.append(leases.dead_at)
    assert {"begin", "move", "finish", "complete", "afterwards"} <= set(died)
    assert len(died) >= 8


async def _played(there: Stage, worker: Any) -> None:
    """Let the worker do all that it can."""
    await there.reached("pending", "running", "completed")
    while await worker.take():
        await worker.quiet()


async def test_j4_a_step_that_kills_its_worker_again_and_again_fails(tmp_path: Path, database_url: str) -> None:
    counted, clock = Counted(), ManualClock()
    counted.go.clear()
    async with stage(tmp_path, counted.kind, database_url=database_url, clock=clock, work=False) as there:
        await there.begin()
        for death in range(1, DEATHS + 1):
            worker = there.new_worker()
            await there.took(worker)
            while counted.runs["make"] < death:
                await asyncio.sleep(0.01)
            await kill(worker)
            await clock.advance(LEASE_S + 1)
        last = there.new_worker()
        await there.took(last)
        await last.quiet()
        job = await there.get()
        assert job.error is not None
        assert (job.status, job.error.code) == ("failed", "worker_died")
        assert (counted.runs["read"], counted.runs["make"]) == (1, DEATHS)
        assert [step.state for step in (await there.steps()).steps] == ["completed", "failed", "pending"]
        counted.go.set()
        await there.retry()
        await there.took(last)
        await last.quiet()
        assert (await there.get()).status == "completed"
        assert counted.runs["read"] == 1


async def test_j4_a_step_that_failed_often_is_not_blamed_for_one_death(tmp_path: Path) -> None:
    """Attempts that ended in an error were counted as deaths: the first kill after them failed the job."""
    counted, clock = Counted(), ManualClock()
    failing = DEATHS - 1

    async def fails(work: Any) -> Any:
        counted.runs["fails"] += 1
        if counted.runs["fails"] <= failing:
            raise Unavailable()
        await counted.go.wait()
        return 1

    quick = replace(kind(fails=fails), attempts=10, backoff_ms=(1,))
    async with stage(tmp_path, quick, clock=clock, work=False) as there:
        await there.begin()
        worker = there.new_worker()
        counted.go.clear()
        for _ in range(failing):
            await there.took(worker)
            await worker.quiet()
            await clock.advance(0.1)
        await there.took(worker)
        while counted.runs["fails"] <= failing:
            await asyncio.sleep(0.01)
        await kill(worker)
        counted.go.set()
        await clock.advance(LEASE_S + 1)
        other = there.new_worker()
        await there.took(other)
        await other.quiet()
        assert (await there.get()).status == "completed"


async def test_j4_what_kills_its_worker_takes_nobody_along_twice(tmp_path: Path) -> None:
    """Jobs that were under way beside one that kills were counted as killers, too."""
    counted, clock = Counted(), ManualClock()
    alive: list[Any] = []

    async def works(work: Any) -> Any:
        if work.arguments.word != "kills":
            await counted.go.wait()
            return 1
        counted.runs["kills"] += 1
        while True:
            await asyncio.sleep(3600)

    async with stage(tmp_path, replace(kind(works=works), at_once=10), clock=clock, work=False) as there:
        await there.begin("quiz-killer", arguments={"word": "kills"})
        for number in range(7):
            await there.begin(f"quiz-{number}")
        await there.reached("pending", job_id="quiz-6")
        counted.go.clear()
        for death in range(1, DEATHS + 1):
            worker = there.new_worker(at_once=4)
            alive.append(worker)
            while counted.runs["kills"] < death:
                await worker.take()
                await asyncio.sleep(0.01)
                if counted.runs["kills"] < death and len(worker._taken) == 4:
                    counted.go.set()  # they end, and the killer's turn comes
                    await asyncio.sleep(0.05)
                    counted.go.clear()
            await kill(worker)
            await clock.advance(LEASE_S + 1)
        counted.go.set()
        last = there.new_worker(at_once=4)
        while await last.take():
            await last.quiet()
        assert (await there.get("quiz-killer")).status == "failed"
        assert {(await there.get(f"quiz-{number}")).status for number in range(7)} == {"completed"}


async def test_j15_who_leaves_gives_back_at_once(tmp_path: Path, database_url: str) -> None:
    counted, clock = Counted(), ManualClock()
    counted.go.clear()
    async with stage(tmp_path, counted.kind, database_url=database_url, clock=clock, work=False) as there:
        await there.begin()
        leaving, staying = there.new_worker(), there.new_worker()
        for times in range(1, DEATHS + 2):  # as often as it likes: nobody died
            await there.took(leaving)
            while counted.runs["make"] < times:
                await asyncio.sleep(0.01)
            await leaving.hand_back()
            assert [step.state for step in (await there.steps()).steps] == ["completed", "pending", "pending"]
        counted.go.set()
        await there.took(staying)
        await staying.quiet()
        assert (await there.get()).status == "completed"
        assert counted.runs["read"] == 1


async def test_j16_what_a_step_has_made_outlives_a_database_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was thrown away with the first refusal, and made again."""
    counted, clock = Counted(), ManualClock()
    async with stage(tmp_path, counted.kind, clock=clock, work=False) as there:
        await there.begin()
        worker = there.new_worker()
        honest, refused = worker.leases.begin, 0

        async def away(*given: Any, **named: Any) -> Any:
            nonlocal refused
            if named["done"] is not None and refused < 4:
                refused += 1
                raise TimeoutError("no connection is free")
            return await honest(*given, **named)

        monkeypatch.setattr(worker.leases, "begin", away)
        monkeypatch.setattr("job_handler.running.explained", lambda error: isinstance(error, TimeoutError) or None)
        await there.took(worker)
        ending = asyncio.ensure_future(worker.quiet())
        while not ending.done():
            await clock.advance(0.5)
            await asyncio.sleep(0.01)
        assert (await there.get()).status == "completed"
        assert (refused, counted.runs["read"], counted.runs["make"]) == (4, 1, 1)


async def test_j6_a_result_that_cannot_be_told_fails_and_keeps_the_steps(tmp_path: Path) -> None:
    counted, clock = Counted(), ManualClock()

    def refuse(results: Any) -> dict[str, Any]:
        raise Invalid("There is nothing to show.", code="nothing")

    testing = replace(counted.kind, result=refuse)
    async with stage(tmp_path, testing, clock=clock, work=False) as there:
        await there.begin()
        worker = there.new_worker()
        await there.took(worker)
        await worker.quiet()
        job = await there.get()
        assert job.error is not None
        assert (job.status, job.error.code) == ("failed", "nothing")
        await there.retry()
        await there.took(worker)
        await worker.quiet()
        assert counted.runs == {"read": 1, "make": 1, "save": 1}
