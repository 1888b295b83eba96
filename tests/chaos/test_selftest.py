"""The proof of the proof: planted bugs are caught by the right invariant, clean runs raise no alarm.

Each run is one process with a small class, a few faults and less than a minute. `CHAOS_SEEDS` says how many clean runs.
"""

import os
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from tests.chaos.bugs import BUGS
from tests.chaos.nemesis import COMMAND
from tests.chaos.run import Course, run

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("heavy")]

QUESTIONS = ("single_choice", "typed", "multiple_choice", "number")
SHORT = Course(
    games=3,
    players=8,
    questions=4,
    seed="short",
    minutes=0.8,
    at_once=3,
    every_s=2.5,
    quiet_s=2.0,
    types=QUESTIONS,
    think_s=(0.05, 1.0),
    impatience=0.5,
)


def course(seed: str, *command: str) -> Course:
    return replace(SHORT, seed=seed, command=command or COMMAND)


@pytest.mark.parametrize("seed", range(int(os.environ.get("CHAOS_SEEDS", "2"))))
def test_a_clean_run_raises_no_alarm(seed: int, tmp_path: Path) -> None:
    report = run(course(f"clean-{seed}"), hard=False, keep=tmp_path)
    assert report.passed, report.text()


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught(bug: str, tmp_path: Path) -> None:
    planted = import_module(f"tests.chaos.bugs.{bug}")
    command = (COMMAND[0], "-m", "tests.chaos.buggy_server", bug, "up")
    report = run(course(f"bug-{bug}", *command), hard=False, keep=tmp_path)
    assert not report.crashes, report.text()
    assert report.found & planted.CAUGHT_BY, report.text()
