"""Players are sent the solution together with the question."""

from typing import Any

from game_server.rules import view

CAUGHT_BY = {"A14"}


def plant() -> None:
    honest = view._opened

    def opened(viewer: Any, game: Any, *rest: Any) -> Any:
        told = honest(viewer, game, *rest)
        return told.model_copy(update={"solution": view.solution_of(game.keys[told.question.id])})

    view._opened = opened
