"""A server believes that it hears of everything: what was announced while Redis was away, its players never learn.

Redis loses one announcement in six besides, as it may.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

from game_server.follow import Followed, Follower
from game_server.log import Stored
from game_server.server import GameServer

CAUGHT_BY = {"A11", "A12"}
SERVERS = 2
FAULTS = {"kill redis": 1}
COURSE = {"impatience": 0.0, "every_s": 6.5, "time_limit_s": 6}
"""Whoever comes back has the server read what it missed: between two faults there is time to see who does not."""


def plant() -> None:
    take, heard, numbers = Follower.take, Follower._heard, count(1)

    def hear_most(self: Follower, game_id: str, message: bytes | None) -> None:
        if message is None or b'"seq"' not in message or next(numbers) % 6:
            heard(self, game_id, message)

    async def nothing(self: Any) -> None:
        """Nobody looks."""

    async def take_next(self: Follower, followed: Followed, stored: Sequence[Stored]) -> None:
        """What does not follow on what is known here waits for what was missed."""
        if stored[0].seq <= followed.match.game.seq + 1:
            await take(self, followed, stored)

    async def look_at_own(self: GameServer) -> None:
        """Only at games whose host is here: of the others one hears."""
        for room in self.rooms.all():
            if room.audience.hosts and room.due_at and room.due_at <= self.play.time.now():
                self.play.look_soon(room.followed.game_id)

    GameServer._look_at_followed = nothing
    GameServer._look_at_due = look_at_own
    Follower._catch_up_missed = nothing
    Follower.take, Follower._heard = take_next, hear_most
