"""A server believes that it hears of everything: what was announced while Redis was away, its players never learn."""

from typing import Any

from game_server.follow import Follower
from game_server.server import GameServer

CAUGHT_BY = {"A11", "A12"}
SERVERS = 2
FAULTS = {"kill redis": 1}


def plant() -> None:
    async def nothing(self: Any) -> None:
        """Nobody looks."""

    GameServer._look_at_followed = nothing
    Follower._catch_up_missed = nothing
