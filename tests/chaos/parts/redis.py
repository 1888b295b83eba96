"""Games while Redis dies ten times, stands still and forgets everything: slower, never wrong."""

from dataclasses import replace
from pathlib import Path

from tests.chaos.course import Course
from tests.chaos.nemesis import Faults
from tests.chaos.parts import games

FAULTS: Faults = {
    "lose redis": 5, "flush redis": 2, "freeze redis": 1, "cut redis": 1, "hold redis": 1, "kill game_server": 1,
}  # fmt: skip


def course(seed: str, minutes: float) -> Course:
    """As the part `games`, with other trouble, and a minute without any to compare with."""
    least = {"kill redis": 10, "flush redis": 2}
    common = games.course(seed, minutes)
    return replace(common, seed=f"redis-{seed}", faults=FAULTS, calm_s=60, every_s=3, least=least)


def play(seed: str, minutes: float, keep: Path | None = None) -> bool:
    """Play, check, print."""
    return games.play_course(course(seed, minutes or games.MINUTES), keep)
