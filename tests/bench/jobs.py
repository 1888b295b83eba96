"""What jobs under way cost those who wait for an answer: `make bench ARGS="jobs"`, in both modes.

The same calls come at a constant rate without a job, with `--jobs` of them running, and without one again, in one run,
so that the ratio is firm; each is timed from the moment at which it was due, so one that holds up those behind it is
not counted once. First the jobs wait for a model that takes its time, then each of them works in a child, which a
model that refuses everybody makes them do. The bar: a p99 within four times, and children niced and never more at
once than there are cores, less one, however many job handlers there are. Cancelled jobs are timed until nobody works
on them.
"""

import argparse
import asyncio
import os
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from job_handler.running import stopped
from tests.bench.children import Children
from tests.chaos.jobs import wishes
from tests.chaos.jobs.site import Alone, Spread
from tests.chaos.jobs.wishes import COUNT, ENDED, Teacher, answer
from tests.gateway import making
from tests.llm_stub.server import Stub, running

BAR = 4.0
SLOW_S = 600.0
FILL_S = 180.0
LOOK_EVERY_S = 0.05
LISTS = ("/api/quizzes", "/api/me", "/api/jobs?limit=20", "/api/notifications?limit=20")
OPTIONS = [{"text": "Blue", "correct": True}, {"text": "Green"}]
QUESTION = {"type": "single_choice", "text": "Which colour has the sky?", "options": OPTIONS}
TEXT = f"{wishes.TEXT}\n\n{making.TEXT}"
"""The model's questions rest on the first part; without a model the second gives some."""
WARM_S = 2.0
WISHES, WISHES_EACH_S = 20, 2.0
CANCELLED, CANCELLED_WITHIN_S = 10, 2.0


@dataclass
class Place:
    """A running installation with its teachers: one who makes the calls, and one for each job, as jobs of one person
    wait for each other."""

    http: aiohttp.ClientSession
    base: str
    handlers: Sequence[str]
    caller: Teacher
    askers: Sequence[Teacher]
    stub: Stub
    seconds: float
    rate: float
    begun: list[tuple[Teacher, str]] = field(default_factory=list)
    wishes: int = 0

    async def call(self, number: int) -> None:
        """One of the calls that are timed: four in five read, one writes. What is refused ends the run."""
        if number % 5 == 4:
            quiz = {"title": f"Sky {number}", "questions": [QUESTION]}
            await self._send(self.caller, "POST", "/api/quizzes", quiz, 201)
        else:
            await self._send(self.caller, "GET", LISTS[number % 5], None, 200)

    async def wish(self, number: int) -> None:
        """One more quiz is asked for."""
        teacher = self.askers[number % len(self.askers)]
        body = {"text": TEXT, "count": COUNT, "types": ["single_choice"], "language": "en"}
        told = await self._send(teacher, "POST", "/api/quizzes/generate", body, 202)
        self.begun.append((teacher, told["job_id"]))

    async def _send(self, teacher: Teacher, method: str, path: str, body: Any, status: int) -> Any:
        headers = {"Authorization": f"Bearer {teacher.here}"}
        async with self.http.request(method, self.base + path, json=body, headers=headers) as answered:
            if answered.status != status:
                raise SystemExit(f"{method} {path}: {answered.status} {await answered.text()}")
            return await answered.json()

    async def working(self) -> int:
        """Jobs that are worked on at this moment."""
        return await self.count("jobs_working")

    async def count(self, name: str, label: str = "") -> int:
        """What all job handlers together count under this name and label. What nobody has counted yet is none."""
        count = 0
        for handler in self.handlers:
            async with self.http.get(f"{handler}/metrics") as answered:
                told = await answered.text()
            if "edtech_jobs_working " not in told:
                raise SystemExit(f"{handler} does not say how many jobs it works on")
            found = re.findall(rf"^edtech_{name}(?:{{.*{label}.*}})? ([0-9.e+]+)$", told, re.MULTILINE)
            count += round(sum(map(float, found)))
        return count

    async def until_working(self, jobs: int, within_s: float = FILL_S) -> None:
        async with asyncio.timeout(within_s):
            while await self.working() != jobs:
                await asyncio.sleep(LOOK_EVERY_S)

    async def begin(self, jobs: int) -> None:
        """So many jobs run."""
        for number in range(jobs):
            await self.wish(number)
        await self.until_working(jobs)

    async def keep(self, jobs: int) -> None:
        """Ask for another whenever one has ended, for ever, so that so many go on being under way."""
        before, begun = await self.count("jobs_ended_total"), 0
        while True:
            missing = jobs - (begun - (await self.count("jobs_ended_total") - before))
            for number in range(begun, begun + missing):
                await self.wish(number)
            begun += missing
            await asyncio.sleep(1)

    async def _has_ended(self, teacher: Teacher, job_id: str) -> bool:
        job = await self._send(teacher, "GET", f"/api/jobs/{job_id}", None, 200)
        return job["status"] in ENDED

    async def ended(self) -> None:
        """All that were begun have ended."""
        async with asyncio.timeout(FILL_S):
            for pair in self.begun:
                while not await self._has_ended(*pair):
                    await asyncio.sleep(0.1)
        self.begun.clear()

    async def end(self) -> None:
        """None runs any more."""
        for teacher, job_id in self.begun:
            await self._send(teacher, "POST", f"/api/jobs/{job_id}/cancel", None, 200)
        self.begun.clear()
        await self.until_working(0)

    async def cancels(self) -> list[float]:
        """Milliseconds from cancelling a job until one less is worked on, one after the other."""
        took = []
        for _ in range(CANCELLED):
            (teacher, job_id), before = self.begun.pop(), await self.working()
            began = time.monotonic()
            await self._send(teacher, "POST", f"/api/jobs/{job_id}/cancel", None, 200)
            await self.until_working(before - 1)
            took.append(1000 * (time.monotonic() - began))
        return took

    async def calls(self) -> list[float]:
        """Calls are timed once they have been coming for a while."""
        await timed(self.call, self.rate, round(self.rate * WARM_S))
        return await timed(self.call, self.rate, round(self.rate * self.seconds))

    async def wished(self) -> list[float]:
        return await timed(self.wish, WISHES_EACH_S, WISHES)


async def timed(work: Callable[[int], Awaitable[None]], rate: float, count: int) -> list[float]:
    """Milliseconds of each of so many calls at a constant rate, from the moment at which it was due."""
    began = time.monotonic()

    async def one(number: int) -> float:
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await work(number)
        return 1000 * (time.monotonic() - due)

    return await asyncio.gather(*(one(number) for number in range(count)))


def _line(name: str, took: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    figures = f"p50 {cuts[49]:7.1f} ms  p99 {cuts[98]:7.1f} ms  longest {max(took):7.1f} ms"
    print(f"  {name:42} n {len(took):5}  {figures}", flush=True)
    return cuts[49], cuts[98]


def _ratio(busy: tuple[float, float], calm: tuple[float, float]) -> None:
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    said = "held" if busy[1] <= BAR * calm[1] else "NOT held"
    ratios = f"p50 {busy[0] / calm[0]:.2f} times, p99 {busy[1] / calm[1]:.2f} times"
    print(f"  {ratios}; the bar of {BAR:.0f} is {said} (load of the machine {load})", flush=True)


async def measure(place: Place, jobs: int) -> None:
    """Print the figures of one mode."""
    calm = await place.calls()
    _line("calls, no job", calm)
    _line("202, no job before", await place.wished())
    await place.ended()

    place.stub.script("writer", f"slow:{SLOW_S}")
    await place.begin(jobs)
    waiting = await place.calls()
    at_the_end = await place.working()
    _line(f"calls, {at_the_end} jobs wait for a model", waiting)
    took = await place.cancels()
    _line("cancelled until nobody works on it", took)
    if max(took) > 1000 * CANCELLED_WITHIN_S:
        print(f"  a cancelled job went on for more than {CANCELLED_WITHIN_S:.0f} s", flush=True)
    _line(f"202, {await place.working()} jobs wait for a model", await place.wished())
    await place.end()

    place.stub.script("writer", "401")
    async with Children() as children:
        keeping = asyncio.create_task(place.keep(jobs))
        async with asyncio.timeout(FILL_S):
            while await place.working() < jobs * 9 // 10:
                await asyncio.sleep(0.1)
        heavy = await place.calls()
        _line(f"calls, {await place.working()} jobs work in children", heavy)
        _line(f"202, {await place.working()} jobs work in children", await place.wished())
        await stopped(keeping)
    print(f"  children: {children.said()}", flush=True)
    if failed := await place.count("jobs_ended_total", 'status="failed"'):
        raise SystemExit(f"{failed} jobs failed, so this says nothing")
    await place.end()

    again = await place.calls()
    _line("calls, no job again", again)
    both = _line("calls, no job, both times", [*calm, *again])
    for name, took in (("waiting for a model", waiting), ("in children", heavy)):
        cuts = statistics.quantiles(took, n=100, method="inclusive")
        print(f"  jobs {name}:", flush=True)
        _ratio((cuts[49], cuts[98]), both)


async def run(mode: str, jobs: int, seconds: float, rate: float) -> None:
    """Open one mode, and measure."""
    with running() as stub, tempfile.TemporaryDirectory(prefix="edtech-bench-") as folder:
        stub.answer = answer
        site: Any = (
            Alone(Path(folder), stub.url, 0.0, at_once=jobs)
            if mode == "embedded"
            else Spread(Path(folder), stub.url, 0.0, at_once=jobs // 2)
        )
        try:
            await site.open()
            handlers = [site.base] if mode == "embedded" else [one.base for one in site.installation.of("job_handler")]
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as http:
                teachers = [Teacher(site.base, http, f"b{number}") for number in range(jobs + 1)]
                for teacher in teachers:
                    await teacher.sign_in()
                await measure(Place(http, site.base, handlers, teachers[0], teachers[1:], stub, seconds, rate), jobs)
        finally:
            await site.close()


def main(arguments: list[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=20, help="calls a second")
    parser.add_argument("--mode", choices=("embedded", "distributed", "both"), default="both")
    given = parser.parse_args(arguments)
    for mode in ("embedded", "distributed"):
        if given.mode in (mode, "both"):
            print(f"{mode}: {given.jobs} jobs, {given.rate:.0f} calls a second, one in five writes", flush=True)
            asyncio.run(run(mode, given.jobs, given.seconds, given.rate))
