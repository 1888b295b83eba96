"""What workers write, each statement under the fence of its lease: who has lost the lease changes nothing.

A job that is due has a time in `due_at`. Whoever takes it (see `queue`) moves that time to the end of the lease and
raises the fence, in one statement, so of two workers one gets it; a worker that dies leaves a job that falls due when
its lease ends.

Each write may be repeated when its commit is in doubt: what has ended the job is refused the second time, and all else
says the same again.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import case, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.clock import Clock
from edkit.contracts.jobs import TERMINAL, JobEnded, JobError
from edkit.db import Database, found, retrying
from edkit.db.types import canonical
from job_handler.errors import LeaseLost
from job_handler.kinds import Json, Kind, Step
from job_handler.models import jobs, steps
from job_handler.repository.queue import LEASE_MS, Lease
from job_handler.repository.rows import ended_of

EARLIER = 20
"""Jobs of a kind by which the time of the next is guessed."""
WORKING = or_(jobs.c.status == "running", jobs.c.after_left)
FREE = {"holder": None, "seat": None, "unended": 0}
"""Nobody works on it, and whoever did has said so."""

Announce = Callable[[AsyncSession, JobEnded], Awaitable[None]]
InSession = Callable[[AsyncSession], Awaitable[Any]]


class Done(NamedTuple):
    """A step that has ended well: its result as JSON, and how long it took."""

    step: str
    result: str
    spent_ms: int


class Leases:
    """The jobs that a worker has. `announce` puts an event into the outbox of a transaction."""

    def __init__(self, database: Database, clock: Clock, announce: Announce) -> None:
        self._database, self._clock, self._announce = database, clock, announce

    async def extend(self, leases: Collection[Lease]) -> set[Lease]:
        """Keep them for another while, with one statement; those that are another's now, or whose job is gone."""
        pairs = [(lease.job_id, lease.fence) for lease in leases]
        ours = tuple_(jobs.c.id, jobs.c.fence).in_(pairs) & jobs.c.holder.is_not(None) & WORKING
        kept = update(jobs).where(ours).values(due_at=self._clock.now() + LEASE_MS)
        if await self._database.single(kept) == len(pairs):
            return set()
        # What has just ended or was given back here is not due either, and nobody has taken it from us.
        query = select(jobs.c.id, jobs.c.fence).where(jobs.c.id.in_([job_id for job_id, _ in pairs]))
        return set(leases) - {Lease(*row) for row in await self._database.rows(query)}

    async def release(self, lease: Lease) -> None:
        """Give it back, to be taken at once; what was begun does not count as begun."""

        async def work(session: AsyncSession) -> None:
            begun = (steps.c.job_id == lease.job_id) & (steps.c.state == "running")
            await session.execute(update(steps).where(begun).values(state="pending"))

        before = case((jobs.c.unended > 0, jobs.c.unended - 1), else_=0)
        await self._write(lease, {**FREE, "unended": before, "due_at": self._clock.now()}, work)

    async def steps(self, job_id: str) -> dict[str, Any]:
        """The steps that were begun, by name."""
        return {row.name: row for row in await self._database.rows(select(steps).where(steps.c.job_id == job_id))}

    async def row(self, job_id: str) -> Any:
        """How the job stands; None when it is gone."""
        return next(iter(await self._database.rows(select(jobs).where(jobs.c.id == job_id))), None)

    async def begin(
        self,
        lease: Lease,
        step: Step,
        input_hash: str,
        before: Any,
        *,
        progress: float | None = None,
        expected_ms: int | None = None,
        done: Done | None = None,
        engine: str | None = None,
    ) -> Any:
        """A step begins. `before` is its row from earlier. `progress`: of the job, unless the step comes afterwards;
        with it the row of the job as it is then.

        `done` is the step that has ended before it, and `engine` who did the thinking there: stored as `finish` does,
        in the same transaction.
        """
        now = self._clock.now()
        values = {"input_hash": input_hash, "state": "running", "started_at": now, "spent_ms": None}

        async def first(session: AsyncSession) -> Any:
            await _store(session, lease, done)
            await session.execute(insert(steps).values(job_id=lease.job_id, name=step.name, attempts=1, **values))
            return None if progress is None else await _row(session, lease)

        async def again(session: AsyncSession) -> Any:
            await _store(session, lease, done)
            attempts = 1 if before is None else before.attempts + 1
            query = update(steps).where(_step(lease, step.name))
            await session.execute(query.values(**values, attempts=attempts, result=None, error=None))
            return None if progress is None else await _row(session, lease)

        moved: dict[str, Any] = {"due_at": now + LEASE_MS} | _said(done, engine)
        if progress is not None:
            moved |= self._moved(progress) | {"stage": step.label[:200]}
            moved |= {"attempts": 0} if before is None else {}  # whatever failed before has succeeded since
        if expected_ms is not None:
            moved |= {"expected_ms": expected_ms}
        try:
            return await self._write(lease, moved, first if before is None else again)
        except IntegrityError:  # it is there, though its commit was in doubt
            return await self._write(lease, moved, again)

    async def finish(self, lease: Lease, done: Done, *, progress: float | None, engine: str | None = None) -> None:
        """A step is done: its result is there for ever after, whoever goes on. `progress`: of the job, if it counts.

        `engine`: who did the thinking, if that is known by now.
        """
        kept: dict[str, Any] = {"due_at": self._clock.now() + LEASE_MS} | _said(done, engine)
        moved = {} if progress is None else self._moved(progress)
        await self._write(lease, kept | moved, lambda session: _store(session, lease, done))

    async def move(self, lease: Lease, progress: float, stage: str, engine: str | None) -> None:
        """Say how far it is. Raises LeaseLost."""
        values = self._moved(progress) | {"stage": stage[:200], "engine": _short(engine)}
        if await self._database.single(_under(lease).values(values)) != 1:
            raise LeaseLost

    async def fail_step(
        self, lease: Lease, step: str, error: JobError, *, due_at: int | None, engine: str | None
    ) -> Any:
        """A step has failed: the job is due again at `due_at`, or (None) has failed for good. The row as it is now."""
        now = self._clock.now()
        values = {**FREE, "attempts": jobs.c.attempts + 1, "error": error.model_dump(), "engine": _short(engine)}
        if due_at is None:
            values |= {"status": "failed", "turn": None, "due_at": None, "stage": "", "finished_at": now}
        else:
            values |= {"status": "pending", "due_at": due_at, "stage": "Trying again soon"}

        async def work(session: AsyncSession) -> None:
            await session.execute(
                update(steps).where(_step(lease, step)).values(state="failed", error=error.model_dump())
            )

        return await self._end(lease, values, work)

    async def complete(
        self, lease: Lease, result: dict[str, Json], engine: str | None, *, done: Done | None, after: bool
    ) -> Any:
        """All steps are done, `done` as the last. With `after` it is due again for what comes afterwards. The row."""
        now = self._clock.now()
        values = {**FREE, "status": "completed", "progress": 1000, "stage": "", "result": result, "error": None}
        values |= {"engine": _short(engine), "finished_at": now, "after_left": after}
        values |= {"due_at": now} if after else {"due_at": None, "turn": None}

        async def work(session: AsyncSession) -> None:
            await _store(session, lease, done)

        return await self._end(lease, values, work)

    async def afterwards(self, lease: Lease, *, due_at: int | None, failed: tuple[str, JobError] | None = None) -> None:
        """What comes after the end is tried again at `due_at`, or (None) is over. `failed`: a step, and why."""

        async def work(session: AsyncSession) -> None:
            if failed is not None:
                name, error = failed
                query = update(steps).where(_step(lease, name))
                await session.execute(query.values(state="failed", error=error.model_dump()))

        rest = {"due_at": due_at, "after_left": True} if due_at else {"due_at": None, "after_left": False, "turn": None}
        await self._write(lease, {**FREE, **rest}, work)

    async def expected_ms(self, kind: str) -> int | None:
        """How much work the latest jobs of this kind were, in the median; None when there were none."""
        latest = select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.status == "completed")
        recent = latest.order_by(jobs.c.finished_at.desc()).limit(EARLIER).subquery()
        spent = select(func.sum(steps.c.spent_ms).label("spent")).join(recent, recent.c.id == steps.c.job_id)
        rows = await self._database.rows(spent.group_by(steps.c.job_id))
        known = sorted(int(row.spent) for row in rows if row.spent is not None)
        return known[len(known) // 2] if known else None

    def _moved(self, progress: float) -> dict[str, Any]:
        now = self._clock.now()
        share = round(min(1.0, max(0.0, progress)) * 1000)
        farther = case((jobs.c.progress > share, jobs.c.progress), else_=share)
        return {"progress": farther, "version": jobs.c.version + 1, "updated_at": now, "due_at": now + LEASE_MS}

    async def _end(self, lease: Lease, values: dict[str, Any], work: InSession) -> Any:
        """One transaction: the job ends (or waits), and everybody is told if it has ended."""
        values |= {"version": jobs.c.version + 1, "updated_at": self._clock.now()}

        async def ended(session: AsyncSession) -> Any:
            await work(session)
            row = await _row(session, lease)
            if row.status in TERMINAL:
                await self._announce(session, ended_of(row))
            return row

        return await self._write(lease, values, ended)

    async def _write(self, lease: Lease, values: dict[str, Any], work: InSession) -> Any:
        async def once() -> Any:
            async with self._database.write() as session:
                if found(await session.execute(_under(lease).values(values))) != 1:
                    raise LeaseLost
                return await work(session)

        return await retrying(once)


def _said(done: Done | None, engine: str | None) -> dict[str, Any]:
    """What the job's row is told when a step has ended: its worker had a word to say."""
    said: dict[str, Any] = {} if done is None else {"unended": 1}
    return said if engine is None else said | {"engine": _short(engine)}


async def _store(session: AsyncSession, lease: Lease, done: Done | None) -> None:
    if done is None:
        return
    query = update(steps).where(_step(lease, done.step))
    await session.execute(query.values(state="completed", result=done.result, spent_ms=done.spent_ms))


async def _row(session: AsyncSession, lease: Lease) -> Any:
    return (await session.execute(select(jobs).where(jobs.c.id == lease.job_id))).one()


def _step(lease: Lease, name: str) -> Any:
    return (steps.c.job_id == lease.job_id) & (steps.c.name == name)


def _under(lease: Lease) -> Any:
    """An update of the job, as long as this lease is the latest."""
    return update(jobs).where(jobs.c.id == lease.job_id, jobs.c.fence == lease.fence, WORKING)


def _short(engine: str | None) -> str | None:
    return None if engine is None else engine[:100]


def as_json(result: Json) -> str:
    """A step's result as it is stored. Raises TypeError for what is no JSON."""
    return orjson.dumps(result).decode()


def hash_of(kind: Kind, step: Step, arguments: Any, results: Mapping[str, Json]) -> str:
    """What a step's result depends on: the kind's version, the arguments, and the results that the step needs."""
    needed = {name: result for name, result in results.items() if step.needs is None or name in step.needs}
    return hashlib.sha256(canonical([kind.version, step.name, arguments, needed]).encode()).hexdigest()
