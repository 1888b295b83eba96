"""Two minutes of what `make chaos` does at length: games on a small installation of which everything is killed."""

from pathlib import Path

import pytest

from tests.chaos.course import Course, run
from tests.chaos.spread import Spread

pytestmark = [pytest.mark.chaos, pytest.mark.mariadb, pytest.mark.rabbitmq, pytest.mark.redis]

REPLICAS = {"gateway": 2, "quiz_service": 1, "game_server": 2}
COURSE = Course(
    games=30,
    players=8,
    questions=4,
    seed="distributed",
    minutes=1.2,
    at_once=3,
    every_s=2.5,
    faults={
        "kill game_server": 3, "stop_then_kill game_server": 1, "kill gateway": 1, "kill redis": 1, "kill broker": 1,
        "kill database": 1, "cut tabs": 1, "delay clients": 1,
    },
    types=("single_choice", "typed", "multiple_choice", "number"),
    polling=0.2,
)  # fmt: skip


def test_promises_hold_while_processes_and_servers_are_killed(tmp_path: Path) -> None:
    report = run(COURSE, hard=False, keep=tmp_path / "history", target=Spread(tmp_path / "installation", REPLICAS))
    assert report.passed, report.text()
    assert report.counts["games"] >= 2, report.text()
    assert report.counts["kills"] >= 4, report.text()
    assert report.counts["faults inside an open question"] >= 1, report.text()
