"""Asks for operations at a steady rate, repeats each under its own id until it is answered, and notes all of it."""

import asyncio
import random
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass

import aiohttp

from tests.chaos.tasks.history import Notes
from tests.chaos.tasks.ledger.models import ACCOUNTS
from tests.chaos.tasks.site import Site

GIVE_UP_S = 150.0
MOST_AT_ONCE = 250
AGAIN = 0.05
"""The share of operations that are asked once more after they were answered."""

CALM: Mapping[str, float] = {"plain": 1.0}
POISONED: Mapping[str, float] = {"plain": 0.9, "poison": 0.05, "twice": 0.05}
ALL: Mapping[str, float] = {
    "plain": 0.87, "poison": 0.02, "twice": 0.03, "slow": 0.03, "rollback": 0.05,
}  # fmt: skip


@dataclass(frozen=True)
class Slice:
    """Some of the operations: how many, how fast, and what happens to them. `at_least` are planned whatever the dice
    say. `asks` are asked beside each operation, and 30 % of those are given up midway."""

    name: str
    operations: int
    rate: float
    mix: Mapping[str, float]
    at_least: Mapping[str, int] | None = None
    asks: int = 0
    stumbles: float = 0.0
    holds: float = 0.0


class Driver:
    """The client of a run."""

    def __init__(self, site: Site, notes: Notes, seed: str) -> None:
        self.site, self.notes, self.seed = site, notes, seed
        self.dice = random.Random(f"{seed}/driver")
        self._number = 0
        self._gate = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Driver":
        timeout = aiohttp.ClientTimeout(8)
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._http is not None
        await self._http.close()

    async def run(self, part: Slice) -> None:
        """Begin all operations of a slice; they may still be under way when this returns."""
        names, weights = zip(*part.mix.items(), strict=True)
        plans = [self.dice.choices(names, weights)[0] for _ in range(part.operations)]
        sure = [plan for plan, count in (part.at_least or {}).items() for _ in range(count)]
        for place, plan in zip(self.dice.sample(range(len(plans)), len(sure)), sure, strict=True):
            plans[place] = plan
        loop = asyncio.get_running_loop()
        begin = loop.time()
        for number, plan in enumerate(plans):
            await asyncio.sleep(max(0.0, begin + number / part.rate - loop.time()))
            self._number += 1
            op = f"{self.seed}-{self._number:06d}"
            body: dict[str, object] = {"op": op, "account": f"account-{self.dice.randrange(ACCOUNTS)}", "plan": plan}
            if self.dice.random() < part.stumbles:
                body["stumbles"] = self.dice.randint(1, 2)
            if self.dice.random() < part.holds:
                body["hold_ms"] = self.dice.randint(20, 200)
            await self._gate.acquire()
            self._begin(self._book(body, part.name)).add_done_callback(lambda _: self._gate.release())
            for ask in range(part.asks):
                self._begin(self._ask(f"{op}/{ask}", self.dice.random() < 0.3, self.dice.uniform(0, 0.02)))

    async def ended(self) -> None:
        """Return when everything that was begun has ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _begin(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.notes.crashes.append(f"the driver: {error!r}")

    async def _book(self, body: Mapping[str, object], slice_: str) -> None:
        op, loop = str(body["op"]), asyncio.get_running_loop()
        begin = loop.time()
        about = {"plan": body["plan"], "slice": slice_}
        answered, pause = 0, 0.4
        while loop.time() - begin < GIVE_UP_S:
            self.notes.asked("book", op, "invoke", **about)
            asked = loop.time()
            status, answer, wait = await self._post("/book", body)
            seconds = round(loop.time() - asked, 4)
            if status == 200:
                answered += 1
                self.notes.asked("book", op, "ok", status=status, answer=answer, seconds=seconds, **about)
                if answered > 1 or self.dice.random() > AGAIN:
                    return
                continue
            code = str(answer.get("code", "")) if isinstance(answer, dict) else ""
            phase = "fail" if code == "planned_rollback" else "info"
            more = {"status": status, "code": code, "seconds": seconds, "retry_after": wait}
            self.notes.asked("book", op, phase, **more, **about)
            if phase == "fail":
                return
            await asyncio.sleep(self.dice.uniform(0.1, pause))
            pause = min(2.0, 2 * pause)

    async def _ask(self, mark: str, impatient: bool, patience_s: float) -> None:
        self.notes.asked("ask", mark, "invoke")
        asked = asyncio.ensure_future(self._post("/ask", {"mark": mark, "ms": self.dice.randint(0, 15)}))
        if impatient:
            done, _ = await asyncio.wait({asked}, timeout=patience_s)
            if not done:
                asked.cancel()  # closes the connection
                await asyncio.wait({asked})
                self.notes.asked("ask", mark, "cancelled")
                return
        status, answer, _ = await asked
        self.notes.asked("ask", mark, "ok" if status == 200 else "info", status=status, answer=answer)

    async def _post(self, path: str, body: Mapping[str, object]) -> tuple[int, object, bool]:
        """Status (0: no answer came), answer, and whether it says when to come back."""
        assert self._http is not None
        try:
            async with self._http.post(self.dice.choice(self.site.doors) + path, json=body) as answer:
                return answer.status, await answer.json(content_type=None), "retry-after" in answer.headers
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return 0, None, False
