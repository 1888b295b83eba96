"""How a worker keeps what it works on, and tells how far it is: one beat for all its jobs. See SPEC.md."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from edkit.clock import ManualClock
from job_handler.models import jobs
from job_handler.repository.queue import LEASE_MS, Lease
from job_handler.worker import BEAT_EVERY_S
from tests.job_handler.stage import MAI, OTTO, Stage, kind, stage

pytestmark = pytest.mark.xdist_group("mariadb")
THREE = {"quiz-1": MAI, "quiz-2": MAI, "quiz-3": OTTO}


class Waits:
    """A step that waits, and how many do."""

    def __init__(self) -> None:
        self.begun = 0
        self.go = asyncio.Event()

    async def first(self, work: Any) -> Any:
        return 1

    async def second(self, work: Any) -> Any:
        self.begun += 1
        await self.go.wait()


async def due(there: Stage) -> dict[str, int | None]:
    """When each job falls due."""
    return {row.id: row.due_at for row in await there.jobs.database.rows(select(jobs.c.id, jobs.c.due_at))}


async def three(there: Stage) -> None:
    for job_id, owner in THREE.items():
        await there.begin(job_id, actor=owner)
    async with asyncio.timeout(20):
        while (await there.worker.queue.waiting()).jobs < len(THREE):
            await asyncio.sleep(0.01)


async def under_way(there: Stage, waits: Waits) -> Any:
    """A worker with all three of them in their second step."""
    await three(there)
    worker = there.new_worker(at_once=3)
    assert await worker.take() == 3
    async with asyncio.timeout(20):
        while waits.begun < 3:
            await asyncio.sleep(0.01)
    return worker


async def test_j3_of_several_leases_those_are_lost_that_another_may_have(tmp_path: Path, database_url: str) -> None:
    clock, testing = ManualClock(), kind(first=Waits().first)
    async with stage(tmp_path, testing, database_url=database_url, clock=clock, work=False) as there:
        await three(there)
        worker = there.new_worker()
        leases = {lease.job_id: lease for lease, _ in await worker.queue.take({"testing": testing}, 3)}
        await worker.leases.complete(leases["quiz-1"], {}, None, done=None, after=False)
        await there.cancel("quiz-2")
        await clock.advance(1)
        assert await worker.leases.extend(leases.values()) == {leases["quiz-2"]}
        assert await due(there) == {"quiz-1": None, "quiz-2": None, "quiz-3": clock.now() + LEASE_MS}
        await worker.leases.release(leases["quiz-3"])
        await clock.advance(1)
        assert await worker.leases.extend([leases["quiz-3"]]) == set()
        assert (await due(there))["quiz-3"] == clock.now() - 1000  # what was given back stays free for others


async def test_j3_one_beat_keeps_all_jobs_of_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each job kept its own lease: fifty of them were fifty transactions a second."""
    clock, waits, asked = ManualClock(), Waits(), []
    async with stage(tmp_path, kind(second=waits.second), clock=clock, work=False) as there:
        worker = await under_way(there, waits)
        honest = worker.leases.extend

        async def extend(leases: Collection[Lease]) -> set[Lease]:
            lost: set[Lease] = await honest(leases)
            asked.append(sorted(lease.job_id for lease in leases))
            return lost

        monkeypatch.setattr(worker.leases, "extend", extend)
        await clock.advance(BEAT_EVERY_S)
        async with asyncio.timeout(20):
            while not asked:
                await asyncio.sleep(0.01)
        assert asked == [[*THREE]]
        assert set((await due(there)).values()) == {clock.now() + LEASE_MS}
        waits.go.set()
        await worker.quiet()
        assert {event.status for event in await there.told(3)} == {"completed"}


async def test_j3_a_lease_that_cannot_be_kept_takes_no_others_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, waits = ManualClock(), Waits()
    async with stage(tmp_path, kind(second=waits.second), clock=clock, work=False) as there:
        worker = await under_way(there, waits)
        before, honest = await due(there), worker.leases.extend

        async def extend(leases: Collection[Lease]) -> set[Lease]:
            if any(lease.job_id == "quiz-2" for lease in leases):
                raise TimeoutError("somebody holds this row")
            kept: set[Lease] = await honest(leases)
            return kept

        monkeypatch.setattr(worker.leases, "extend", extend)
        await clock.advance(BEAT_EVERY_S)
        until = clock.now() + LEASE_MS
        async with asyncio.timeout(20):
            while await due(there) != {"quiz-1": until, "quiz-2": before["quiz-2"], "quiz-3": until}:
                await asyncio.sleep(0.01)
        waits.go.set()
        await worker.quiet()
        assert {event.status for event in await there.told(3)} == {"completed"}
