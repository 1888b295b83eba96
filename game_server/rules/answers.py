"""Answers: does a submission fit its question, what is its share of the points, what receipt does it get."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from edkit.contracts import games as wire
from game_server.rules.entries import FrozenQuestion, Key
from game_server.rules.game import Game
from game_server.rules.refusal import Refusal
from game_server.rules.rows import AnswerRow, Choice
from game_server.rules.text import fold_answer, tidy

LONGEST = {"typed": 200, "word_cloud": 60, "open": 500}
"""Characters a text may have."""

MOST_COUNTED = 100
"""Different texts in one `counts`."""

ONE, NONE = Fraction(1), Fraction(0)


def read_choice(question: FrozenQuestion, submission: wire.SubmitAnswer) -> Choice | None:
    """The choice, if it is an answer that this question takes; none if it is not. A slide takes no answer."""
    given = [value for value in (submission.option_ids, submission.text, submission.number) if value is not None]
    if len(given) != 1:
        return None
    if submission.option_ids is not None:
        return _options(question, submission.option_ids)
    if submission.text is not None:
        return _text(question, submission.text)
    return _number(question, submission.number)


def _options(question: FrozenQuestion, ids: tuple[str, ...]) -> Choice | None:
    known = {option.id for option in question.options}
    if not ids or len(set(ids)) != len(ids) or not known.issuperset(ids):
        return None
    match question.type:
        case "single_choice" | "true_false" | "poll":
            fits = len(ids) == 1
        case "order":
            fits = len(ids) == len(known)
        case _:
            fits = question.type == "multiple_choice"
    return Choice(option_ids=ids) if fits else None


def _text(question: FrozenQuestion, text: str) -> Choice | None:
    shown = tidy(text)
    fits = 0 < len(shown) <= LONGEST.get(question.type, 0)
    return Choice(text=shown) if fits else None


def _number(question: FrozenQuestion, number: float | None) -> Choice | None:
    if question.type != "number" or number is None:
        return None
    too_small = question.min is not None and number < question.min
    too_large = question.max is not None and number > question.max
    return None if too_small or too_large else Choice(number=number + 0.0)  # -0.0 becomes 0.0


def share(question: FrozenQuestion, key: Key, choice: Choice) -> Fraction:
    """The share of the points that the choice has earned under this key: 0 to 1, exact. 0 for types without a key."""
    match question.type:
        case "single_choice" | "true_false":
            return ONE if choice.option_ids is not None and choice.option_ids[0] in key.option_ids else NONE
        case "multiple_choice":
            return _several(key, choice)
        case "typed":
            return ONE if choice.text is not None and fold_answer(choice.text) in _folded(key.accepted) else NONE
        case "number":
            return _near(key, choice)
        case "order":
            return ONE if choice.option_ids == key.order_ids else NONE
        case _:
            return NONE


@lru_cache(maxsize=256)
def _folded(accepted: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold_answer(text) for text in accepted)


def _several(key: Key, choice: Choice) -> Fraction:
    chosen, correct = set(choice.option_ids or ()), set(key.option_ids)
    right = len(chosen & correct)
    return Fraction(max(0, 2 * right - len(chosen)), len(correct)) if correct else NONE


def _near(key: Key, choice: Choice) -> Fraction:
    if key.number is None or choice.number is None:
        return NONE
    off, tolerance = abs(exact(choice.number) - exact(key.number)), exact(key.tolerance)
    if not key.proximity:
        return ONE if off <= tolerance else NONE
    if tolerance == 0:
        return ONE if off == 0 else NONE
    return max(NONE, 1 - off / tolerance)


def exact(number: float) -> Fraction:
    """The number as people wrote it: 0.1 is one tenth, not the nearest binary fraction."""
    return Fraction(repr(number))


def counts(question: FrozenQuestion, choices: Iterable[Choice]) -> wire.Counts:
    """How often each answer was given, whatever the key in force says. See `wire.Counts`."""
    if question.options:
        return _option_counts(question, choices)
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for choice in choices:
        text = choice.text if choice.text is not None else f"{choice.number or 0:.15g}"
        spellings[fold_answer(text)][text] += 1
    texts = [
        wire.TextCount(text=min(spelt, key=lambda text: (-spelt[text], text)), n=spelt.total())
        for spelt in spellings.values()
    ]
    return tuple(sorted(texts, key=lambda count: (-count.n, count.text))[:MOST_COUNTED])


def _option_counts(question: FrozenQuestion, choices: Iterable[Choice]) -> dict[str, int]:
    found = {option.id: 0 for option in question.options}
    for choice in choices:
        for place, option_id in enumerate(choice.option_ids or ()):
            if question.type != "order" or question.key.order_ids[place] == option_id:
                found[option_id] += 1
    return found


def receive(
    game: Game, player_id: str, submission: wire.SubmitAnswer, received_at: int, credit_ms: int
) -> AnswerRow | wire.Receipt | Refusal:
    """The row to store, or what to say instead, for a player who has no stored answer to this question.

    `received_at` is when the server got the submission. Storage checks once more, in the statement that inserts, that
    the question is open, ungated, not paused and the player not kicked; if not, ask again with the game as it is then.
    """
    if player_id in game.kicked:
        return Refusal("kicked", "The host has removed you from this game.")
    question = game.question(submission.question_id)
    if question is None:
        return _receipt(game, submission, "invalid", 0)
    if question.id in game.closed or game.phase == "ended":
        return _receipt(game, submission, "closed", 0)
    shown = game.shown
    if shown is None or shown.question_id != question.id:
        return _receipt(game, submission, "early", 0)
    if game.paused or shown.opens_at <= received_at < shown.since:
        return Refusal("paused", "The host has paused the game. Your answer is sent again when it goes on.")
    received_ms = max(0, received_at - shown.opens_at)
    if received_at < shown.opens_at:
        return _receipt(game, submission, "early", 0)
    if received_at > shown.deadline(player_id):
        return _receipt(game, submission, "late", received_ms)
    choice = read_choice(question, submission)
    if choice is None:
        return _receipt(game, submission, "invalid", received_ms)
    return AnswerRow(
        question_id=question.id,
        player_id=player_id,
        answer_id=submission.answer_id,
        choice=choice,
        seq=game.seq,
        received_at=received_at,
        received_ms=received_ms,
        credit_ms=credit_ms,
    )


def _receipt(game: Game, sent: wire.SubmitAnswer, status: wire.ReceiptStatus, received_ms: int) -> wire.Receipt:
    return wire.Receipt(
        answer_id=sent.answer_id, question_id=sent.question_id, status=status, seq=game.seq, received_ms=received_ms
    )


def receipt_of(row: AnswerRow) -> wire.Receipt:
    """The receipt of a stored answer: the same at any time."""
    return wire.Receipt(
        answer_id=row.answer_id,
        question_id=row.question_id,
        status="accepted",
        seq=row.seq,
        received_ms=row.received_ms,
    )


def duplicate(row: AnswerRow, answer_id: str) -> wire.Receipt:
    """The receipt of `answer_id` while `row`, another answer of this player, stands."""
    return wire.Receipt(
        answer_id=answer_id,
        question_id=row.question_id,
        status="duplicate",
        seq=row.seq,
        received_ms=row.received_ms,
    )


def own_answer(row: AnswerRow) -> wire.OwnAnswer:
    """The stored answer as its player sees it again."""
    choice = row.choice
    return wire.OwnAnswer(
        **receipt_of(row).model_dump(), option_ids=choice.option_ids, text=choice.text, number=choice.number
    )
