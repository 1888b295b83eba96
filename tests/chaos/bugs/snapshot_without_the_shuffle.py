"""A snapshot shows the options as the teacher wrote them, an event in the order of the game."""

from typing import Any

from game_server.rules import view

CAUGHT_BY = {"A10"}


def plant() -> None:
    honest = view._state

    def state(*given: Any) -> dict[str, Any]:
        told = honest(*given)
        question = told["question"]
        if question is not None and question.options:
            ordered = tuple(sorted(question.options, key=lambda option: option.text))
            told["question"] = question.model_copy(update={"options": ordered})
        return told

    view._state = state
