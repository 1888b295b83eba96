"""Twenty updates of all game servers, one server after the other, while classes play."""

from dataclasses import replace
from pathlib import Path

from tests.chaos.course import Course
from tests.chaos.parts import games

ROLLOUTS = 20
MINUTES = 7.4
"""At most: games begin until the last update."""
SETTINGS = {"EDTECH_LEAVE_S": "1"}
"""As long as the balancer needs to notice, so that there is time for twenty."""


def course(seed: str, minutes: float) -> Course:
    """As the part `games`, without any other trouble."""
    least = {"term game_server": 3 * ROLLOUTS}
    common = games.course(seed, minutes)
    return replace(common, seed=f"rollout-{seed}", faults={}, rollouts=ROLLOUTS, calm_s=10, at_once=3, least=least)


def play(seed: str, minutes: float, keep: Path | None = None) -> bool:
    """Play, check, print."""
    return games.play_course(course(seed, minutes or MINUTES), keep, SETTINGS)
