"""Each server believes its own clock."""

from game_server.gametime import GameTime

CAUGHT_BY = {"A8"}
SERVERS = 2
FAULTS = {"step game_server": 1}


def plant() -> None:
    def now(self: GameTime) -> int:
        return self._clock.now()

    GameTime.now = now
