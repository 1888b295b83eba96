"""Play many games against a server that is being killed, then check what was promised.

    python -m tests.chaos.run --games 40 --players 15 --questions 8 --seed 7 --minutes 8

Games run several at a time in parts; every part has its own server process, folder and history, and takes its share of
the minutes. The summary names what was found in each part; the exit code says whether all of them passed.
"""

import argparse
import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from tests.chaos import record
from tests.chaos.checker import Report, check
from tests.chaos.history import History, Recorder
from tests.chaos.hosts import Api, Host
from tests.chaos.nemesis import COMMAND, Nemesis, Server
from tests.chaos.plan import TYPES, Plan
from tests.chaos.players import Forger, Player
from tests.chaos.stage import Stage


@dataclass(frozen=True)
class Course:
    """What one part of a run is to be. Without `faults`, all kinds; `every_s` lies between two of them on average."""

    games: int
    players: int
    questions: int
    seed: str
    minutes: float
    at_once: int = 5
    every_s: float = 4.0
    faults: tuple[str, ...] = ()
    quiet_s: float = 10.0
    command: Sequence[str] = COMMAND
    undisturbed: bool = False
    types: tuple[str, ...] = ()
    time_limit_s: int = 5
    think_s: tuple[float, float] = (0.05, 2.0)
    impatience: float = 0.2
    kicks: float = 0.4


async def play(course: Course, folder: Path) -> History:
    """Play one part under faults and return its history, final record included."""
    recorder = Recorder(folder, course.seed)
    server = Server(folder, course.command)
    await server.start()
    try:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(10)) as http:
            await _play(course, server, Stage(server.base, http, recorder), recorder)
    finally:
        await server.stop()
        recorder.close()
    return History.load(folder)


async def _play(course: Course, server: Server, stage: Stage, recorder: Recorder) -> None:
    director = recorder.log("director", "director")
    director.write("run", game="", conn=0, more={"epoch_ms": time.time_ns() / 1e6})
    api = Api(stage)
    token = await api.teacher(f"teacher-{course.seed}".replace("/", "-").replace(" ", "-"))
    dice = random.Random(course.seed)
    gate = asyncio.Semaphore(course.at_once)
    plans = [_plan(course, dice, number) for number in range(course.games)]
    hosts = [Host(stage, plan, token) for plan in plans]
    everybody: list[Player | Host] = [*hosts]
    nemesis = Nemesis(server, stage, recorder, course.seed, every_s=course.every_s, faults=course.faults)

    async def game(plan: Plan, host: Host) -> None:
        async with gate:
            cast = [Player(stage, plan, number) for number in range(course.players)]
            everybody.extend(cast)
            tasks = [stage.spawn(host.log, host.play())]
            late = cast[-1]
            tasks += [stage.spawn(player.log, player.play()) for player in cast if player is not late]
            tasks.append(stage.spawn(late.log, _come_late(plan, late, dice)))
            forger = Forger(stage, plan)
            tasks.append(stage.spawn(forger.log, forger.play()))
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()

    rage = None if course.undisturbed else asyncio.create_task(nemesis.rage())
    try:
        async with asyncio.timeout(course.minutes * 60):
            await asyncio.gather(*(game(plan, host) for plan, host in zip(plans, hosts, strict=True)))
    except TimeoutError:
        director.write("note", game="", conn=0, status="out of time")
    finally:
        if rage is not None:
            rage.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await rage
    await asyncio.sleep(course.quiet_s)
    stage.quiet = True
    everybody += [player for plan in plans for player in plan.players if player not in everybody]
    await asyncio.gather(*(one.last_look() for one in everybody))
    try:
        await _final_record(server, stage, recorder, token, hosts)
    finally:
        for tab in list(stage.tabs):
            await tab.close()


def _plan(course: Course, dice: random.Random, number: int) -> Plan:
    types = course.types or tuple(TYPES[(number + index) % len(TYPES)] for index in range(course.questions))
    return Plan(
        name=f"g{number}",
        seed=course.seed,
        player_count=course.players,
        types=types,
        time_limit_s=course.time_limit_s,
        think_s=course.think_s,
        impatience=course.impatience,
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


async def _final_record(server: Server, stage: Stage, recorder: Recorder, token: str, hosts: list[Host]) -> None:
    """Read the results through the server and from the database; kill and start it; read them again."""
    api = Api(stage)
    readings: dict[str, dict[str, list[list[object]]]] = {}
    for moment in ("before restart", "after restart"):
        stored = record.read_games(server.data)
        for host in hosts:
            if host.game in stored and stored[host.game].ended:
                by_way = readings.setdefault(host.game, {})
                by_way[f"database {moment}"] = record.board_of_rows(stored[host.game])
                by_way[f"report {moment}"] = await record.read_report(api, token, host.game)
        if moment == "before restart":
            await server.kill()
            await server.start()
    for host in hosts:
        if host.game in stored:
            recorder.final(replace(stored[host.game], readings=readings.get(host.game, {})))


def run(course: Course, *, hard: bool = True, keep: Path | None = None) -> Report:
    """Play and check one part. The history stays in `keep`, or wherever it was written if the run did not pass."""
    folder = keep or Path(tempfile.mkdtemp(prefix="chaos-"))
    history = asyncio.run(play(course, folder))
    report = check(history, hard=hard)
    if report.passed and keep is None:
        shutil.rmtree(folder)
    elif not report.passed:
        print(f"the history lies in {folder}", file=sys.stderr)
    return report


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=40)
    parser.add_argument("--players", type=int, default=15)
    parser.add_argument("--questions", type=int, default=8)
    parser.add_argument("--seed", default="7")
    parser.add_argument("--minutes", type=float, default=8, help="at most this long for each part, play alone")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=8, help="games played at the same time")
    parser.add_argument("--every", type=float, default=4, help="seconds between faults, on average")
    parser.add_argument("--undisturbed", action="store_true", help="the control: the same without faults")
    parser.add_argument("--keep", type=Path, help="folder for the histories")
    given = parser.parse_args()
    passed = True
    for part in range(given.parts):
        course = Course(
            games=given.games // given.parts,
            players=given.players,
            questions=given.questions,
            seed=f"{given.seed}-{part}",
            minutes=given.minutes,
            at_once=given.at_once,
            every_s=given.every,
            undisturbed=given.undisturbed,
        )
        keep = given.keep / f"part{part}" if given.keep else None
        report = run(course, hard=not given.undisturbed, keep=keep)
        print(f"--- part {part + 1} of {given.parts}, seed {course.seed}\n{report.text()}", flush=True)
        passed &= report.passed
    sys.exit(not passed)


if __name__ == "__main__":
    main()
