"""A host's click acts on the game as it is, not as the host saw it: a double click skips a question."""

from typing import Any

from game_server.play import Play

CAUGHT_BY = {"A13"}
COURSE = {"games": 6}
"""Many advances, of which some are double clicks."""


def plant() -> None:
    honest = Play.command

    async def command(self: Play, followed: Any, cmd: Any, **named: Any) -> Any:
        return await honest(self, followed, cmd.model_copy(update={"seq": None}), **named)

    Play.command = command
