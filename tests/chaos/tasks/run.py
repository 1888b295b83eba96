"""The proof of M1 to M6 with three small services.

python -m tests.chaos.tasks.run --operations 10000 --seed 7             # many processes, MariaDB, RabbitMQ
python -m tests.chaos.tasks.run --alone --operations 1000               # one process that is killed
python -m tests.chaos.tasks.run --check FOLDER                          # check a kept history again
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.checker import Report
from tests.chaos.invariants.messages import INVARIANTS, MAX_FAILURES, delays, p95
from tests.chaos.tasks import record
from tests.chaos.tasks.driver import ALL, CALM, POISONED, Driver, Slice
from tests.chaos.tasks.history import Notes, TaskHistory
from tests.chaos.tasks.nemesis import Faults, Nemesis
from tests.chaos.tasks.site import Alone, Spread

FULL_FAULTS: Faults = {
    "kill_broker": 3, "kill_worker": 10, "restart_database": 2, "kill_database": 1, "kill_ledger": 3, "kill_teller": 1,
    "freeze_worker": 2, "freeze_then_kill_worker": 2, "freeze_broker": 1, "cut": 2, "delay": 2, "silence": 1,
}  # fmt: skip
ALONE_FAULTS: Faults = {"kill_worker": 6, "freeze_worker": 1, "freeze_then_kill_worker": 2}


@dataclass(frozen=True)
class Course:
    """What a run is to be. The slices before the last one see no faults. Where nothing moves for `rest_within_s`,
    nothing is waited for any more."""

    seed: str
    slices: Sequence[Slice]
    faults: Mapping[str, int] = field(default_factory=dict)
    every_s: float = 5.0
    alone: bool = False
    bug: str = ""
    tiers_ms: Sequence[int] = (500, 1_000, 2_000, 4_000)
    rest_within_s: float = 75.0


def course(operations: int, seed: str, *, alone: bool = False, rate: float = 40.0) -> Course:
    """The whole proof: calm and poisoned slices in turns, then everything at once under faults."""
    calm = max(60, operations // 50)
    slices = [Slice("control", calm, rate / 2, CALM), Slice("poisons", calm, rate / 2, POISONED)] * 3
    faults = ALONE_FAULTS if alone else FULL_FAULTS
    rest = operations - 6 * calm
    sure = {"die_before": 3, "die_after": 5, "die_often": 1, "poison": 10}
    slices.append(Slice("faults", rest, rate, ALL, sure, asks=1, stumbles=0.1, holds=0.05))
    every = max(1.5, (rest / rate - 30) / sum(faults.values()) - (0 if alone else 2))
    return Course(seed, slices, faults, every, alone)


async def play(course: Course, folder: Path) -> TaskHistory:
    """Do it, wait until everything has come to rest, and read what is stored."""
    notes = Notes(folder)
    place = Alone if course.alone else Spread
    site: Alone | Spread = place(folder, notes, course.tiers_ms, course.bug)
    try:
        await site.open()
        await _play(course, site, notes)
        await _rest(site, notes, course)
        await asyncio.sleep(1.5)  # for what comes twice
        if course.alone:
            await site.close()
        dead = await site.dead_letters()
        notes.final(await asyncio.to_thread(record.read, site, dead))
    finally:
        await site.close()
        notes.close()
    return TaskHistory.load(folder)


async def _play(course: Course, site: Alone | Spread, notes: Notes) -> None:
    async with Driver(site, notes, course.seed) as driver:
        for part in course.slices[:-1]:
            await driver.run(part)
            await driver.ended()
        nemesis = Nemesis(site, notes, course.faults, course.seed, course.every_s)
        rage = asyncio.create_task(nemesis.rage())
        await driver.run(course.slices[-1])
        await rage
        await site.everybody_ready()
        await driver.ended()


async def _rest(site: Alone | Spread, notes: Notes, course: Course) -> None:
    """Until nothing is on its way: every message had its effect, every poison is dead; or until nothing moves."""
    poisons, before, moved = _poisons(notes.folder), (-1, -1), time.monotonic()
    while True:
        now = (await asyncio.to_thread(record.unrest, site, poisons), _failures(notes.folder))
        if now != before:
            before, moved = now, time.monotonic()
        still_s = time.monotonic() - moved
        if still_s > (course.rest_within_s if now[0] else max(course.tiers_ms) / 1000 + 2):
            return
        await asyncio.sleep(0.5)


def _poisons(folder: Path) -> int:
    """How many poisons the ledger has taken."""
    lines = (folder / "asked.jsonl").read_text(encoding="utf-8").splitlines()
    return len({line.split('"op":"', 1)[1].split('"', 1)[0] for line in lines if '"plan":"poison"' in line})


def _failures(folder: Path) -> int:
    return sum(path.read_text(encoding="utf-8").count('"phase":"fail"') for path in (folder / "work").glob("*.jsonl"))


def check(history: TaskHistory, course: Course | None = None) -> Report:
    """Every invariant, and whether it was hard enough."""
    violations = {name: list(invariant(history)) for name, invariant in INVARIANTS.items()}
    counts = _counts(history)
    easy = [] if course is None or course.bug else _too_easy(history, course, counts)
    return Report(violations, history.crashes, easy, counts, _figures(history))


def _counts(history: TaskHistory) -> dict[str, int]:
    plans = Counter(history.plans.values())
    faults = Counter(f"fault {fault} {target.rstrip('-0123456789')}" for fault, target, _, _ in history.spans)
    again = sum(
        sum(line.phase == "begin" for line in lines) - sum(line.phase == "fail" for line in lines) > 1
        for lines in history.by_message.values()
    )
    return {
        "operations": len(history.plans),
        **{f"planned {plan}": count for plan, count in sorted(plans.items())},
        "messages": len(history.stored.ledger_outbox) + len(history.stored.worker_outbox),
        "effects": len(history.stored.effects) + len(history.stored.heard),
        "messages delivered again": again,
        "deaths over a message": sum(line.phase == "dies" for line in history.handled),
        "requests unknown for a while": sum(line.phase == "info" for line in history.asked),
        "asks cancelled": sum(line.phase == "cancelled" for line in history.asked),
        "dead letters": len(history.stored.dead),
        "dead letters after exactly five failures": sum(
            sum(line.phase == "fail" for line in history.by_message.get(letter["id"], ())) == MAX_FAILURES
            for letter in history.stored.dead
        ),
        "faults": len(history.spans),
        **dict(sorted(faults.items())),
    }


def _figures(history: TaskHistory) -> dict[str, str]:
    figures = {}
    for name in ("control", "poisons", "faults"):
        if values := delays(history, name):
            median = sorted(values)[len(values) // 2]
            figures[f"asked to effect, {name}"] = (
                f"p50 {median * 1000:.0f} ms, p95 {p95(values) * 1000:.0f} ms, most {max(values):.1f} s, {len(values)}"
            )
    return figures


def _too_easy(history: TaskHistory, course: Course, counts: Mapping[str, int]) -> list[str]:
    reasons = []
    if counts["faults"] < sum(course.faults.values()):
        reasons.append(f"{counts['faults']} faults of {sum(course.faults.values())} planned")
    wanted = sum(part.operations for part in course.slices)
    if counts["operations"] < wanted:
        reasons.append(f"{counts['operations']} operations of {wanted}")
    if course.faults and not counts["messages delivered again"]:
        reasons.append("no message was ever delivered again")
    if counts["dead letters after exactly five failures"] * 2 < counts["dead letters"]:
        reasons.append("most poisons met a fault")
    for where in ("before the commit", "after the commit"):
        if course.faults and not any(line.where == where for line in history.handled):
            reasons.append(f"nobody died {where}")
    return reasons


def run(course: Course, keep: Path | None = None) -> Report:
    """Play and check. The history stays in `keep`, or where it was written if the run did not pass."""
    folder = keep or Path(tempfile.mkdtemp(prefix="chaos-tasks-"))
    report = check(asyncio.run(play(course, folder)), course)
    if report.passed and keep is None:
        shutil.rmtree(folder)
    elif not report.passed:
        print(f"the history lies in {folder}", file=sys.stderr)
    return report


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=40.0, help="operations a second while there are faults")
    parser.add_argument("--seed", default="7")
    parser.add_argument("--alone", action="store_true", help="one process over the memory bus and SQLite")
    parser.add_argument("--keep", type=Path, help="folder for the history")
    parser.add_argument("--check", type=Path, help="check this folder instead of playing")
    given = parser.parse_args()
    if given.check:
        report = check(TaskHistory.load(given.check))
    else:
        report = run(course(given.operations, given.seed, alone=given.alone, rate=given.rate), given.keep)
    print(report.text(), flush=True)
    sys.exit(not report.passed)


if __name__ == "__main__":
    main()
