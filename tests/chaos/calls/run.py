"""The proof of M6 over HTTP, on a whole installation or on the one process of the embedded mode.

python -m tests.chaos.calls.run --alone --keyed 500 --reads 2000
"""

import argparse
import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.chaos.calls.callers import Callers
from tests.chaos.calls.history import RequestHistory
from tests.chaos.checker import Report
from tests.chaos.invariants.requests import INVARIANTS
from tests.chaos.server import COMMAND
from tests.chaos.target import EMBEDDED, Embedded, Target
from tests.chaos.tasks.history import Notes

SETTINGS = {"EDTECH_RATE_LIMITS": "false", "EDTECH_REGISTRATION": "open"}


@dataclass(frozen=True)
class Course:
    """What a run is to be: `kills` strike while `keyed` requests are made, each part as often as it is named."""

    seed: str
    keyed: int = 5_000
    reads: int = 20_000
    control_s: float = 10.0
    down_s: float = 20.0
    up_s: float = 10.0
    rate: float = 15.0
    at_once: int = 16
    broker: str = "rabbitmq"
    kills: Sequence[str] = ()


@dataclass(frozen=True)
class Ground:
    """Where a run takes place: what can be broken, where to ask, and what is stored."""

    target: Target
    doors: Callable[[], Sequence[str]]
    database: str


async def prove(course: Course, ground: Ground, notes: Notes, tell: Callable[[str, str, str], None]) -> None:
    """All of it on an open target. `tell` hears of each fault, too: name, target, phase."""
    async with Callers(ground.doors, notes, course.seed) as callers:
        await callers.probe("control", course.control_s, course.rate)
        await callers.ended()
        trouble = asyncio.create_task(_trouble(course, ground, notes, callers, tell))
        await callers.create(course.keyed, course.at_once)
        await trouble
        if course.down_s:
            async with _down(course.broker, ground, notes, tell):
                await callers.probe("down", course.down_s, course.rate)
                await callers.ended()
            await callers.probe("up", course.up_s, course.rate)
            await callers.ended()
        await callers.read(course.reads, course.at_once)
    notes.final({"titles": await asyncio.to_thread(_titles, ground.database)})


async def _trouble(
    course: Course, ground: Ground, notes: Notes, callers: Callers, tell: Callable[[str, str, str], None]
) -> None:
    """One kill after the other, spread evenly over the requests."""
    dice = random.Random(f"{course.seed}/trouble")
    kills = list(course.kills)
    dice.shuffle(kills)
    for number, name in enumerate(kills, 1):
        while callers.done < course.keyed * number / (len(kills) + 1):
            await asyncio.sleep(0.05)
        async with _down(name, ground, notes, tell):
            await asyncio.sleep(dice.uniform(0, 1.5))


@contextlib.asynccontextmanager
async def _down(name: str, ground: Ground, notes: Notes, tell: Callable[[str, str, str], None]):  # type: ignore[no-untyped-def]
    """Kill a part, and start it again at the end of the block."""
    notes.fault("kill", "start", name)
    tell("kill", name, "start")
    code = await ground.target.kill(name)
    try:
        yield
    finally:
        await ground.target.start(name)
        notes.fault("kill", "stop", name, code)
        tell("kill", name, "stop")


def _titles(url: str) -> list[str]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text("SELECT title FROM quizzes")).scalars())
    finally:
        engine.dispose()


def check(history: RequestHistory, course: Course | None = None) -> Report:
    """Every invariant, and whether it was hard enough."""
    violations = {name: list(invariant(history)) for name, invariant in INVARIANTS.items()}
    unknown = sum(any(line.phase == "info" for line in lines) for lines in history.creations.values())
    counts = {
        "keyed requests": len(history.creations),
        "unknown or refused for a while": unknown,
        "asked again after the answer": sum(
            sum(line.phase == "ok" for line in lines) > 1 for lines in history.creations.values()
        ),
        "asked again with another body": len(history.of("other_body")),
        "reads": len(history.of("read")),
        "reads cancelled": sum(line.phase == "cancelled" for line in history.asked),
        "kills": len(history.spans),
        **{f"kills of {target}": 0 for _, target, _, _ in history.spans},
    }
    for _, target, _, _ in history.spans:
        counts[f"kills of {target}"] += 1
    easy = []
    if course is not None and course.kills and not unknown:
        easy.append("no keyed request was ever interrupted")
    if course is not None and counts["reads cancelled"] < 0.3 * course.reads:
        easy.append(f"only {counts['reads cancelled']} reads were cancelled")
    return Report(violations, history.crashes, easy, counts, _figures(history))


def _figures(history: RequestHistory) -> Mapping[str, str]:
    figures = {}
    for name in ("control", "down", "up"):
        if lines := history.of("probe", name):
            times = sorted(line.seconds * 1000 for line in lines)
            middle, most = times[len(times) // 2], times[-1]
            p95 = times[int(0.95 * (len(times) - 1))]
            statuses = sorted({(line.status, line.code) for line in lines})
            said = ", ".join(f"{status} {code}".strip() for status, code in statuses)
            figures[f"answers, {name}"] = f"p50 {middle:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms: {said}"
    last = max((stop for _, _, _, stop in history.spans), default=0)
    served = [line.t_ns for line in history.of("probe", "up") if line.phase == "ok"]
    refused = [line.t_ns for line in history.of("probe", "up") if line.phase != "ok"]
    if served and last:
        figures["first served after it was back"] = f"{(min(served) - last) / 1e9:.1f} s"
        figures["last refused after it was back"] = f"{(max(refused) - last) / 1e9:.1f} s" if refused else "nobody"
    return figures


def run_alone(course: Course, folder: Path, command: Sequence[str] = COMMAND) -> Report:
    """On the embedded process, which is killed itself."""

    async def play() -> None:
        notes = Notes(folder)
        target = Embedded(folder, command)
        target.server.extra = SETTINGS
        await target.open()
        try:
            url = f"sqlite:///file:{target.server.data / 'quiz_service.db'}?mode=ro&uri=true"
            await prove(course, Ground(target, lambda: [target.base], url), notes, lambda *_: None)
        finally:
            await target.close()
            notes.close()

    asyncio.run(play())
    return check(RequestHistory.load(folder), course)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alone", action="store_true", required=True, help="the embedded process")
    parser.add_argument("--keyed", type=int, default=500)
    parser.add_argument("--reads", type=int, default=2_000)
    parser.add_argument("--seed", default="7")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="chaos-requests-"))
    course = Course(given.seed, given.keyed, given.reads, down_s=0, kills=[EMBEDDED] * 4)
    report = run_alone(course, folder)
    print(report.text(), flush=True)
    if report.passed:
        shutil.rmtree(folder)
    sys.exit(not report.passed)


if __name__ == "__main__":
    main()
