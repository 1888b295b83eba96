"""Teachers who ask over HTTP, through any gateway, and write down what they got.

Whoever asks leaves a mark in everything that is theirs: `mark-u7-` is of the seventh teacher.
"""

import asyncio
import random
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import aiohttp

from tests.chaos.history import digest
from tests.chaos.tasks.history import Notes

TEACHERS = 8
GIVE_UP_S = 120.0
MARK = re.compile(r"mark-(u\d+)-")
AGAIN, OTHER_BODY, IMPATIENT = 0.05, 0.04, 0.5


class Callers:
    """All teachers of a run. `doors` are the addresses of the gateways."""

    def __init__(self, doors: Callable[[], Sequence[str]], notes: Notes, seed: str) -> None:
        self._doors, self.notes, self.seed = doors, notes, seed
        self.dice = random.Random(f"{seed}/callers")
        self.done = 0
        self._tokens: list[str] = []
        self._http: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Callers":
        timeout = aiohttp.ClientTimeout(15)
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)
        for number in range(TEACHERS):
            who = {"email": f"{self.seed}-u{number}@school.example", "password": f"correct horse {number}"}
            fields = who | {"name": f"mark-u{number}-", "role": "teacher"}
            status, answer, _ = await self._ask("POST", "/api/auth/register", fields)
            if status != 201:
                raise RuntimeError(f"no teacher could be made: {status} {answer}")
            self._tokens.append(answer["access_token"])
            await self._create(number, f"mark-u{number}-first")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._http is not None
        await self._http.close()

    async def create(self, count: int, at_once: int) -> None:
        """Make so many quizzes, each under a key of its own, repeated until it is answered."""
        numbers = iter(range(count))

        async def row() -> None:
            for number in numbers:
                user = self.dice.randrange(TEACHERS)
                await self._create(user, f"mark-u{user}-{number:05d}")
                self.done += 1

        await self._all(row() for _ in range(at_once))

    async def read(self, count: int, at_once: int) -> None:
        """Ask for what one has, and hang up midway more than three times of ten: some are answered before."""
        numbers = iter(range(count))

        async def row() -> None:
            for number in numbers:
                await self._read(self.dice.randrange(TEACHERS), number, self.dice.random() < IMPATIENT)

        await self._all(row() for _ in range(at_once))

    async def probe(self, slice_: str, seconds: float, rate: float) -> None:
        """One request after the other at a steady rate, none repeated; every third would change something."""
        loop = asyncio.get_running_loop()
        begin, number = loop.time(), 0
        while loop.time() - begin < seconds:
            self._begin(self._probe(slice_, number))
            number += 1
            await asyncio.sleep(max(0.0, begin + number / rate - loop.time()))

    async def ended(self) -> None:
        """Return when every probe has its answer."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _create(self, user: int, mark: str) -> None:
        loop, body = asyncio.get_running_loop(), {"title": mark, "questions": []}
        begin, answered, pause = loop.time(), 0, 0.4
        while loop.time() - begin < GIVE_UP_S:
            self.notes.asked("create", mark, "invoke", plan=f"u{user}")
            asked = loop.time()
            status, answer, wait = await self._ask("POST", "/api/quizzes", body, user=user, key=mark)
            more: dict[str, Any] = {"status": status, "seconds": round(loop.time() - asked, 4), "retry_after": wait}
            if status == 201:
                answered += 1
                told = {"marks": MARK.findall(str(answer)), "digest": digest(answer)}
                self.notes.asked("create", mark, "ok", answer=told, plan=f"u{user}", **more)
                if self.dice.random() < OTHER_BODY:
                    await self._other_body(user, mark)
                if answered > 1 or self.dice.random() > AGAIN:
                    return
                continue
            self.notes.asked("create", mark, "info", code=_code(answer), plan=f"u{user}", **more)
            await asyncio.sleep(self.dice.uniform(0.1, pause))
            pause = min(2.0, 2 * pause)

    async def _other_body(self, user: int, mark: str) -> None:
        """The same key with another body, until it is answered for good."""
        body = {"title": f"{mark}-other", "questions": []}
        for _ in range(100):
            status, answer, wait = await self._ask("POST", "/api/quizzes", body, user=user, key=mark)
            if status not in (0, 502, 503, 504):
                more = {"status": status, "code": _code(answer), "retry_after": wait}
                self.notes.asked("other_body", mark, "ok", plan=f"u{user}", **more)
                return
            await asyncio.sleep(0.5)

    async def _read(self, user: int, number: int, impatient: bool) -> None:
        mark, path = f"read-{number:06d}", "/api/quizzes?limit=3" if number % 4 else "/api/me"
        self.notes.asked("read", mark, "invoke", plan=f"u{user}")
        asked = asyncio.ensure_future(self._ask("GET", path, user=user))
        if impatient:
            done, _ = await asyncio.wait({asked}, timeout=self.dice.expovariate(1 / 0.012))
            if not done:
                asked.cancel()  # closes the connection
                await asyncio.wait({asked})
                self.notes.asked("read", mark, "cancelled", plan=f"u{user}")
                return
        status, answer, wait = await asked
        told = {"marks": sorted(set(MARK.findall(str(answer))))}
        phase = "ok" if status == 200 else "info"
        self.notes.asked("read", mark, phase, status=status, answer=told, plan=f"u{user}", retry_after=wait)

    async def _probe(self, slice_: str, number: int) -> None:
        user, loop = self.dice.randrange(TEACHERS), asyncio.get_running_loop()
        mark = f"mark-u{user}-{slice_}-{number}"
        asked = loop.time()
        if number % 3:
            status, answer, wait = await self._ask("GET", "/api/quizzes?limit=3", user=user)
        else:
            body = {"title": mark, "questions": []}
            status, answer, wait = await self._ask("POST", "/api/quizzes", body, user=user, key=mark)
        more = {"status": status, "seconds": round(loop.time() - asked, 4), "retry_after": wait}
        phase = "ok" if status in (200, 201) else "info"
        self.notes.asked("probe", mark, phase, slice=slice_, code=_code(answer), plan=f"u{user}", **more)

    async def _ask(
        self, method: str, path: str, body: Any = None, *, user: int | None = None, key: str = ""
    ) -> tuple[int, Any, bool]:
        """Status (0: no answer came), the answer, and whether it says when to come back."""
        assert self._http is not None
        headers = {} if user is None else {"Authorization": f"Bearer {self._tokens[user]}"}
        if key:
            headers["Idempotency-Key"] = key
        url = self.dice.choice(self._doors()) + path
        try:
            async with self._http.request(method, url, json=body, headers=headers) as answer:
                return answer.status, await answer.json(content_type=None), "retry-after" in answer.headers
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return 0, None, False

    async def _all(self, rows: Any) -> None:
        for result in await asyncio.gather(*rows, return_exceptions=True):
            if isinstance(result, BaseException):
                self.notes.crashes.append(f"a caller: {result!r}")

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _code(answer: Any) -> str:
    return str(answer.get("code", "")) if isinstance(answer, dict) else ""
