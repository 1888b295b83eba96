"""A long line of jobs, drained whole: `make bench ARGS="jobs_drain"`.

First all of them are asked for while nobody works, with poisoned ones among them; then the worker begins. Printed are
jobs per second, CPU of the whole process for each job, and its memory at every thousandth. Afterwards as many jobs a
second as it bears with ease are asked for, once without and once with poisoned ones among them: so long each waited.

Two poisons: a task whose handler always breaks, which the bus puts into the dead letters; and a step that always
breaks, which ends its job as failed. Both after five failures, and not one more.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from edkit import log
from edkit.clock import SystemClock
from edkit.contracts.jobs import JobEnded, RunJob
from edkit.message import Actor, Frozen
from edkit.service import Context, Runtime, Service, write
from edkit.testing import running
from job_handler.app import service
from job_handler.handlers.jobs import run_job
from job_handler.jobs import STATE
from job_handler.kinds import Kind, Step
from job_handler.models import jobs
from job_handler.server import work
from tests.bench.machine import memory

FAILURES = 5
OWNERS = 500
TIERS_MS = (250, 250, 250, 250)
"""Waits between the failures of a poisoned task; as many between those of a poisoned step."""
READ, MADE = "A sentence of the text that was read. " * 60, [{"question": "Which process?" * 5}] * 10
LETTER, STEP = "letter", "step"


class Word(Frozen):
    """What a job is told: nothing, or which poison it is."""

    word: str = ""


@dataclass
class Seen:
    """What came of it. Nothing in here grows with the line but numbers."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    asked: dict[str, float] = field(default_factory=dict)
    waits: "array[float]" = field(default_factory=lambda: array("d"))
    ends: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    ended: int = 0


def kind_of(seen: Seen) -> Kind:
    """A kind like those that make quizzes, whose steps cost nothing themselves."""

    async def read(run: Any) -> Any:
        return READ

    async def make(run: Any) -> Any:
        if run.arguments.word == STEP:
            seen.steps[run.job_id] += 1
            raise RuntimeError("this step always breaks")
        await run.progress(0.5, "Half of it")
        return MADE

    async def save(run: Any) -> Any:
        return {"draft_id": run.job_id}

    steps = (Step("read", "Reading", read), Step("make", "Making", make, weight=3), Step("save", "Storing", save))
    return Kind("drained", Word, steps, lambda results: results["save"], backoff_ms=TIERS_MS, per_day=10**9, at_once=3)


@asynccontextmanager
async def opened(folder: Path, seen: Seen, at_once: int) -> AsyncIterator[tuple[Runtime, Runtime]]:
    """A service that asks for jobs, and the job handler, whose worker begins once it may."""
    kind = kind_of(seen)

    async def give(runtime: Runtime) -> None:
        runtime.state[STATE] = (kind,)

    async def take(task: RunJob, ctx: Context) -> None:
        if task.arguments.get("word") == LETTER:
            seen.letters[task.job_id] += 1
            raise RuntimeError("the handler always breaks on this one")
        await run_job(task, ctx)

    async def note(event: JobEnded, ctx: Context) -> None:
        seen.ends[event.status] += 1
        seen.ended += 1
        if (asked := seen.asked.pop(event.job_id, None)) is not None:
            seen.waits.append(1000 * (time.monotonic() - asked))

    async def begin(runtime: Runtime) -> None:
        await seen.go.wait()
        await work(runtime)

    watching = Service("gateway", events={JobEnded: write(note)}, issuers={JobEnded: ("job_handler",)})
    background = tuple(begin if one is work else one for one in service.background)
    drained = replace(service, start=(give, *service.start), background=background, tasks={RunJob: write(take)})
    settings: dict[str, Any] = {"jobs_at_once": at_once, "retry_tiers_ms": TIERS_MS}
    async with running(folder, [Service("quiz_service"), watching, drained], clock=SystemClock(folder), **settings) as (
        asking,
        _,
        handler,
    ):
        yield asking, handler


async def ask(asking: Runtime, number: int, word: str = "") -> None:
    """One job, of one of many owners."""
    owner = Actor(id=f"p{number % OWNERS}", role="teacher")
    task = RunJob(job_id=f"quiz-{number}", job_kind="drained", owner=owner.id, title="A job", arguments={"word": word})
    await asking.bus.publish(task, actor=owner)


def poison(number: int, every: int) -> str:
    """Which poison this one is; half of them are one, half the other."""
    if not every or number % every:
        return ""
    return LETTER if number // every % 2 else STEP


async def drain(folder: Path, count: int, every: int, at_once: int) -> None:
    """Print the figures of a whole line."""
    seen = Seen()
    words = Counter(poison(number, every) for number in range(count))
    async with opened(folder, seen, at_once) as (asking, handler):
        cpu, began = time.process_time(), time.monotonic()
        for number in range(count):
            await ask(asking, number, poison(number, every))
        rows, table = count - words[LETTER], select(func.count()).select_from(jobs)
        while (await handler.database.rows(table))[0][0] < rows:
            await asyncio.sleep(0.25)
        _say(f"{count} asked for, {rows} in the line", rows, cpu, began)
        cpu, began, said = time.process_time(), time.monotonic(), 0
        print(f"  memory before the first: {memory(os.getpid()) / 2**20:.1f} MB", flush=True)
        seen.go.set()
        while seen.ended < rows:
            await asyncio.sleep(0.05)
            if seen.ended // 1000 > said:
                said = seen.ended // 1000
                _say(f"{seen.ended} ended, memory {memory(os.getpid()) / 2**20:.1f} MB", seen.ended, cpu, began)
        _say("all ended", rows, cpu, began)
        broker = asking.bus._bus._broker  # type: ignore[attr-defined]  # the memory bus
        while len(dead := await broker.dead_letters(count)) < words[LETTER]:
            await asyncio.sleep(0.1)
    print(f"  {seen.ends['completed']} completed, {seen.ends['failed']} failed, {len(dead)} in the dead letters")
    _say_failures("poisoned tasks", seen.letters, words[LETTER])
    _say_failures("poisoned steps", seen.steps, words[STEP])
    if (seen.ends["completed"], seen.ends["failed"], len(dead)) != (words[""], words[STEP], words[LETTER]):
        raise SystemExit("some ended otherwise than they should have")


def _say(what: str, count: int, cpu: float, began: float) -> None:
    spent, took = time.process_time() - cpu, time.monotonic() - began
    print(f"  {what}: {count / took:.0f} jobs/s, {1000 * spent / max(count, 1):.2f} ms of CPU a job", flush=True)


def _say_failures(what: str, failures: Counter[str], count: int) -> None:
    """Each of them has failed five times exactly."""
    print(f"  {count} {what}: failures of each {sorted(set(failures.values()))}", flush=True)
    if len(failures) != count or set(failures.values()) - {FAILURES}:
        raise SystemExit(f"{what} did not fail {FAILURES} times each")


async def neighbours(folder: Path, rate: float, seconds: float, every: int, at_once: int) -> list[float]:
    """Milliseconds from asking to the end, of jobs asked for at a constant rate that are not poisoned."""
    seen = Seen()
    seen.go.set()
    async with opened(folder, seen, at_once) as (asking, _):
        began, count = time.monotonic(), round(rate * seconds)
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            if not (word := poison(number, every)):
                seen.asked[f"quiz-{number}"] = time.monotonic()
            await ask(asking, number, word)
        async with asyncio.timeout(120):
            while seen.asked:
                await asyncio.sleep(0.05)
    return list(seen.waits)


def _waited(what: str, waits: Sequence[float]) -> None:
    cuts = statistics.quantiles(waits, n=100)
    print(f"  {what:28} n {len(waits):5}  p50 {cuts[49]:7.1f} ms  p99 {cuts[98]:7.1f} ms", flush=True)


def main(arguments: list[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=50, help="one in so many is poisoned")
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2, help="jobs a second, for what neighbours wait")
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args(arguments)
    log.configure("CRITICAL")
    with tempfile.TemporaryDirectory(prefix="edtech-bench-") as folder:
        asyncio.run(drain(Path(folder), given.count, given.every, given.at_once))
    print("from asking to the end", flush=True)
    for what, every in (("without poisoned ones", 0), ("with one in ten poisoned", 10)) * 2:
        with tempfile.TemporaryDirectory(prefix="edtech-bench-") as folder:
            _waited(what, asyncio.run(neighbours(Path(folder), given.rate, given.seconds, every, given.at_once)))
