"""Each server believes its own clock."""

from game_server.gametime import GameTime

CAUGHT_BY = {"A8"}
SERVERS = 2
FAULTS = {"step game_server": 1}
COURSE = {"games": 6}
"""A question must be opened and answered by the very server whose clock is off."""


def plant() -> None:
    def now(self: GameTime) -> int:
        return self._clock.now()

    GameTime.now = now
