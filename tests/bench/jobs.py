"""What jobs under way cost those who wait for an answer: `make bench ARGS="jobs"`, in both modes.

The same calls are made without a job and with `--jobs` of them running, in one run, so that the ratio is firm. The
model is a stub that takes its time; the bar is a p99 within four times.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from tests.chaos.jobs.site import Alone, Spread
from tests.chaos.jobs.wishes import Teacher, answer
from tests.llm_stub.server import running

BAR = 4.0
SLOW_S = 30.0
AT_ONCE = 3
"""Jobs of one kind that one person may have under way."""


async def _asked(teacher: Teacher, seconds: float) -> list[float]:
    """Milliseconds that a list of quizzes took, asked for one after the other."""
    took, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        await teacher.ask("GET", "/api/quizzes")
        took.append(1000 * (time.monotonic() - began))
        await asyncio.sleep(0.01)
    return took


async def _wished(teachers: Sequence[Teacher], count: int, mark: str) -> list[float]:
    """Milliseconds until 202, for each of so many wishes."""
    took = []
    for number in range(count):
        began = time.monotonic()
        await teachers[number % len(teachers)].wish_once(f"{mark}-{number}")
        took.append(1000 * (time.monotonic() - began))
    return took


async def _running(teachers: Sequence[Teacher]) -> int:
    pages = [await teacher.ask("GET", "/api/jobs?status=running&limit=100") for teacher in teachers]
    return sum(len(page["items"]) for page in pages)


def _line(name: str, took: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(took, n=100)
    print(f"  {name:34} n {len(took):5}  p50 {cuts[49]:8.1f} ms  p99 {cuts[98]:8.1f} ms", flush=True)
    return cuts[49], cuts[98]


async def measure(place: type[Alone | Spread], jobs: int, seconds: float) -> None:
    """Print the figures of one mode."""
    with running() as stub, tempfile.TemporaryDirectory(prefix="edtech-bench-") as folder:
        stub.answer = answer
        stub.script("writer", f"slow:{SLOW_S}")
        site: Any = place(Path(folder), stub.url, 0.0, at_once=jobs)
        try:
            await site.open()
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as http:
                teachers = [Teacher(site.base, http, f"b{number}") for number in range(-(-jobs // AT_ONCE) + 1)]
                for teacher in teachers:
                    await teacher.sign_in()
                watcher, askers = teachers[0], teachers[1:]
                await _asked(watcher, 1)
                calm = _line("without jobs", await _asked(watcher, seconds))
                await _wished(askers, jobs, "load")
                async with asyncio.timeout(SLOW_S):
                    while (under_way := await _running(askers)) < jobs:
                        await asyncio.sleep(0.2)
                busy = _line(f"with {under_way} jobs running", await _asked(watcher, seconds))
                _line("202 with them running", await _wished([watcher], 20, "more"))
                ratio = busy[1] / calm[1]
                print(f"  p50 {busy[0] / calm[0]:.2f} times, p99 {ratio:.2f} times; the bar is {BAR}", flush=True)
        finally:
            await site.close()


def main(arguments: list[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--mode", choices=("embedded", "distributed", "both"), default="both")
    given = parser.parse_args(arguments)
    for name, place in (("embedded", Alone), ("distributed", Spread)):
        if given.mode in (name, "both"):
            print(name, flush=True)
            asyncio.run(measure(place, given.jobs, given.seconds))
