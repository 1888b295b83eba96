"""Strings that must not be seen before a question closes, and the quizzes that carry them.

A canary is `cnr<tag of the game>q<index of the question><k|a<number of the player>>x`: `k` marks the solution, `a<n>`
the words of player n. It survives folding of case, accents and punctuation. Number questions hide `481516<2 digits>`.
"""

import re
from collections.abc import Iterable
from typing import Any

CANARY = re.compile(r"cnr([0-9a-f]{8})q(\d+)(k|a\d+)x|48151(6\d\d)")

# Keys that name a solution. None may stand in a message to a player while a question is open.
SOLVING_KEYS = frozenset({"solution", "correct", "accepted", "explanation", "tolerance", "counts"})

# What a player may be told of an option.
OPTION_KEYS = frozenset({"id", "text", "media"})


def key(tag: str, index: int) -> str:
    """The canary in the solution of a question."""
    return f"cnr{tag}q{index}kx"


def words(tag: str, index: int, number: int) -> str:
    """What player `number` writes."""
    return f"cnr{tag}q{index}a{number}x"


def number(index: int) -> int:
    """The answer of a number question."""
    return 4815_1600 + index


def sighted(text: str) -> Iterable[tuple[str, int, str]]:
    """(tag, question index, `k` or `a<n>`) of every canary in some bytes; the tag of a number is empty."""
    for found in CANARY.finditer(text):
        if found[4]:
            yield "", int(found[4]) - 600, "k"
        else:
            yield found[1], int(found[2]), found[3]


def solving_keys(value: Any) -> set[str]:
    """Names in a message that would tell a solution, anywhere in it, and options that say more than they may."""
    if isinstance(value, list):
        return set().union(*map(solving_keys, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = SOLVING_KEYS & value.keys()
    for name, inner in value.items():
        if name == "options" and isinstance(inner, list):
            found |= {f"options.{extra}" for option in inner for extra in option.keys() - OPTION_KEYS}
        found |= solving_keys(inner)
    return found


def quiz(tag: str, types: Iterable[str], time_limit_s: int) -> dict[str, Any]:
    """A quiz whose solutions carry canaries; the first question is called `q0 ...` and so on."""
    return {
        "title": f"Chaos {tag}",
        "questions": [_question(tag, index, kind, time_limit_s) for index, kind in enumerate(types)],
    }


def _question(tag: str, index: int, kind: str, time_limit_s: int) -> dict[str, Any]:
    question: dict[str, Any] = {
        "type": kind,
        "text": f"q{index} of {kind}",
        "time_limit_s": time_limit_s,
        "points": 1000 if kind not in ("poll", "word_cloud", "open", "slide") else 0,
    }
    if kind != "slide":
        question["explanation"] = f"Because {key(tag, index)}"
    if kind == "true_false":
        question["options"] = [{"text": "True", "correct": True}, {"text": "False", "correct": False}]
    elif kind in ("single_choice", "multiple_choice", "poll", "order"):
        right = {"single_choice": {2}, "multiple_choice": {0, 2}}.get(kind, set())
        question["options"] = [{"text": f"option {n}", "correct": n in right} for n in range(4)]
    elif kind == "typed":
        question["accepted"] = [key(tag, index)]
    elif kind == "number":
        question["number"] = {"answer": number(index), "tolerance": 10_000, "scoring": "proximity"}
    return question
