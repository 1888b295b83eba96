"""Teachers ask for quizzes while everything is struck at each step of their jobs; then all is checked from outside."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import aiohttp

from tests.chaos.jobs.check import Record, Report, Seen, judge
from tests.chaos.jobs.site import Alone, Spread
from tests.chaos.jobs.windows import Window
from tests.chaos.jobs.wishes import ENDED, Teacher, Wish, answer
from tests.llm_stub.server import Stub, running

POINTS = ("read", "make", "save", "end", "told", "noted")
"""The moments of a job: its steps under way, its quiz stored and the job not ended, ended, its owner notified."""
STEPS = ("read", "make", "save")
HIT_WITHIN_S = 60.0
END_WITHIN_S = 180.0
QUIET_S = 4.0


class Strike(NamedTuple):
    """What is done to whom, and when."""

    target: str
    how: str
    point: str


@dataclass(frozen=True)
class Course:
    """What a run is to be."""

    seed: str
    strikes: Sequence[Strike]
    alone: bool = True
    hold_s: float = 0.6
    slow_s: float = 1.2
    teachers: int = 4
    bug: str = ""


def alone(seed: str, hows: Sequence[str] = ("kill", "leave")) -> Course:
    """One process that is ended at every moment of a job; one job is cancelled."""
    strikes = [Strike("all", how, point) for how in hows for point in POINTS]
    return Course(seed, [*_mixed(strikes, seed), Strike("all", "cancel", "make")])


def spread(seed: str) -> Course:
    """Every service and server killed at every moment, job handlers updated too, one frozen past its lease."""
    strikes = [Strike(target, "kill", point) for target in Spread.targets for point in POINTS]
    strikes += [Strike("job_handler", "leave", point) for point in STEPS]
    last = [Strike("job_handler", "freeze", "make"), Strike("job_handler", "cancel", "make")]
    return Course(seed, [*_mixed(strikes, seed), *last], alone=False)


def _mixed(strikes: list[Strike], seed: str) -> list[Strike]:
    random.Random(seed).shuffle(strikes)
    return strikes


class Play:
    """One run."""

    def __init__(self, course: Course, site: Alone | Spread, stub: Stub, http: aiohttp.ClientSession) -> None:
        self.course, self.site, self.stub, self.http = course, site, stub, http
        self.record = Record()
        self.wishes: list[Wish] = []
        self.teachers = [Teacher(site.base, http, f"t{number}-{course.seed}") for number in range(course.teachers + 1)]
        self.windows: dict[str, Window] = {}
        self._stored: set[str] = set()

    async def go(self) -> Report:
        for teacher in self.teachers:
            await teacher.sign_in()
            self.windows[teacher.name] = Window(self.site.base, teacher.here)
            self.windows[teacher.name].open()
        for number, strike in enumerate(self.course.strikes):
            await self._strike(self.teachers[number % self.course.teachers], strike, number)
        await self._rest()
        try:
            await self._look()
        finally:
            for window in self.windows.values():
                await window.close()
        return judge(self.record, sorted({strike.point for strike in self.course.strikes}))

    async def _strike(self, teacher: Teacher, strike: Strike, number: int) -> None:
        only = strike.how == "freeze" and isinstance(self.site, Spread)
        if only:
            await self._rest()  # so that it is sure who works on what comes now
            await self.site.only("job_handler-1", alone=True)
        wish = await teacher.wish(f"{self.course.seed}-{number}")
        self.wishes.append(wish)
        try:
            async with asyncio.timeout(HIT_WITHIN_S):
                while not await self._at(teacher, wish, strike.point):
                    await asyncio.sleep(0.03)
        except TimeoutError:
            self.record.missed.append(strike)
            return
        if strike.point not in ("read", "make"):
            self._stored.add(wish.job_id)
        for one in self.wishes:
            one.strikes += one.job_id not in self._stored
        self.record.hit[strike] += 1
        if strike.how == "cancel":
            await teacher.ask("POST", f"/api/jobs/{wish.job_id}/cancel")
            wish.cancelled, wish.ended = True, await teacher.job(wish)
        elif only:
            await asyncio.gather(
                self.site.strike(strike.target, strike.how),
                self.site.only("job_handler-1", alone=False),
            )
        else:
            await self.site.strike(strike.target, strike.how)
        await self._see()

    async def _at(self, teacher: Teacher, wish: Wish, point: str) -> bool:
        if point == "make" and not self._calls(wish):
            return False  # struck while the model is being asked
        if point in STEPS:
            return (await teacher.steps(wish)).get(point) == "running"
        if point == "end":
            return bool((await teacher.ask("GET", f"/api/drafts/{wish.draft_id}"))["status"] == "ready")
        if point == "told":
            return bool((await teacher.job(wish))["status"] == "completed")
        return any(one["job_id"] == wish.job_id for one in await teacher.told())

    def _calls(self, wish: Wish) -> int:
        return sum(call.reference.startswith(f"{wish.job_id}/") for call in [*self.stub.calls])

    async def _see(self) -> None:
        """How the jobs stand: whose questions are stored, and which have ended."""
        for wish in self.wishes:
            if wish.ended:
                continue
            if (await wish.teacher.steps(wish)).get("make") == "completed":
                self._stored.add(wish.job_id)
            job = await wish.teacher.job(wish)
            if job["status"] in ENDED:
                wish.ended = job

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(END_WITHIN_S):
                while not all(wish.ended for wish in self.wishes):
                    await self._see()
                    await asyncio.sleep(0.3)
        except TimeoutError:
            self.record.unended = [wish.job_id for wish in self.wishes if not wish.ended]

    async def _look(self) -> None:
        """Everything that can be seen from outside, once nothing moves any more."""
        await asyncio.sleep(QUIET_S)
        away = {one.name: Window(self.site.base, one.away) for one in self.teachers}
        for window in away.values():
            window.open()
        await asyncio.sleep(QUIET_S)
        later = {one.name: Window(self.site.base, one.here) for one in self.teachers}
        for window in later.values():
            window.open()
        await asyncio.sleep(QUIET_S)
        notified = {one.name: await one.told() for one in self.teachers}
        for teacher in self.teachers:
            page = await teacher.ask("GET", "/api/drafts?limit=100")
            self.record.drafts[teacher.name] = [draft["id"] for draft in page["items"]]
            self.record.wished[teacher.name] = [wish.draft_id for wish in self.wishes if wish.teacher is teacher]
        for wish in self.wishes:
            name = wish.teacher.name
            strangers = sum(
                one["job_id"] == wish.job_id
                for other, window in self.windows.items()
                if other != name
                for one in (*window.told(), *away[other].told(), *notified[other])
            )
            self.record.wishes.append(
                Seen(
                    wish.job_id,
                    wish.cancelled,
                    wish.strikes,
                    wish.ended,
                    await wish.teacher.job(wish),
                    await wish.teacher.ask("GET", f"/api/drafts/{wish.draft_id}"),
                    self._calls(wish),
                    [one["id"] for one in notified[name] if one["job_id"] == wish.job_id],
                    _of(self.windows[name], wish),
                    _of(away[name], wish),
                    _of(later[name], wish),
                    strangers,
                )
            )
        for window in (*away.values(), *later.values()):
            await window.close()


def _of(window: Window, wish: Wish) -> list[list[str]]:
    return [[one["id"] for one in told if one["job_id"] == wish.job_id] for told in window.connections]


async def play(course: Course, folder: Path) -> Report:
    """Do it and judge it. Raises wishes.Refused when the product says no to what is right."""
    with running() as stub:
        stub.answer = answer
        stub.script("writer", f"slow:{course.slow_s}")
        make = Alone if course.alone else Spread
        site: Alone | Spread = make(folder, stub.url, course.hold_s, course.bug)
        try:
            await site.open()
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as http:
                return await Play(course, site, stub, http).go()
        finally:
            await site.close()


def run(course: Course, folder: Path) -> Report:
    """`play` from outside of asyncio."""
    return asyncio.run(play(course, folder))
