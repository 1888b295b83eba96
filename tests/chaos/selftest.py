"""The checker is checked by playing: planted bugs must be caught, clean runs must raise no alarm.

A case is `clean N`, `bug NAME` (in one process) or `apart NAME` (in a small installation with two game servers, for
bugs that show between servers or need Redis).

    python -m tests.chaos.selftest "bug board_cached" "clean 3"
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.chaos.bugs import BUGS
from tests.chaos.checker import Report, check
from tests.chaos.course import Course, play, play_on
from tests.chaos.history import History, Recorder
from tests.chaos.nemesis import EMBEDDED
from tests.chaos.server import COMMAND
from tests.chaos.spread import Spread

SHORT = Course(
    games=2,
    players=6,
    questions=4,
    seed="short",
    minutes=1.2,
    at_once=2,
    every_s=2.5,
    quiet_s=2.0,
    types=("single_choice", "typed", "multiple_choice", "number"),
    think_s=(0.05, 1.0),
    impatience=0.5,
    kicks=1.0,
    time_limit_s=3,
)
SMALL = {"gateway": 1, "quiz_service": 1, "game_server": 2}
BETWEEN_SERVERS = (
    "board_cached", "broadcast_without_a_room", "command_without_compare_and_set", "snapshot_without_the_shuffle",
)  # fmt: skip
"""Bugs of one process that are looked for between two."""
CLEAN_RUNS = 20
TRIES = 2
"""A bug shows where two things meet in time: what one short run did not meet, a second one looks for."""


def cases() -> list[str]:
    """All of them."""
    alone = [bug for bug in BUGS if not needs_servers(bug) and bug not in BETWEEN_SERVERS]
    apart = [bug for bug in BUGS if needs_servers(bug)]
    return [
        *(f"apart {bug}" for bug in ("", *apart, *BETWEEN_SERVERS)),
        *(f"bug {bug}" for bug in alone),
        *(f"clean {number}" for number in range(CLEAN_RUNS)),
    ]


def bug_of(name: str) -> ModuleType:
    """The module of a planted bug."""
    return import_module(f"tests.chaos.bugs.{name}")


def needs_servers(name: str) -> bool:
    """Whether this bug cannot show in one process."""
    return bool(getattr(bug_of(name), "SERVERS", 0))


def course_of(name: str) -> dict[str, Any]:
    """What the games are to be like for this bug to have its moments, whatever the speed of the machine."""
    return getattr(bug_of(name), "COURSE", {})


async def embedded(case: str, folder: Path, turn: int) -> Report:
    """Play a case of one process and check it."""
    kind, _, name = case.partition(" ")
    course = replace(SHORT, seed=f"{kind}-{name}-{turn}", minutes=3.0, every_s=8.0)
    if kind == "bug":
        faults = EMBEDDED if getattr(bug_of(name), "NEEDS_KILLS", False) else {"cut tabs": 1}
        command = (COMMAND[0], "-m", "tests.chaos.buggy_server", name, "up")
        course = replace(course, minutes=1.2, every_s=2.5, command=command, faults=faults)
        course = replace(course, **course_of(name))
    return check(await play(course, folder.with_name(f"{folder.name}-{turn}")), hard=False)


class Apart:
    """One small installation for all cases with two servers: only its game servers change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.target = Spread(folder / "installation", SMALL)
        self._open = False

    async def play(self, bug: str, turn: int) -> Report:
        """Play with this bug, or without any, and check."""
        servers = self.target.installation.of("game_server")
        for replica in servers:
            buggy = (sys.executable, "-m", "tests.chaos.buggy_server", bug, "up") if bug else (*COMMAND,)
            replica._command = buggy
            if self._open:
                await self.target.kill(replica.name)
                replica.launch()
        if not self._open:
            self._open = True
            await self.target.open()
        await asyncio.gather(*(self.target.start(replica.name) for replica in servers))
        faults = getattr(bug_of(bug), "FAULTS", {"cut tabs": 1}) if bug else {"kill game_server": 1, "kill redis": 1}
        course = replace(SHORT, seed=f"apart-{bug or 'clean'}-{turn}", faults=faults, every_s=1.5)
        if bug:
            course = replace(course, **course_of(bug))
        folder = self.folder / f"{bug or 'clean'}-{turn}"
        recorder = Recorder(folder, course.seed)
        try:
            await play_on(course, self.target, recorder)
        finally:
            recorder.close()
        return check(await asyncio.to_thread(History.load, folder), hard=False)

    async def close(self) -> None:
        """End the installation."""
        if self._open:
            await self.target.close()


def verdict(case: str, report: Report) -> str:
    """Empty if the case came out as it should, else why not."""
    kind, _, name = case.partition(" ")
    if report.crashes:
        return f"the harness crashed: {report.crashes[0][:300]}"
    if kind == "clean" or not name:
        return "" if report.passed else f"an alarm: {report.text()}"
    wanted = bug_of(name).CAUGHT_BY
    return "" if report.found & wanted else f"not caught by {sorted(wanted)}, but by {sorted(report.found)}"


async def _apart(cases: Sequence[str], folder: Path) -> list[str]:
    apart = Apart(folder)
    try:
        return [await _come_out(case, partial(apart.play, case.partition(" ")[2])) for case in cases]
    finally:
        await apart.close()


async def _alone(cases: Sequence[str], folder: Path) -> list[str]:
    return [await _come_out(case, partial(embedded, case, folder / f"{place}")) for place, case in enumerate(cases)]


async def _come_out(case: str, play: Callable[[int], Awaitable[Report]]) -> str:
    """The verdict of a case, which is printed. A clean run is played once: one that raises an alarm has failed."""
    fault = ""
    for turn in range(1 if case.startswith("clean") or case == "apart " else TRIES):
        if not (fault := verdict(case, await play(turn))):
            break
    print(f"{'FAILED' if fault else 'ok':6} {case}{': ' if fault else ''}{fault}", flush=True)
    return fault


def come_out(cases: Sequence[str]) -> bool:
    """Play cases of one kind, one after the other, a line each; whether all came out as they should."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-selftest-"))
    faults = asyncio.run((_apart if cases[0].startswith("apart") else _alone)(cases, folder))
    if any(faults):
        print(f"the histories lie in {folder}", flush=True)
    else:
        shutil.rmtree(folder)
    return not any(faults)


def main() -> None:
    """Play the cases named; the exit code is 1 if one did not come out as it should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="+")
    given = parser.parse_args().cases
    apart = [case for case in given if case.startswith("apart")]
    alone = [case for case in given if case not in apart]
    came_out = [come_out(group) for group in (apart, alone) if group]
    sys.exit(0 if all(came_out) else 1)


if __name__ == "__main__":
    main()
