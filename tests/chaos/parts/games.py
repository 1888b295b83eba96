"""Games on a whole installation of which everything is killed, stopped, slowed and cut."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.course import Course, run
from tests.chaos.nemesis import SPREAD
from tests.chaos.spread import Spread

MINUTES = 6.5


def course(seed: str, minutes: float) -> Course:
    """As many games as two cores play in this time."""
    return Course(
        games=1000,
        players=15,
        questions=8,
        seed=f"games-{seed}",
        minutes=minutes,
        at_once=10,
        every_s=1.0,
        faults=SPREAD,
        time_limit_s=5,
        think_s=(0.05, 1.2),
        linger_s=45,
        polling=0.1,
        wait_s=(0.05, 0.2),
    )


def play(seed: str, minutes: float, keep: Path | None = None) -> bool:
    """Play, check, print."""
    return play_course(course(seed, minutes or MINUTES), keep)


def play_course(course: Course, keep: Path | None, settings: Mapping[str, str] = {}) -> bool:
    """Play on an installation of its own, check, print."""
    with tempfile.TemporaryDirectory(prefix="chaos-installation-", ignore_cleanup_errors=True) as folder:
        report = run(course, target=Spread(Path(folder), settings=settings), keep=keep)
        print(f"--- {course.seed}\n{report.text()}", flush=True)
        return report.passed
