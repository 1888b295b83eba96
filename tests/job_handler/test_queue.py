"""The line of jobs: whose turn it is, how much of it is read, and who stands in nobody's way. See SPEC.md."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from edkit.clock import ManualClock
from edkit.contracts.jobs import RunJob
from edkit.errors import Unavailable
from edkit.message import Actor
from job_handler.kinds import Kind
from job_handler.models import jobs
from job_handler.repository.jobs import JobRepository
from job_handler.repository.queue import LEASE_MS
from job_handler.running import DEATHS
from job_handler.worker import BEAT_EVERY_S
from tests.job_handler.dying import kill
from tests.job_handler.stage import MAI, OTTO, Stage, kind, stage

pytestmark = pytest.mark.xdist_group("mariadb")
MANY, WORKED = 10_000, 200


async def nothing(work: Any) -> Any:
    return None


async def waiting(there: Stage, count: int) -> None:
    """Once so many stand in the line."""
    async with asyncio.timeout(20):
        while (await there.worker.queue.waiting()).jobs < count:
            await asyncio.sleep(0.01)


async def asked_for(there: Stage, owners: list[Actor]) -> None:
    """A job for each, in this order."""
    for number, owner in enumerate(owners):
        await there.begin(f"quiz-{number:02}", actor=owner)
        await waiting(there, number + 1)


async def test_j10_many_jobs_of_one_hold_up_nobody_elses_one(tmp_path: Path, database_url: str) -> None:
    testing = replace(kind(first=nothing), at_once=100)
    async with stage(tmp_path, testing, database_url=database_url, clock=ManualClock(), work=False) as there:
        await asked_for(there, [MAI] * 12 + [OTTO] * 3)
        order = []
        while taken := await there.worker.queue.take({"testing": testing}, 1):
            order += [row.owner for _, row in taken]
        assert order[:6] == ["mai", "otto"] * 3
        assert Counter(order) == {"mai": 12, "otto": 3}


async def test_j10_of_one_kind_an_owner_has_so_many_under_way_whoever_takes_them(
    tmp_path: Path, database_url: str
) -> None:
    testing = replace(kind(first=nothing), at_once=3)
    async with stage(tmp_path, testing, database_url=database_url, clock=ManualClock(), work=False) as there:
        await asked_for(there, [MAI] * 10 + [OTTO] * 10)
        workers = [there.new_worker() for _ in range(6)]
        takes = await asyncio.gather(*(worker.queue.take({"testing": testing}, 4) for worker in workers))
        taken = [(lease, row) for take in takes for lease, row in take]
        assert len({lease.job_id for lease, _ in taken}) == len(taken)
        more = [pair for worker in workers for pair in await worker.queue.take({"testing": testing}, 4)]
        assert Counter(row.owner for _, row in [*taken, *more]) == {"mai": 3, "otto": 3}


async def test_j18_of_ten_thousand_in_the_line_no_more_is_read_than_there_is_room_for(
    tmp_path: Path, database_url: str
) -> None:
    runs: Counter[str] = Counter()

    async def first(work: Any) -> Any:
        runs[work.job_id] += 1

    testing = kind(first=first)
    async with stage(tmp_path, testing, database_url=database_url, work=False) as there:
        await stored(there, testing, MANY, owners=200)
        worker = there.new_worker(at_once=16)
        read = most_read(there)
        working = asyncio.create_task(worker.run())
        async with asyncio.timeout(120):
            while len(runs) < WORKED:
                await asyncio.sleep(0.05)
        working.cancel()
        await asyncio.wait([working])
        assert max(read) <= 16
        assert (max(runs.values()), worker._taken) == (1, {})
        assert {int(job_id.removeprefix("quiz-")) < 2 * WORKED for job_id in runs} == {True}  # the first come first
        states = select(jobs.c.status, func.count()).group_by(jobs.c.status)
        counts = {row[0]: row[1] for row in await there.jobs.database.rows(states)}
        assert sum(counts.values()) == MANY
        assert counts["completed"] >= WORKED - 16


def most_read(there: Stage) -> list[int]:
    """How many rows each query of jobs has brought, from now on."""
    database, counts = there.jobs.database, [0]
    honest = database.rows

    async def rows(*given: Any, **named: Any) -> Any:
        found = await honest(*given, **named)
        counts.append(len(found))
        return found

    database.rows = rows  # type: ignore[method-assign]  # the same, and counted
    return counts


async def stored(there: Stage, testing: Kind, count: int, *, owners: int) -> None:
    """So many jobs, as their tasks would have left them."""
    now, database = there.jobs.clock.now(), there.jobs.database
    async with database.write() as session:
        task = RunJob(job_id="quiz-0", job_kind=testing.name, owner="p0", title="Job", arguments={})
        row = vars(await JobRepository(session).add(task, role="teacher", now=now))
        rest = [
            {**row, "id": f"quiz-{number}", "owner": f"p{number % owners}", "turn": number // owners}
            for number in range(1, count)
        ]
        for start in range(0, len(rest), 1000):
            await session.execute(insert(jobs), rest[start : start + 1000])


async def test_j4_what_kills_every_worker_ends_and_delays_nobody(tmp_path: Path, database_url: str) -> None:
    """Whoever comes meanwhile is done beside it, in every life of the worker."""
    clock, killing = ManualClock(), asyncio.Event()
    runs: Counter[str] = Counter()

    async def works(work: Any) -> Any:
        runs[work.job_id] += 1
        if work.arguments.word == "kills":
            killing.set()
            await asyncio.Event().wait()
        return None

    testing = replace(kind(works=works), at_once=50)
    async with stage(tmp_path, testing, database_url=database_url, clock=clock, work=False) as there:
        await there.begin("quiz-killer", arguments={"word": "kills"})
        await waiting(there, 1)
        for death in range(DEATHS):
            mine = [f"quiz-{death}-{number}" for number in range(4)]
            for job_id in mine:
                await there.begin(job_id, actor=OTTO)
            await waiting(there, len(mine) + (death == 0))
            killing.clear()
            worker = there.new_worker(at_once=3)
            done: set[str] = set()
            async with asyncio.timeout(20):
                while not (killing.is_set() and done >= set(mine)):
                    _ = await worker.take()
                    await asyncio.sleep(0.01)
                    done = {event.job_id for event in there.ended}
            await kill(worker)  # the neighbours did not wait for its end
            await clock.advance(LEASE_MS / 1000 + 1)
        last = there.new_worker()
        await there.took(last)
        await last.quiet()
        job = await there.get("quiz-killer")
        assert job.error is not None
        assert (job.status, job.error.code, runs["quiz-killer"]) == ("failed", "worker_died", DEATHS)
        assert {event.status for event in there.ended if event.job_id != "quiz-killer"} == {"completed"}


async def test_j8_a_cancelled_job_stops_within_a_beat_also_when_the_notice_is_lost(
    tmp_path: Path, database_url: str
) -> None:
    clock, begun, stopped = ManualClock(), asyncio.Event(), asyncio.Event()

    async def works(work: Any) -> Any:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with stage(tmp_path, kind(works=works), database_url=database_url, clock=clock, work=False) as there:
        await there.begin()
        worker = there.new_worker()  # no notice reaches it
        await there.took(worker)
        async with asyncio.timeout(20):
            await begun.wait()
        assert (await there.cancel()).status == "cancelled"
        assert not stopped.is_set()
        await clock.advance(BEAT_EVERY_S)
        async with asyncio.timeout(20):
            await stopped.wait()
        await worker.quiet()
        assert (await there.get()).status == "cancelled"


async def test_j19_a_task_that_cannot_be_taken_ends_in_the_dead_letters_after_five_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: Counter[str] = Counter()
    honest = JobRepository.add

    async def add(self: JobRepository, job: RunJob, **more: Any) -> Any:
        tries[job.job_id] += 1
        if job.job_id == "quiz-poison":
            raise RuntimeError("this one always breaks the handler")
        return await honest(self, job, **more)

    monkeypatch.setattr(JobRepository, "add", add)
    async with stage(tmp_path, kind(first=nothing), retry_tiers_ms=(20, 20, 20, 20)) as there:
        await there.begin("quiz-poison")
        await there.begin("quiz-1")
        await there.reached("completed")  # its neighbour did not wait
        broker = there.jobs.bus._bus._broker  # type: ignore[attr-defined]  # the memory bus
        async with asyncio.timeout(20):
            while not (dead := await broker.dead_letters()):
                await asyncio.sleep(0.02)
        assert [(letter.queue, letter.type) for letter in dead] == [("job_handler", "RunJob")]
        assert tries["quiz-poison"] == 5
        monkeypatch.setattr(JobRepository, "add", honest)
        assert await broker.replay(dead[0].id)
        await there.reached("completed", job_id="quiz-poison")


async def test_j16_progress_that_could_not_be_stored_breaks_nothing_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that was away for a moment failed the step, and what it had made was made again."""
    runs: Counter[str] = Counter()

    async def works(work: Any) -> Any:
        runs["works"] += 1
        await work.progress(0.5, "Half")
        return runs["works"]

    async with stage(tmp_path, kind(works=works), clock=ManualClock(), work=False) as there:
        await there.begin()
        worker = there.new_worker()

        async def away(*_: Any) -> Any:
            raise TimeoutError("no connection is free")

        monkeypatch.setattr(worker.leases, "move", away)
        monkeypatch.setattr("job_handler.running.explained", lambda error: isinstance(error, TimeoutError) or None)
        await there.took(worker)
        await worker.quiet()
        assert ((await there.get()).status, runs["works"]) == ("completed", 1)


async def test_what_was_taken_before_the_database_went_away_is_worked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leases were forgotten, and nobody could take these jobs until they had run out."""
    async with stage(tmp_path, kind(first=nothing), clock=ManualClock(), work=False) as there:
        await asked_for(there, [MAI, OTTO])
        worker = there.new_worker()
        honest, calls = worker.queue._take, 0

        async def take(*given: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 2:
                raise Unavailable()
            return await honest(*given)

        monkeypatch.setattr(worker.queue, "_take", take)
        assert await worker.take() == 1
        await worker.quiet()
        assert (await there.get("quiz-00")).status == "completed"
