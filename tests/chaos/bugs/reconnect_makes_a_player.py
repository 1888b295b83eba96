"""Whoever comes back is taken for somebody new."""

from typing import Any

from game_server.doors import Doors, Entered
from game_server.roster import Newcomer

CAUGHT_BY = {"A16", "A18"}


def plant() -> None:
    honest = Doors.resume_player

    async def resume_player(self: Doors, token: str) -> Any:
        entered = await honest(self, token)
        play, game = self._play, entered.followed.match.game
        new = play.ids.new()
        name = f"{entered.player.nickname[:12]} {new[-6:]}"
        newcomer = Newcomer(new, new, name, name, None, None, None, None)
        seat = await play.roster.join(game.game_id, game.seq, newcomer, play.time.now())
        return Entered(entered.followed, seat.player)

    Doors.resume_player = resume_player
