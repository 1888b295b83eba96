"""The line of jobs: whose turn it is, and how many of one owner are worked on.

A job takes its place behind those of its owner and not behind those of others: the first of an owner stands beside the
first that waits now, the second one place behind it, and so on. So five hundred jobs of one hold up nobody else's one.

A seat is a word that only one row can hold: owner, kind and a number below what the kind allows. Who works on a job has
one, so of one owner no more are worked on than there are seats, whatever several workers do at the same moment.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.clock import Clock
from edkit.contracts.jobs import TERMINAL
from edkit.db import Database
from job_handler.kinds import Kind
from job_handler.models import jobs

LEASE_MS = 15_000
"""How long a silent worker keeps a job."""
PASSES = 4
"""How often one look goes through the line anew, having found that all of one owner's seats are taken."""

Pair = tuple[str, str]


class Lease(NamedTuple):
    """The right to work on a job, until somebody has a higher fence."""

    job_id: str
    fence: int


class Waiting(NamedTuple):
    """How the line stands: jobs that nobody works on, and since when (epoch ms) the first of them could be."""

    jobs: int
    since: int | None


async def turn_of(session: AsyncSession, owner: str, now: int) -> int:
    """The place in the line of a new job of this owner."""
    waiting = (jobs.c.turn.is_not(None)) & jobs.c.seat.is_(None) & (jobs.c.due_at <= now)
    first = select(jobs.c.turn).where(waiting).order_by(jobs.c.turn, jobs.c.created_at, jobs.c.id).limit(1)
    mine = select(func.max(jobs.c.turn)).where(jobs.c.owner == owner, jobs.c.turn.is_not(None))
    both = select(first.scalar_subquery(), mine.scalar_subquery())
    front, last = (await session.execute(both)).one()
    return max(0 if front is None else front, 0 if last is None else last + 1)


class Queue:
    """The line, as one worker sees it."""

    def __init__(self, database: Database, clock: Clock, worker: str) -> None:
        self._database, self._clock, self._worker = database, clock, worker

    async def take(self, kinds: Mapping[str, Kind], most: int, *, suspects: int = 1) -> list[tuple[Lease, Any]]:
        """At most so many jobs that are due, each under a new lease, and their rows as they were before.

        A suspect is one that was being worked on when its worker fell silent. At most so many of them are taken.
        """
        now = self._clock.now()
        seats = await self._seats()
        taken: list[tuple[Lease, Any]] = []
        for _ in range(PASSES):
            asked = most - len(taken)
            rows = await self._waiting(now, kinds, seats, asked, with_suspects=suspects > 0)
            for row in rows:
                if row.unended and not suspects:
                    continue
                try:
                    lease = await self._take(row, now, kinds, seats)
                except Exception:
                    if not taken:
                        raise
                    return taken  # the database went away: what was taken before is ours all the same
                if lease is not None:
                    suspects -= bool(row.unended)
                    taken.append((lease, row))
            if len(rows) < asked or len(taken) == most:
                break
        return taken

    async def waiting(self) -> Waiting:
        """How long the line is."""
        free = (jobs.c.turn.is_not(None)) & jobs.c.seat.is_(None) & (jobs.c.due_at <= self._clock.now())
        (row,) = await self._database.rows(select(func.count(), func.min(jobs.c.due_at)).where(free))
        return Waiting(*row)

    async def _seats(self) -> dict[Pair, set[int]]:
        """The numbers of the seats that are taken."""
        seats: dict[Pair, set[int]] = {}
        taken = select(jobs.c.owner, jobs.c.kind, jobs.c.seat).where(jobs.c.seat.is_not(None))
        for row in await self._database.rows(taken):
            seats.setdefault((row.owner, row.kind), set()).add(int(row.seat.rpartition(" ")[2]))
        return seats

    async def _waiting(
        self, now: int, kinds: Mapping[str, Kind], seats: Mapping[Pair, set[int]], most: int, *, with_suspects: bool
    ) -> list[Any]:
        """The first of those that are due and for which there is a seat."""
        full = [pair for pair, numbers in seats.items() if len(numbers) >= _seats_of(kinds, pair[1])]
        query = select(jobs).where(jobs.c.turn.is_not(None), jobs.c.due_at <= now)
        if full:
            of_full = or_(*(and_(jobs.c.owner == owner, jobs.c.kind == kind) for owner, kind in full))
            query = query.where(jobs.c.seat.is_not(None) | ~of_full)
        if not with_suspects:
            query = query.where(jobs.c.unended == 0)
        return list(
            await self._database.rows(query.order_by(jobs.c.turn, jobs.c.created_at, jobs.c.id).limit(max(most, 1)))
        )

    async def _take(self, row: Any, now: int, kinds: Mapping[str, Kind], seats: dict[Pair, set[int]]) -> Lease | None:
        """The lease of this job; None when another has it, or no seat is left."""
        numbers = seats.setdefault((row.owner, row.kind), set())
        query = update(jobs).where(jobs.c.id == row.id, jobs.c.fence == row.fence, jobs.c.due_at <= now)
        values = {"holder": self._worker, "fence": row.fence + 1, "due_at": now + LEASE_MS, "unended": row.unended + 1}
        if row.status not in TERMINAL:
            values |= {"status": "running", "version": jobs.c.version + 1, "updated_at": now}
        free = [number for number in range(_seats_of(kinds, row.kind)) if number not in numbers]
        for seat in [row.seat] if row.seat else [f"{row.owner} {row.kind} {number}" for number in free]:
            try:
                found = await self._database.single(query.values({**values, "seat": seat}))
            except IntegrityError:  # another worker sat down there just now
                numbers.add(int(seat.rpartition(" ")[2]))
                continue
            if found != 1:
                return None
            numbers.add(int(seat.rpartition(" ")[2]))
            return Lease(row.id, row.fence + 1)
        return None


def _seats_of(kinds: Mapping[str, Kind], kind: str) -> int:
    """One for a kind that is not known here: the worker says so, and it ends."""
    return kinds[kind].at_once if kind in kinds else 1
