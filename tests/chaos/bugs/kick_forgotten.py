"""A kick ends the connection, and that is all: the token still opens the game, and answers are taken."""

from typing import Any

from game_server import log
from game_server.rules import entries, game

CAUGHT_BY = {"A17"}


def plant() -> None:
    honest_apply, honest_rows = game._apply, log._keep_rows_in_step

    def apply(before: game.Game, entry: Any) -> game.Game:
        return before if isinstance(entry, entries.PlayerKicked) else honest_apply(before, entry)

    async def rows(session: Any, before: Any, after: Any, stored: Any) -> None:
        if not isinstance(stored.entry, entries.PlayerKicked):
            await honest_rows(session, before, after, stored)

    game._apply, log._keep_rows_in_step = apply, rows
