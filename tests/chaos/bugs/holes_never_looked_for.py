"""A server believes that it hears of everything: what was announced while Redis was away, its players never learn, not
even when they ask or come back.

Redis loses one announcement in four besides, as it may.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

from edkit.contracts import games as wire
from edkit.sockets import Socket
from game_server.doors import Doors
from game_server.follow import Followed, Follower
from game_server.log import Stored
from game_server.server import GameServer
from game_server.sockets import Games, Session

CAUGHT_BY = {"A11", "A12"}
SERVERS = 2
FAULTS = {"kill redis": 1}
COURSE = {"games": 4, "think_s": (0.5, 3.0), "impatience": 0.0, "every_s": 7.0, "minutes": 0.6, "linger_s": 12.0}
"""Long enough games, and between two faults, to see who has not been told; and games that hang are not waited for."""


def plant() -> None:
    take, heard, numbers = Follower.take, Follower._heard, count(1)

    def hear_most(self: Follower, game_id: str, message: bytes | None) -> None:
        if message is None or b'"seq"' not in message or next(numbers) % 4:
            heard(self, game_id, message)

    async def nothing(self: Any) -> None:
        """Nobody looks."""

    async def take_next(self: Follower, followed: Followed, stored: Sequence[Stored]) -> None:
        """What does not follow on what is known here waits for what was missed."""
        if stored[0].seq <= followed.match.game.seq + 1:
            await take(self, followed, stored)

    async def as_known(self: Doors, game_id: str) -> Followed:
        """Who comes back is told what is known here."""
        return await self._play.follower.get(game_id)

    async def say_what_is_known(self: Games, socket: Socket, session: Session, cmd: wire.SyncGame) -> wire.Done:
        """And so is who asks."""
        assert session.room is not None
        return wire.GameSynced(state=await session.room.state_for(session.player))

    async def look_at_own(self: GameServer) -> None:
        """Only at games whose host is here: of the others one hears."""
        for room in self.rooms.all():
            if room.audience.hosts and room.due_at and room.due_at <= self.play.time.now():
                self.play.look_soon(room.followed.game_id)

    GameServer._look_at_followed = nothing
    GameServer._look_at_due = look_at_own
    Follower._catch_up_missed = nothing
    Doors._fresh, Games._sync = as_known, say_what_is_known
    Follower.take, Follower._heard = take_next, hear_most
