"""One job under a lease: its steps in their order, from the first that has no result. See SPEC.md."""

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from edkit import log, metrics
from edkit.contracts.jobs import TERMINAL, Job, JobMoved
from edkit.db import explained
from edkit.errors import AppError, Unavailable
from edkit.service import Runtime
from job_handler.children import Children
from job_handler.errors import RETRIED, LeaseLost, TookTooLong, UnknownKind, WorkerDied, told
from job_handler.kinds import Json, Kind, Step
from job_handler.repository.leases import Done, Leases, as_json, hash_of
from job_handler.repository.queue import Lease
from job_handler.repository.rows import job_of
from job_handler.working import Working

logger = log.get(__name__)
ended_total = metrics.counter("jobs_ended", "Jobs by how they ended", ["kind", "status"])
step_seconds = metrics.histogram(
    "job_step_seconds", "Time of a step", ["kind", "step", "outcome"], buckets=(0.01, 0.1, 0.5, 1, 5, 15, 60, 300)
)

DEATHS = 5
"""How often a job is taken without its worker ever having a word to say, after which nobody tries again."""
LOOK_AGAIN_S = 0.5
"""How often a database that is away is asked whether it is back."""

T = TypeVar("T")


class Running:
    """A job that this process works on. `go` runs it as far as it goes; every write is under the lease."""

    def __init__(
        self,
        runtime: Runtime,
        leases: Leases,
        kinds: Mapping[str, Kind],
        children: Children,
        expected_ms: Callable[[str], Awaitable[int | None]],
        lease: Lease,
        row: Any,
    ) -> None:
        self._runtime, self._clock, self._leases, self._lease, self._row = runtime, runtime.clock, leases, lease, row
        self._kind, self._children, self._expected_ms = kinds.get(row.kind), children, expected_ms
        self._work: Working | None = None
        self._failures = row.attempts
        self._told = asyncio.Lock()

    @property
    def request_id(self) -> str:
        """Of the request that asked for the job."""
        return self._row.request_id or ""

    async def go(self) -> None:
        """Run the steps that have no result yet. Returns when the job has ended, or waits for another attempt."""
        row = self._row
        try:
            work = self._begun()
        except AppError as error:
            await self._fail("", error, due_at=None)
            return
        rows: Mapping[str, Any] = {}
        if row.fence:  # somebody has had it before
            rows = await self._surely(partial(self._leases.steps, row.id))
        if row.unended >= DEATHS:
            await self._give_up(work, rows)
        elif row.status in TERMINAL:
            await self._afterwards(work, rows)
        else:
            await self._until_the_end(work, rows)

    async def tell_rest(self) -> bool:
        """Store progress that came too soon after the last to be stored at once; False if nothing was stored."""
        if self._work is None or not self._work.untold:
            return False
        await self._work.tell(self._work)
        return not self._work.untold

    def _begun(self) -> Working:
        """Raises UnknownKind, also when the arguments are not those of the kind."""
        row, kind = self._row, self._kind
        if kind is None:
            raise UnknownKind()
        try:
            arguments = kind.arguments.model_validate(row.arguments)
        except ValidationError as error:
            logger.error("job_arguments_unread", job_id=row.id, kind=kind.name, faults=error.error_count())
            raise UnknownKind() from None
        self._work = Working(
            job_id=row.id,
            owner=row.owner,
            role=row.role,
            title=row.title,
            arguments=arguments,
            kind=kind,
            lease=self._lease,
            runtime=self._runtime,
            children=self._children,
            tell=self._tell,
            engine=row.engine,
        )
        return self._work

    async def _until_the_end(self, work: Working, rows: Mapping[str, Any]) -> None:
        steps = [step for step in work.kind.steps if not step.after]
        done: Done | None = None
        for step in steps:
            if (stored := self._stored(work, step, rows.get(step.name))) is not None:
                work.results = {**work.results, step.name: orjson.loads(stored)}
                continue
            try:
                done = await self._step(work, step, rows.get(step.name), done)
            except (LeaseLost, asyncio.CancelledError):
                raise
            except Exception as error:
                await self._failed(step.name, error)
                return
        try:
            result = work.kind.result(work.results)
            as_json(result)
        except Exception as error:
            if done is not None:
                await self._finish(done, work.whole)
            await self._failed("", error)
            return
        after = any(step.after for step in work.kind.steps)
        end = partial(self._leases.complete, self._lease, result, work.engine, done=done, after=after)
        row = await self._surely(end)
        await self._tell_end(row)

    def _stored(self, work: Working, step: Step, before: Any) -> str | None:
        """The result of a step that ended earlier and would be given the same now."""
        if before is None or before.state != "completed" or before.result is None:
            return None
        return str(before.result) if before.input_hash == self._hash(work, step) else None

    def _hash(self, work: Working, step: Step) -> str:
        return hash_of(work.kind, step, self._row.arguments, work.results)

    async def _step(self, work: Working, step: Step, before: Any, done: Done | None = None) -> Done:
        """Run a step, once `done` is stored. Its result is known to later steps, and not stored yet."""
        work.step, work.share = step, 0.0
        progress = None if step.after else work.whole
        if before is None and not step.after:
            self._failures = 0
        expected = None if step.after else await self._expected_ms(work.kind.name)
        engine = work.engine if done else None
        begin = partial(self._leases.begin, self._lease, step, self._hash(work, step), before)
        row = await self._surely(partial(begin, progress=progress, expected_ms=expected, done=done, engine=engine))
        if not step.after:
            work.stage, work.untold = step.label, False
            await self._say(row.owner, job_of(row))
        began, outcome = self._clock.monotonic(), "failed"
        try:
            result = await self._within(step, work)
            text = as_json(result)
            outcome = "completed"
        finally:
            spent = self._clock.monotonic() - began
            step_seconds.labels(work.kind.name, step.name, outcome).observe(spent)
        work.results = {**work.results, step.name: result}
        return Done(step.name, text, round(spent * 1000))

    async def _within(self, step: Step, work: Working) -> Json:
        """The step, on this service's clock; TookTooLong at its end."""
        running = asyncio.ensure_future(step.run(work))
        waiting = asyncio.ensure_future(self._clock.sleep(step.timeout_s))
        try:
            await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                raise TookTooLong()
            return running.result()
        finally:
            await stopped(waiting)
            await stopped(running)

    async def _finish(self, done: Done, progress: float | None) -> None:
        engine = None if self._work is None else self._work.engine
        await self._surely(partial(self._leases.finish, self._lease, done, progress=progress, engine=engine))

    async def _failed(self, step: str, error: Exception) -> None:
        """Another attempt later, if that may help and there is one left."""
        kind, tries = self._known, self._failures + 1
        passing = not isinstance(error, AppError) or error.kind in RETRIED
        again = passing and tries < kind.attempts
        self._note(step, error, again=again)
        await self._fail(step, error, due_at=self._clock.now() + self._wait_ms(tries) if again else None)

    async def _fail(self, step: str, error: Exception, *, due_at: int | None) -> None:
        engine = None if self._work is None else self._work.engine
        write = partial(self._leases.fail_step, self._lease, step, told(error), due_at=due_at, engine=engine)
        row = await self._surely(write)
        await self._tell_end(row)

    async def _give_up(self, work: Working, rows: Mapping[str, Any]) -> None:
        """It brought down whoever worked on it, again and again. The step that was running then is to blame."""
        begun = next((name for name, row in rows.items() if row.state == "running"), "")
        logger.error("job_brings_down_workers", job_id=work.job_id, kind=work.kind.name, step=begun)
        if self._row.status in TERMINAL:
            write = self._leases.afterwards
            await self._surely(partial(write, self._lease, due_at=None, failed=(begun, told(WorkerDied()))))
        else:
            await self._fail(begun, WorkerDied(), due_at=None)

    async def _afterwards(self, work: Working, rows: Mapping[str, Any]) -> None:
        """The steps that come after the end. What goes wrong with them is tried again, and changes nothing else."""
        write = self._leases.afterwards
        work.results = {name: orjson.loads(row.result) for name, row in rows.items() if row.result is not None}
        for step in work.kind.steps:
            before = rows.get(step.name)
            if not step.after or (before is not None and before.state == "completed"):
                continue
            try:
                await self._finish(await self._step(work, step, before), None)
            except (LeaseLost, asyncio.CancelledError):
                raise
            except Exception as error:
                tries = 1 if before is None else before.attempts + 1
                due_at = self._clock.now() + self._wait_ms(tries) if tries < work.kind.attempts else None
                self._note(step.name, error, again=due_at is not None)
                await self._surely(partial(write, self._lease, due_at=due_at, failed=(step.name, told(error))))
                return
        await self._surely(partial(write, self._lease, due_at=None))

    @property
    def _known(self) -> Kind:
        if self._kind is None:
            raise UnknownKind()
        return self._kind

    def _wait_ms(self, tries: int) -> int:
        waits = self._known.backoff_ms
        return waits[min(tries, len(waits)) - 1]

    def _note(self, step: str, error: Exception, *, again: bool) -> None:
        """Say in the log what failed and where; not the words of a crash, which may hold what somebody has written."""
        about = {"job_id": self._row.id, "kind": self._row.kind, "step": step, "again": again, "code": told(error).code}
        if isinstance(error, AppError):
            logger.info("job_step_failed", **about)
            return
        frame = traceback.extract_tb(error.__traceback__)[-1:]
        where = "".join(f"{at.filename}:{at.lineno}" for at in frame)
        logger.error("job_step_crashed", error=type(error).__name__, where=where, **about)

    async def _surely(self, write: Callable[[], Awaitable[T]]) -> T:
        """`write`, repeated while the database is away: what a step has made must not be lost with it. Whoever has the
        lease by then decides: LeaseLost ends it."""
        while True:
            try:
                return await write()
            except Exception as error:
                if explained(error) is None:
                    raise
                logger.warning("waits_for_database", job_id=self._row.id, error=f"{type(error).__name__}: {error}")
            await self._clock.sleep(LOOK_AGAIN_S)

    async def _tell(self, work: Working) -> None:
        """Store how far it is, and hint at it. What comes after the end is no news.

        While the database is away it stays untold: that is no reason to break off what the step is doing.
        """
        if work.step is None or work.step.after:
            work.untold = False
            return
        async with self._told:
            work.untold = False
            try:
                await self._leases.move(self._lease, work.whole, work.stage, work.engine)
            except Exception as error:
                if explained(error) is None:
                    raise
                work.untold = True
                return
        await self._hint()

    async def _tell_end(self, row: Any) -> None:
        if row.status in TERMINAL:
            ended_total.labels(row.kind, row.status).inc()
            logger.info("job_ended", job_id=row.id, kind=row.kind, status=row.status)
        await self._say(row.owner, job_of(row))

    async def _hint(self) -> None:
        with contextlib.suppress(Exception):  # a hint may be lost
            row = await self._leases.row(self._row.id)
            if row is not None:
                await self._say(row.owner, job_of(row))

    async def _say(self, owner: str, job: Job) -> None:
        with contextlib.suppress(Unavailable):
            await self._runtime.bus.publish(JobMoved(owner=owner, job=job))


async def stopped(task: asyncio.Future[Any]) -> None:
    """Cancel it, and wait until it has ended, however it does."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()  # looked at, so that nobody complains that it was not
