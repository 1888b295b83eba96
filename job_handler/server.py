"""One job handler: its worker put together, and what it does beside."""

import asyncio
import contextlib

from edkit import log, metrics
from edkit.contracts.jobs import JobsDue
from edkit.llm import open_llm
from edkit.service import Runtime
from job_handler.child import open_children
from job_handler.jobs import kinds_of
from job_handler.jobs.models import STATE as MODELS
from job_handler.jobs.models import llm_of
from job_handler.repository import aging
from job_handler.repository.ledger import DAY_MS, SqlLedger
from job_handler.worker import Worker

logger = log.get(__name__)
waiting_now = metrics.gauge("jobs_waiting", "Jobs that are due and that nobody works on")
oldest_s = metrics.gauge("jobs_oldest_seconds", "For how long the first of those could have been begun")

STATE, LEDGER = "worker", "ledger"
SWEEP_EVERY_S = 600.0
RESULTS_KEPT_MS = 3_600_000
MEASURE_EVERY_S = 10.0


def of(runtime: Runtime) -> Worker:
    """The worker that `start` made for this runtime."""
    worker: Worker = runtime.state[STATE]
    return worker


async def start(runtime: Runtime) -> None:
    """Start hook. Nothing runs yet, and nobody is asked."""
    settings, clock = runtime.settings, runtime.clock
    ledger = runtime.state[LEDGER] = SqlLedger(runtime.database, clock, runtime.ids, settings)
    if MODELS not in runtime.state:
        runtime.state[MODELS] = open_llm(settings, ledger, clock)
    children = open_children(secret=runtime.database.url, clock=clock)
    runtime.state[STATE] = Worker(runtime, kinds_of(runtime), children, settings.jobs_at_once)


async def hold(runtime: Runtime) -> None:
    """Background work, begun first and so ended last: lets go of children and models once nobody works with them."""
    try:
        await asyncio.Event().wait()
    finally:
        await of(runtime).children.close()
        await llm_of(runtime).close()


async def work(runtime: Runtime) -> None:
    """Background work. Leaving, it gives the jobs back."""
    await of(runtime).run()


async def sweep_for_ever(runtime: Runtime) -> None:
    """Background work: forget what ended long ago."""
    while True:
        await runtime.clock.sleep(SWEEP_EVERY_S)
        try:
            await sweep(runtime)
        except Exception:
            logger.exception("sweep_failed")


async def sweep(runtime: Runtime) -> None:
    """Drop the results of steps an hour after the end, and jobs after so many days as the settings say.

    What dead workers had set aside of budgets comes back.
    """
    now, days, database = runtime.clock.now(), runtime.settings.jobs_keep_days, runtime.database
    light = await aging.drop_results(database, before=now - RESULTS_KEPT_MS)
    gone = await aging.drop_jobs(database, before=now - days * DAY_MS)
    await aging.drop_quotas(database, now=now)
    ledger: SqlLedger = runtime.state[LEDGER]
    back = await ledger.sweep()
    if light or gone or back:
        logger.info("swept", results=light, jobs=gone, reservations=back)


async def measure_for_ever(runtime: Runtime) -> None:
    """Background work: say how long the line is."""
    while True:
        with contextlib.suppress(Exception):  # what it cannot say now it says the next time
            line = await of(runtime).queue.waiting()
            waiting_now.set(line.jobs)
            oldest_s.set(0 if line.since is None else max(0, runtime.clock.now() - line.since) / 1000)
        await runtime.clock.sleep(MEASURE_EVERY_S)


async def look(notice: JobsDue, runtime: Runtime) -> None:
    """There may be work."""
    if STATE in runtime.state:
        of(runtime).wake(notice.job_id)
