"""Planted bugs between HTTP and a service are caught; a clean run raises no alarm. One process each, killed once."""

import os
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.chaos.calls.bugs import BUGS
from tests.chaos.calls.run import Course, run_alone
from tests.chaos.target import EMBEDDED

pytestmark = pytest.mark.chaos

FULL = os.environ.get("CHAOS") == "full"
CHOSEN = BUGS if FULL else ("key_without_body",)


def short(seed: str) -> Course:
    return Course(seed, keyed=150, reads=300, control_s=1, down_s=0, up_s=0, kills=[EMBEDDED])


def test_a_clean_run_raises_no_alarm(tmp_path: Path) -> None:
    report = run_alone(short("clean"), tmp_path)
    assert report.passed, report.text()


@pytest.mark.parametrize("bug", CHOSEN)
def test_a_planted_bug_is_caught(bug: str, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tests.chaos.calls.buggy_server", bug, "up")
    report = run_alone(short(bug.replace("_", "-")), tmp_path, command)
    assert not report.crashes, report.text()
    assert report.found & import_module(f"tests.chaos.calls.bugs.{bug}").CAUGHT_BY, report.text()
