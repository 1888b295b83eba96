"""Quizzes with canaries in their solutions, and answers to them."""

from typing import Any

from tests.chaos import canary


def quiz_of(*types: str, tag: str = "5ca1ab1e", time_limit_s: int = 20) -> dict[str, Any]:
    """One question of each type, canaries in the solutions."""
    return canary.quiz(tag, types, time_limit_s)


def option(question: dict[str, Any], text: str) -> str:
    return next(str(one["id"]) for one in question["options"] if one["text"] == text)


def right_answer(question: dict[str, Any], tag: str = "5ca1ab1e") -> dict[str, Any]:
    """What is right; for types without a right answer, something."""
    index = question["index"]
    match question["type"]:
        case "single_choice" | "poll":
            return {"option_ids": [option(question, "option 2")]}
        case "true_false":
            return {"option_ids": [option(question, "True")]}
        case "multiple_choice":
            return {"option_ids": [option(question, "option 0"), option(question, "option 2")]}
        case "order":
            return {"option_ids": [option(question, f"option {n}") for n in range(4)]}
        case "number":
            return {"number": canary.number(index)}
        case "typed":
            return {"text": canary.key(tag, index)}
        case _:
            return {"text": canary.words(tag, index, 0)}


def wrong_answer(question: dict[str, Any], number: int, tag: str = "5ca1ab1e") -> dict[str, Any]:
    """What is wrong, and says who wrote it."""
    match question["type"]:
        case "single_choice" | "poll" | "multiple_choice":
            return {"option_ids": [option(question, "option 1")]}
        case "true_false":
            return {"option_ids": [option(question, "False")]}
        case "order":
            return {"option_ids": [option(question, f"option {n}") for n in (1, 0, 2, 3)]}
        case "number":
            return {"number": 7}
        case _:
            return {"text": canary.words(tag, question["index"], number)}
