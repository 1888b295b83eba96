"""The proof of the proof: planted bugs are caught by the right invariant, clean runs raise no alarm.

`CHAOS=full` runs all bugs and five clean runs; without it one of each.
"""

import os
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from tests.chaos.tasks.bugs import BUGS
from tests.chaos.tasks.driver import ALL, CALM, POISONED, Slice
from tests.chaos.tasks.run import Course, run

pytestmark = pytest.mark.chaos

FULL = os.environ.get("CHAOS") == "full"
CHOSEN = BUGS if FULL else ("effect_without_inbox",)
CLEAN_RUNS = 5 if FULL else 1
SLICES = (
    Slice("control", 30, 20, CALM),
    Slice("poisons", 40, 20, POISONED, {"poison": 2, "twice": 1}),
    Slice(
        "faults", 160, 25, ALL, {"die_before": 1, "die_after": 2, "die_often": int(FULL), "rollback": 5, "twice": 3},
        asks=2, stumbles=0.3, holds=0.05,
    ),
)  # fmt: skip
SHORT = Course("short", SLICES, {"kill_worker": 2}, 3.0, alone=True, tiers_ms=(200, 400, 800, 1_600))


@pytest.mark.parametrize("seed", range(CLEAN_RUNS))
def test_a_clean_run_raises_no_alarm(seed: int, tmp_path: Path) -> None:
    report = run(replace(SHORT, seed=f"clean-{seed}"), tmp_path)
    assert report.passed, report.text()


@pytest.mark.parametrize("bug", CHOSEN)
def test_a_planted_bug_is_caught(bug: str, tmp_path: Path) -> None:
    report = run(replace(SHORT, seed=bug, bug=bug, rest_within_s=8.0), tmp_path)
    assert not report.crashes, report.text()
    assert report.found & import_module(f"tests.chaos.tasks.bugs.{bug}").CAUGHT_BY, report.text()


if FULL:

    @pytest.mark.mariadb
    @pytest.mark.rabbitmq
    @pytest.mark.parametrize("bug", ["acknowledged_first", "failures_counted_on_delivery", "outbox_by_last_id"])
    def test_a_planted_bug_is_caught_on_a_broker(bug: str, tmp_path: Path) -> None:
        report = run(replace(SHORT, seed=bug, bug=bug, alone=False, rest_within_s=8.0), tmp_path)
        assert not report.crashes, report.text()
        assert report.found & import_module(f"tests.chaos.tasks.bugs.{bug}").CAUGHT_BY, report.text()
