"""The worker: takes jobs that are due, keeps their leases, and gives them back when it leaves. See SPEC.md."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from edkit import log, metrics
from edkit.contracts.jobs import JobEnded
from edkit.message import SYSTEM
from edkit.service import Runtime
from job_handler.children import Children
from job_handler.errors import LeaseLost
from job_handler.kinds import Kind
from job_handler.repository.leases import Leases
from job_handler.repository.queue import Lease, Queue
from job_handler.running import Running, stopped

logger = log.get(__name__)
lost_total = metrics.counter("jobs_leases_lost", "Times a worker found that its job was another's")
working_now = metrics.gauge("jobs_working", "Jobs that this process works on")

LOOK_EVERY_S = 2.0
"""How often a worker looks for jobs that nobody told it of."""
BEAT_EVERY_S = 1.0
"""How often a worker says that it still works on a job, and sees whether that is still its own."""
ALONE_S = 60.0
"""How long a job goes on while the database does not answer: nobody else can take it there, and what a worker with an
old lease writes is refused."""
HAND_BACK_S = 5.0
"""How long giving back may take when the process leaves."""


@dataclass
class Taken:
    """A job that is being worked on. `lost` is set once it is another's."""

    lease: Lease
    running: Running
    suspect: bool
    kept_at: float
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None


class Worker:
    """Works on `at_once` jobs at the same time.

    Of jobs whose worker fell silent in the middle it works on one at a time: if it is that job that brings workers
    down, it takes nobody along who has been unlucky once.
    """

    def __init__(self, runtime: Runtime, kinds: Sequence[Kind], children: Children, at_once: int) -> None:
        self._runtime, self._clock = runtime, runtime.clock
        self._kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
        self.children, self._at_once = children, at_once
        self.queue = Queue(runtime.database, runtime.clock, runtime.ids.new())
        self.leases = Leases(runtime.database, runtime.clock, self._announce)
        self._expected: dict[str, tuple[float, int | None]] = {}
        self._wake, self._look = asyncio.Event(), asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        self._taken: dict[str, Taken] = {}

    async def run(self) -> None:
        """Take what is due, for ever. Cancelled, it gives back what it works on."""
        try:
            while True:
                self._wake.clear()
                try:
                    while await self._whole_take():
                        pass
                except Exception as error:
                    logger.warning("jobs_not_looked_for", error=f"{type(error).__name__}: {error}")
                await self._nap(self._wake, LOOK_EVERY_S)
        finally:
            await self.hand_back()

    async def _whole_take(self) -> int:
        """`take`, which cancelling does not cut short: nobody would know of the leases it has got."""
        taking = asyncio.ensure_future(self.take())
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            await asyncio.wait([taking], timeout=HAND_BACK_S)
            await stopped(taking)
            raise

    async def take(self) -> int:
        """Begin jobs that are due, as many as there is room for; how many these were."""
        room = self._at_once - len(self._taken)
        if room <= 0:
            return 0
        suspects = 0 if any(taken.suspect for taken in self._taken.values()) else 1
        begun = await self.queue.take(self._kinds, room, suspects=suspects)
        for lease, row in begun:
            self._begin(lease, row)
        return len(begun)

    def wake(self, job_id: str | None) -> None:
        """There may be work; `job_id`: it may have been taken from us."""
        if job_id in self._taken:
            self._look.set()
        self._wake.set()

    async def quiet(self) -> None:
        """Wait until what was begun here has ended."""
        while self._taken:
            await asyncio.wait([taken.task for taken in self._taken.values() if taken.task is not None])
            await asyncio.sleep(0)

    async def hand_back(self) -> None:
        """Stop everything that was begun here, and let others take it at once."""
        tasks = [taken.task for taken in self._taken.values() if taken.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=HAND_BACK_S)

    def _begin(self, lease: Lease, row: Any) -> None:
        running = Running(self._runtime, self.leases, self._kinds, self.children, self.expected_ms, lease, row)
        taken = Taken(lease, running, suspect=row.unended > 0, kept_at=self._clock.monotonic())
        self._taken[row.id] = taken
        taken.task = asyncio.create_task(self._work(lease, taken))
        taken.task.add_done_callback(lambda task: self._done(row.id, task))
        self._keep_beating()
        working_now.set(len(self._taken))

    def _done(self, job_id: str, task: "asyncio.Task[None]") -> None:
        if (taken := self._taken.get(job_id)) is not None and taken.task is task:
            del self._taken[job_id]
        if not self._taken and self._beating is not None:
            self._beating.cancel()
        working_now.set(len(self._taken))
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("job_not_ended", job_id=job_id, error=f"{type(error).__name__}: {error}")
        self._wake.set()

    async def _nap(self, wake: asyncio.Event, seconds: float) -> None:
        """So long, or until the event is set."""
        waiting = [asyncio.ensure_future(wake.wait()), asyncio.ensure_future(self._clock.sleep(seconds))]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def _work(self, lease: Lease, taken: Taken) -> None:
        """One job, until it has ended, waits for another attempt, or is another's."""
        if taken.running.request_id:
            log.request_id.set(taken.running.request_id)
        log.service_name.set(self._runtime.name)
        going = asyncio.create_task(taken.running.go())
        losing = asyncio.create_task(taken.lost.wait())
        try:
            await asyncio.wait((going, losing), return_when=asyncio.FIRST_COMPLETED)
            if not going.done():
                raise LeaseLost
            going.result()
        except LeaseLost:
            lost_total.inc()
            logger.info("job_lost", job_id=lease.job_id, fence=lease.fence)
        except asyncio.CancelledError:
            await stopped(going)
            with contextlib.suppress(LeaseLost):
                await self.leases.release(lease)
            raise
        finally:
            await stopped(going)
            await stopped(losing)

    def _keep_beating(self) -> None:
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
            self._beating.add_done_callback(self._beaten)

    async def _beat(self) -> None:
        """Keep all leases, and store progress that was not told yet, for as long as there are any."""
        while self._taken:
            await self._nap(self._look, BEAT_EVERY_S)
            self._look.clear()
            began, held = self._clock.monotonic(), list(self._taken.values())
            await asyncio.gather(*(self._tell(taken) for taken in held))
            await self._extend(held, began)

    async def _extend(self, held: Sequence[Taken], began: float) -> None:
        """Keep these leases, together if that goes, else each by itself: one row that hangs takes no others along."""
        try:
            lost = await self.leases.extend([taken.lease for taken in held])
        except Exception as error:
            if len(held) > 1:
                await asyncio.gather(*(self._extend([taken], began) for taken in held))
                return
            logger.warning("lease_not_extended", job_id=held[0].lease.job_id, error=f"{type(error).__name__}: {error}")
            lost = {taken.lease for taken in held if began - taken.kept_at > ALONE_S}
        else:
            for taken in held:
                taken.kept_at = began
        for taken in held:
            if taken.lease in lost:
                taken.lost.set()

    async def _tell(self, taken: Taken) -> None:
        try:
            await taken.running.tell_rest()
        except LeaseLost:
            taken.lost.set()
        except Exception as error:
            logger.warning("progress_not_told", job_id=taken.lease.job_id, error=f"{type(error).__name__}: {error}")

    def _beaten(self, task: "asyncio.Task[None]") -> None:
        """Nobody keeps the leases any more: what is begun meanwhile gets a new beat, and what went on without, ends."""
        self._beating = None
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("beat_ended", error=f"{type(error).__name__}: {error}")
            for taken in self._taken.values():
                taken.lost.set()
        elif self._taken:
            self._keep_beating()

    async def expected_ms(self, kind: str) -> int | None:
        """How much work a job of this kind is, by earlier ones; asked once a minute."""
        now = self._clock.monotonic()
        asked_at, known = self._expected.get(kind, (-1000.0, None))
        if now - asked_at >= 60:
            known = await self.leases.expected_ms(kind)
            self._expected[kind] = now, known
        return known

    async def _announce(self, session: AsyncSession, event: JobEnded) -> None:
        await self._runtime.announce(session, event, actor=SYSTEM)
