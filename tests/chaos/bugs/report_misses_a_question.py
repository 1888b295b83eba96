"""The report is made before the last question is counted."""

from dataclasses import replace
from typing import Any

from game_server.rules import report

CAUGHT_BY = {"A20"}


def plant() -> None:
    honest = report.players_of

    def players_of(game: Any, players: Any, rows: Any) -> Any:
        return honest(replace(game, closed=dict(list(game.closed.items())[:-1])), players, rows)

    report.players_of = players_of
