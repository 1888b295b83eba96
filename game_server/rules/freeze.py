"""A quiz made ready for one game: options named and ordered at random, solutions apart, nothing left to change."""

import base64
import hashlib
from collections.abc import Iterator

from edkit.contracts.games import GameSettings
from edkit.contracts.questions import WITH_OPTIONS, Option, Question
from game_server.rules.entries import FrozenOption, FrozenQuestion, Key
from game_server.rules.refusal import Refusal


def freeze(
    questions: tuple[Question, ...], settings: GameSettings, seed: bytes
) -> tuple[FrozenQuestion, ...] | Refusal:
    """The questions as the game plays them. `seed` is 32 random bytes, used for this game only and kept nowhere.

    The ids and the order of options tell nothing about the solution. With `shuffle_options` all but true_false are
    shuffled; an `order` question always is, and never stands in its right order. Refuses a quiz that cannot be played.
    """
    faults = [fault for number, question in enumerate(questions, start=1) for fault in _faults(number, question)]
    if not questions:
        faults = ["It has no questions."]
    if len({question.id for question in questions}) < len(questions):
        faults.append("Two of its questions have the same id.")
    if faults:
        return Refusal("quiz_not_playable", "This quiz cannot be played yet. " + " ".join(faults[:5]))
    return tuple(_frozen(question, settings, seed) for question in questions)


def _faults(number: int, question: Question) -> Iterator[str]:
    right = sum(option.correct for option in question.options)
    if question.id is None:
        yield f"Question {number} has no id."
    if question.type in WITH_OPTIONS and len(question.options) < 2:
        yield f"Question {number} needs at least two options."
    elif question.type in ("single_choice", "true_false", "multiple_choice") and right == 0:
        yield f"Question {number} needs a right option."
    if question.type == "typed" and not question.accepted:
        yield f"Question {number} needs an accepted answer."
    if question.type == "number" and question.number is None:
        yield f"Question {number} needs its number."


def _frozen(question: Question, settings: GameSettings, seed: bytes) -> FrozenQuestion:
    options = question.options if question.type in WITH_OPTIONS else ()
    named = [(option, _name(seed, question, place)) for place, option in enumerate(options)]
    number = question.number
    shown = _shuffled(named, question, settings, seed)
    key = Key(
        option_ids=tuple(name for option, name in shown if option.correct and question.type != "order"),
        accepted=question.accepted if question.type == "typed" else (),
        number=None if number is None else number.answer,
        tolerance=0 if number is None else number.tolerance,
        proximity=number is not None and number.scoring == "proximity",
        order_ids=tuple(name for _, name in named) if question.type == "order" else (),
    )
    return FrozenQuestion(
        id=question.id or "",
        type=question.type,
        text=question.text,
        media=question.media,
        time_limit_ms=question.time_limit_s * 1000,
        points=question.points,
        options=tuple(FrozenOption(id=name, source_id=o.id, text=o.text, media=o.media) for o, name in shown),
        key=key if question.type != "poll" else Key(),
        explanation=question.explanation,
        topic=question.topic,
        min=None if number is None else number.min,
        max=None if number is None else number.max,
        step=None if number is None else number.step,
        unit=None if number is None else number.unit,
    )


def _shuffled(
    named: list[tuple[Option, str]], question: Question, settings: GameSettings, seed: bytes
) -> list[tuple[Option, str]]:
    if question.type != "order" and (not settings.shuffle_options or question.type == "true_false"):
        return named
    shown = sorted(named, key=lambda one: _draw(seed, "place", one[1]))
    return [*shown[1:], shown[0]] if question.type == "order" and shown == named else shown


def _name(seed: bytes, question: Question, place: int) -> str:
    return base64.b32encode(_draw(seed, "name", question.id, place)[:10]).decode().lower()


def _draw(seed: bytes, *purpose: object) -> bytes:
    """32 bytes that nobody can guess who does not know the seed; different for each purpose."""
    return hashlib.sha256(seed + repr(purpose).encode()).digest()
