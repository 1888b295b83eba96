"""A minute of what `make chaos PART=tasks` does at length: a few hundred tasks, a broker and two workers killed."""

from pathlib import Path

import pytest

from tests.chaos.tasks.driver import ALL, CALM, POISONED, Slice
from tests.chaos.tasks.run import Course, run

pytestmark = [pytest.mark.chaos, pytest.mark.mariadb, pytest.mark.rabbitmq]

SLICES = (
    Slice("control", 40, 20, CALM),
    Slice("poisons", 40, 20, POISONED, {"poison": 2}),
    Slice(
        "faults", 220, 20, ALL, {"die_before": 1, "die_after": 1, "poison": 2, "twice": 3},
        asks=1, stumbles=0.2, holds=0.05,
    ),
)  # fmt: skip
FAULTS = {"kill_broker": 1, "kill_worker": 2, "restart_database": 1}
COURSE = Course("distributed", SLICES, FAULTS, 2.0, tiers_ms=(200, 400, 800, 1_600))


def test_three_hundred_tasks_have_one_effect_each_though_broker_workers_and_database_die(tmp_path: Path) -> None:
    report = run(COURSE, tmp_path)
    assert report.passed, report.text()
