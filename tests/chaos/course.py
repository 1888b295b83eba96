"""One run: games played on a target that is being broken, and what is left behind for the checker."""

import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from tests.chaos import record
from tests.chaos.checker import Report, check
from tests.chaos.history import History, Recorder
from tests.chaos.hosts import Api, Host
from tests.chaos.nemesis import EMBEDDED, Faults, Nemesis, Rollout
from tests.chaos.plan import TYPES, Plan
from tests.chaos.players import Forger, Player
from tests.chaos.server import COMMAND
from tests.chaos.stage import Stage
from tests.chaos.target import Embedded, Target, again


@dataclass(frozen=True)
class Course:
    """What a run is to be. `every_s` lies between two faults on average; without `faults` there are none.

    Games begin until `minutes` are nearly over; what has begun is played to its end, within `linger_s`. The first
    `calm_s` see no faults. With `rollouts` there are that many updates of all game servers instead of faults, and games
    begin until the last of them. `least` says how often which kind of fault must have struck.
    """

    games: int
    players: int
    questions: int
    seed: str
    minutes: float
    at_once: int = 5
    every_s: float = 4.0
    faults: Faults = field(default_factory=lambda: EMBEDDED)
    quiet_s: float = 10.0
    command: Sequence[str] = COMMAND
    types: tuple[str, ...] = ()
    time_limit_s: int = 5
    think_s: tuple[float, float] = (0.05, 2.0)
    impatience: float = 0.2
    repeats: float = 0.1
    kicks: float = 0.4
    linger_s: float = 60.0
    polling: float = 0.0
    wait_s: tuple[float, float] = (0.1, 0.5)
    calm_s: float = 0.0
    rollouts: int = 0
    least: Mapping[str, int] = field(default_factory=dict)


async def play(course: Course, folder: Path, target: Target | None = None) -> History:
    """Play one run and return its history, final record included. `target` is opened and closed here."""
    recorder = Recorder(folder, course.seed)
    target = target or Embedded(folder, course.command)
    await target.open()
    try:
        await play_on(course, target, recorder)
    finally:
        await target.close()
        recorder.close()
    return await asyncio.to_thread(History.load, folder)


async def play_on(course: Course, target: Target, recorder: Recorder) -> None:
    """Play on a target that is open, and write everything down."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(10)) as http:
        stage = Stage(target, http, recorder, polling=course.polling)
        try:
            await Play(course, target, stage, recorder).run()
        finally:
            await stage.close()


class Play:
    """One run, from the teacher's account to the final record."""

    def __init__(self, course: Course, target: Target, stage: Stage, recorder: Recorder) -> None:
        self.course, self.target, self.stage, self.recorder = course, target, stage, recorder
        self.dice = random.Random(course.seed)
        self.director = recorder.log("director", "director")
        self.everybody: list[Player | Host] = []
        self.begun: list[Host] = []
        self.plans = [_plan(course, self.dice, number) for number in range(course.games)]
        self.token = ""

    async def run(self) -> None:
        """All of it."""
        self.director.write("run", game="", conn=0, more={"epoch_ms": time.time_ns() / 1e6})
        name = f"teacher-{self.course.seed}".replace("/", "-").replace(" ", "-")
        self.token = await Api(self.stage).teacher(name)
        self.trouble = asyncio.create_task(self._trouble())
        try:
            await self._games()
        finally:
            self.trouble.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.trouble
        await asyncio.sleep(self.course.quiet_s)
        self.director.write("played", game="", conn=0)
        self.stage.quiet = True
        self.everybody += [p for plan in self.plans for p in plan.players if p not in self.everybody]
        await asyncio.gather(*(one.last_look() for one in self.everybody))
        try:
            await self._final_record()
        finally:
            await asyncio.gather(*(tab.close() for tab in list(self.stage.tabs)))
        for what, count in self.target.errors().items():
            self.director.write("logged", game="", conn=0, more={"what": what, "count": count})

    async def _trouble(self) -> None:
        course = self.course
        await asyncio.sleep(course.calm_s)
        if course.rollouts:
            await Rollout(self.target, self.recorder, course.rollouts).rage()
        elif course.faults:
            await Nemesis(
                self.target, self.stage, self.recorder, course.seed, course.faults, every_s=course.every_s
            ).rage()

    async def _games(self) -> None:
        course, waiting = self.course, list(reversed(self.plans))
        ends = time.monotonic() + course.minutes * 60 - course.linger_s / 2

        async def row() -> None:
            while waiting and time.monotonic() < ends and not (course.rollouts and self.trouble.done()):
                await self._game(waiting.pop())

        try:
            async with asyncio.timeout(course.minutes * 60 + course.linger_s):
                await asyncio.gather(*(row() for _ in range(course.at_once)))
        except TimeoutError:
            self.director.write("note", game="", conn=0, status="out of time")

    async def _game(self, plan: Plan) -> None:
        stage, host = self.stage, Host(self.stage, plan, self.token)
        self.begun.append(host)
        cast = [Player(stage, plan, number) for number in range(self.course.players)]
        self.everybody += [host, *cast]
        tasks = [stage.spawn(host.log, host.play())]
        late = cast[-1]
        tasks += [stage.spawn(player.log, player.play()) for player in cast if player is not late]
        tasks.append(stage.spawn(late.log, _come_late(plan, late, self.dice)))
        forger = Forger(stage, plan)
        tasks.append(stage.spawn(forger.log, forger.play()))
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _final_record(self) -> None:
        """Read the results in every way there is; kill and start every server; read them again."""
        readings: dict[str, dict[str, list[list[object]]]] = {}
        stored = {}
        for moment in ("before restart", "after restart"):
            stored = await asyncio.to_thread(self.target.read_games)
            copied = await asyncio.to_thread(self.target.read_games, copy=True)
            ended = [host for host in self.begun if host.game in stored and stored[host.game].ended]
            for host in ended:
                ways = readings.setdefault(host.game, {})
                ways[f"database {moment}"] = record.board_of_rows(stored[host.game])
                if host.game in copied:
                    ways[f"copy {moment}"] = record.board_of_rows(copied[host.game])
                ways[f"report {moment}"] = await record.read_report(Api(self.stage), self.token, host.game)
            for name, base in self.target.servers.items():
                boards = await record.read_boards(self.stage, base, self.token, [host.game for host in ended])
                for game, board in boards.items():
                    readings[game][f"{name} {moment}"] = board
            if moment == "before restart":
                await again(self.target, [*(self.target.servers or self.target.parts)])
        for host in self.begun:
            if host.game in stored:
                self.recorder.final(replace(stored[host.game], readings=readings.get(host.game, {})))


def _plan(course: Course, dice: random.Random, number: int) -> Plan:
    types = course.types or tuple(TYPES[(number + index) % len(TYPES)] for index in range(course.questions))
    return Plan(
        name=f"g{number}",
        seed=course.seed,
        player_count=course.players,
        types=types,
        time_limit_s=course.time_limit_s,
        think_s=course.think_s,
        wait_s=course.wait_s,
        impatience=course.impatience,
        repeats=course.repeats,
        kick=dice.random() < course.kicks,
        pause=dice.random() < 0.3,
        regrade=dice.random() < 0.3,
    )


async def _come_late(plan: Plan, player: Player, dice: random.Random) -> None:
    await plan.open.wait()
    for _ in range(200):
        if plan.any_question != "none":
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(dice.uniform(0, 3))
    await player.play()


def run(course: Course, *, hard: bool = True, keep: Path | None = None, target: Target | None = None) -> Report:
    """Play and check one run. The history stays in `keep`, or wherever it was written if the run did not pass."""
    folder = keep or Path(tempfile.mkdtemp(prefix="chaos-"))
    history = asyncio.run(play(course, folder, target))
    report = check(history, hard=hard, least=course.least)
    if report.passed and keep is None:
        shutil.rmtree(folder)
    elif not report.passed:
        print(f"the history lies in {folder}", file=sys.stderr)
    return report
