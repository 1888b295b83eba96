"""A snapshot may be some seconds old."""

from typing import Any

from game_server.rooms import Room

CAUGHT_BY = {"A15"}


def plant() -> None:
    honest = Room.state_for
    cached: dict[tuple[str, str], tuple[float, Any]] = {}

    async def state_for(self: Room, player: Any) -> Any:
        key = (self.followed.game_id, "" if player is None else player.player_id)
        now = self._play.clock.monotonic()
        made_at, state = cached.get(key, (-10.0, None))
        if now - made_at > 3:
            state = await honest(self, player)
            cached[key] = (now, state)
        return state

    Room.state_for = state_for
