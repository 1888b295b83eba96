"""Teachers ask for quizzes, each strike finds a job of its own at every moment, and all is checked from outside."""

import asyncio
import random
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from tests.chaos.jobs.check import REPEATING, Record, Report, Struck, judge
from tests.chaos.jobs.look import Windows, look
from tests.chaos.jobs.moments import Moments
from tests.chaos.jobs.site import Alone, Spread, moments_of
from tests.chaos.jobs.wishes import ENDED, Teacher, Wish, answer
from tests.llm_stub.server import Stub, running

POINTS = ("read", "make", "save", "end", "told", "noted")
"""The moments of a job: its text read and that not stored, the model being asked, its quiz about to be stored, stored
and the job not ended, ended and nobody told, its owner notified and that not acknowledged."""
ANY = ("any",)
"""Whenever it happens to be: jobs that nothing holds."""
ELSEWHERE = {
    ("quiz_service", "read"): "asked",
    ("rabbitmq", "read"): "asked",
    ("quiz_service", "save"): "stored",
    ("rabbitmq", "save"): "stored",
    ("quiz_service", "noted"): "heard",
}
"""Where a moment is the quiz service's own: its work is committed, and its answer not on the way."""
FROZEN = "job_handler-1"
AT_WORK = POINTS[:5]
AT_RANDOM, WITHIN_S = 4, 6.0
"""How many jobs are under way when one is struck at any moment, and how soon after the last began at most."""
HIT_WITHIN_S = 45.0
HOLD_S = 60.0
END_WITHIN_S = 150.0


class Strike(NamedTuple):
    """What is done to whom, while a job stands at each of these moments."""

    target: str
    how: str
    points: tuple[str, ...] = POINTS


@dataclass(frozen=True)
class Course:
    """What a run is to be. `slow_s` is how long the model thinks."""

    seed: str
    strikes: Sequence[Strike]
    alone: bool = True
    slow_s: float = 1.5
    teachers: int = 4
    bug: str = ""


def alone(seed: str, hows: Sequence[str] = ("kill", "leave"), more: int = 0) -> Course:
    """One process that is ended with a job at every moment, and `more` times at any; two jobs are cancelled."""
    strikes = [*(Strike("all", how) for how in hows), *(Strike("all", "kill", ANY) for _ in range(more))]
    return Course(seed, [*strikes, Strike("all", "cancel", ("read", "make"))], teachers=2)


def spread(seed: str, rounds: int = 1) -> Course:
    """A job handler frozen past its lease, every service and server killed, job handlers and gateways updated too; then
    `rounds` of kills at any moment."""
    dice = random.Random(seed)
    first = [Strike("job_handler", "freeze", AT_WORK)]
    strikes = [Strike(target, "kill") for target in Spread.targets]
    strikes += [Strike(target, "leave") for target in ("job_handler", "gateway")]
    more = [Strike(target, "kill", ANY) for target in Spread.targets * rounds]
    dice.shuffle(strikes)
    dice.shuffle(more)
    last = [Strike("job_handler", "cancel", ("read", "make"))]
    return Course(seed, [*first, *strikes, *more, *last], alone=False, slow_s=3.0)


class Play:
    """One run."""

    def __init__(
        self, course: Course, site: Alone | Spread, moments: Moments, stub: Stub, http: aiohttp.ClientSession
    ) -> None:
        self.course, self.site, self.moments, self.stub, self.http = course, site, moments, stub, http
        self.record, self.dice = Record(), random.Random(f"{course.seed}/moments")
        self.wishes: list[Wish] = []
        self.teachers = [Teacher(site.base, http, f"t{number}-{course.seed}") for number in range(course.teachers + 1)]

    async def go(self) -> Report:
        """All teachers but the last ask; of that one's business nothing may ever be."""
        await asyncio.gather(*(teacher.sign_in() for teacher in self.teachers))
        async with Windows(self.site.base, {one.name: one.here for one in self.teachers}) as windows:
            for strike in self.course.strikes:
                await self._strike(strike)
            await self._rest()
            await look(self.record, self.teachers, self.wishes, windows, self._calls, self.moments)
        return judge(self.record, sorted({point for strike in self.course.strikes for point in strike.points}))

    async def _strike(self, strike: Strike) -> None:
        if strike.how == "freeze" and isinstance(self.site, Spread):
            await self._rest()  # so that it is sure who works on what comes now
            await self.site.only(FROZEN, alone=True)
        standing = await self._bring(strike)
        for point, wish in standing.items():
            if point == "make" and self.moments.who(wish.job_id, "save"):
                self.record.missed.append(Struck(strike.target, strike.how, point))
                continue
            wish.struck = Struck(strike.target, strike.how, point)
            self.record.hit[wish.struck] += 1
        if strike.target in REPEATING and strike.how != "cancel":
            for wish in self.wishes:
                wish.strikes += not self.moments.who(wish.job_id, "save")
        if strike.how == "cancel":
            for wish in standing.values():
                await wish.teacher.ask("POST", f"/api/jobs/{wish.job_id}/cancel")
                wish.cancelled, wish.ended = True, await wish.teacher.job(wish)
        elif strike.how == "freeze" and isinstance(self.site, Spread):
            await self._freeze(self.site, standing)
        else:
            await self.site.strike(strike.target, strike.how, lambda: self._release(standing.values()))
        await self._see()

    async def _bring(self, strike: Strike) -> dict[str, Wish]:
        """A job that stands at each moment. The model is asked last: that moment cannot be held.

        One that waits with its end untold holds up all others that end in its process: it goes there when they have.
        """
        if strike.points == ANY:
            free = [await self._wish("") for _ in range(AT_RANDOM)]
            await asyncio.sleep(self.dice.uniform(0, WITHIN_S))
            return {ANY[0]: free[0]}
        there: dict[str, Wish] = {}
        places = {point: ELSEWHERE.get((strike.target, point), point) for point in strike.points}
        for point in sorted(set(places) - {"make"}):
            there[point] = await self._wish("save" if point == "told" else places[point])
        await self._until(strike, there, lambda point: "save" if point == "told" else places[point])
        if "told" in there:
            self.moments.plan(there["told"].job_id, "told")
            await self._until(strike, there, places.__getitem__)
        if "make" in places:
            asked = await self._wish("")
            there["make"] = asked
            if not await self._soon(lambda: self._calls(asked) > 0):
                self._missed(strike, there, "make")
        return there

    async def _until(self, strike: Strike, there: dict[str, Wish], place: Callable[[str], str]) -> None:
        for point, wish in [*there.items()]:
            if not await self._at(wish, place(point)):
                self._missed(strike, there, point)

    async def _at(self, wish: Wish, moment: str) -> bool:
        """Whether it comes to this moment in time."""
        return await self._soon(lambda: bool(self.moments.who(wish.job_id, moment)))

    def _missed(self, strike: Strike, there: dict[str, Wish], point: str) -> None:
        self.record.missed.append(Struck(strike.target, strike.how, point))
        self._release([there.pop(point)])

    async def _wish(self, plan: str) -> Wish:
        number = len(self.wishes)
        wish = await self.teachers[number % self.course.teachers].wish(f"{self.course.seed}-{number}")
        self.moments.plan(wish.job_id, plan)
        self.wishes.append(wish)
        return wish

    def _release(self, wishes: Any) -> None:
        for wish in wishes:
            self.moments.plan(wish.job_id, "")

    async def _soon(self, true: Callable[[], bool]) -> bool:
        """Whether it comes true in time."""
        try:
            async with asyncio.timeout(HIT_WITHIN_S):
                while not true():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return False
        return True

    async def _freeze(self, site: Spread, standing: dict[str, Wish]) -> None:
        """Thawed when another has begun to store what it made of the last of the jobs: that one is under the other's
        lease then, and the others have ended."""
        site.signal(FROZEN, signal.SIGSTOP)
        last = standing["make"]
        self._release(wish for wish in standing.values() if wish is not last)
        self.moments.plan(last.job_id, "save")
        await site.only(FROZEN, alone=False)
        taken = await self._at(last, "save")
        site.signal(FROZEN, signal.SIGCONT)
        if not taken or not await self._at(last, "refused"):
            self.record.missed.append(Struck("job_handler", "freeze", "refused"))
        self._release([last])

    def _calls(self, wish: Wish) -> int:
        return sum(call.reference.startswith(f"{wish.job_id}/") for call in [*self.stub.calls])

    async def _see(self) -> None:
        """Which jobs have ended, and how."""
        for wish in self.wishes:
            if not wish.ended and (job := await wish.teacher.job(wish))["status"] in ENDED:
                wish.ended = job

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(END_WITHIN_S):
                while not all(wish.ended for wish in self.wishes):
                    await self._see()
                    await asyncio.sleep(0.2)
        except TimeoutError:
            self.record.unended = [wish.job_id for wish in self.wishes if not wish.ended]


async def play(course: Course, folder: Path) -> Report:
    """Do it and judge it. Raises wishes.Refused when the product says no to what is right."""
    with running() as stub:
        stub.answer = answer
        stub.script("writer", f"slow:{course.slow_s}")
        make = Alone if course.alone else Spread
        site: Alone | Spread = make(folder, stub.url, HOLD_S, course.bug)
        try:
            await site.open()
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as http:
                return await Play(course, site, Moments(moments_of(folder)), stub, http).go()
        finally:
            await site.close()


def run(course: Course, folder: Path) -> Report:
    """`play` from outside of asyncio."""
    return asyncio.run(play(course, folder))
