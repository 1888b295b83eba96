"""The proof of the proof: planted bugs are caught by the right invariant, clean runs raise no alarm.

Each run is one process with a small class, a few faults and less than a minute. `CHAOS=full` runs all bugs, twenty
clean runs and the forty games; without it a few of each kind are run.
"""

import os
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from tests.chaos.bugs import BUGS
from tests.chaos.course import Course, run
from tests.chaos.nemesis import EMBEDDED
from tests.chaos.server import COMMAND

pytestmark = pytest.mark.chaos

FULL = os.environ.get("CHAOS") == "full"
CHOSEN = BUGS if FULL else ("acknowledged_before_commit", "command_without_compare_and_set", "solution_leaks_early")
CLEAN_RUNS = 20 if FULL else 1
SHORT = Course(
    games=3,
    players=8,
    questions=4,
    seed="short",
    minutes=1.2,
    at_once=3,
    every_s=2.5,
    quiet_s=2.0,
    types=("single_choice", "typed", "multiple_choice", "number"),
    think_s=(0.05, 1.0),
    impatience=0.5,
    kicks=1.0,
)


@pytest.mark.parametrize("seed", range(CLEAN_RUNS))
def test_a_clean_run_raises_no_alarm(seed: int, tmp_path: Path) -> None:
    report = run(replace(SHORT, seed=f"clean-{seed}", minutes=3.0), hard=False, keep=tmp_path)
    assert report.passed, report.text()


@pytest.mark.parametrize("bug", CHOSEN)
def test_a_planted_bug_is_caught(bug: str, tmp_path: Path) -> None:
    planted = import_module(f"tests.chaos.bugs.{bug}")
    course = replace(
        SHORT,
        seed=f"bug-{bug}",
        command=(COMMAND[0], "-m", "tests.chaos.buggy_server", bug, "up"),
        faults=EMBEDDED if getattr(planted, "NEEDS_KILLS", False) else {"cut tabs": 1},
    )
    report = run(course, hard=False, keep=tmp_path)
    assert not report.crashes, report.text()
    assert report.found & planted.CAUGHT_BY, report.text()


@pytest.mark.skipif(not FULL, reason="takes eight minutes; `make chaos` runs it")
@pytest.mark.parametrize("part", range(2))
def test_forty_games_survive_kills(part: int, tmp_path: Path) -> None:
    course = Course(games=20, players=15, questions=8, seed=f"forty-{part}", minutes=8, at_once=7)
    report = run(course, keep=tmp_path)
    print(report.text())
    assert report.passed, report.text()
