"""Half a minute of what `make chaos PART=jobs` does at length, and the proof of the proof: planted bugs are caught.

`CHAOS=full` plants every bug; without it the one that makes leases worthless.
"""

import os
from importlib import import_module
from pathlib import Path

import pytest

from tests.chaos.jobs.bugs import BUGS
from tests.chaos.jobs.run import Course, Strike, alone, run

pytestmark = pytest.mark.chaos

CHOSEN = BUGS if os.environ.get("CHAOS") == "full" else ("lease_without_fencing",)


def test_one_quiz_and_one_notification_though_the_process_is_killed_at_every_step(tmp_path: Path) -> None:
    report = run(alone("short", ("kill",)), tmp_path)
    assert report.passed, report.text()


@pytest.mark.parametrize("bug", CHOSEN)
def test_a_planted_bug_is_caught(bug: str, tmp_path: Path) -> None:
    planted = import_module(f"tests.chaos.jobs.bugs.{bug}")
    strikes = [Strike("all", how, (point,)) for how, point in planted.STRIKES]
    report = run(Course(bug, strikes, bug=bug, teachers=1), tmp_path)
    assert not report.too_easy, report.text()
    assert report.found.keys() & planted.CAUGHT_BY, report.text()
