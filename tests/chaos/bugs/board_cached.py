"""The board is kept for a while by each server: who asks may get the one of two questions ago."""

from typing import Any

from game_server.rules import view

CAUGHT_BY = {"A9"}


def plant() -> None:
    honest = view._top
    cached: dict[str, tuple[int, Any]] = {}

    def top(game: Any, board: Any) -> Any:
        seq, rows = cached.get(game.game_id, (0, None))
        if rows is None or board.seq > seq + 3:
            rows = honest(game, board)
            cached[game.game_id] = (board.seq, rows)
        return rows

    view._top = top
