"""A new key for a closed question. The answers stay as they were given; only their judgement changes."""

from edkit.contracts import games as wire
from edkit.contracts.questions import SCORED
from game_server.rules.entries import FrozenQuestion, Key
from game_server.rules.refusal import Refusal


def new_key(question: FrozenQuestion, key: Key, command: wire.RegradeQuestion) -> Key | Refusal:
    """The key that the command puts in the place of `key`. A new solution takes a voided question back into the scores.

    A question of one choice may get several right options: any of them is then right.
    """
    given = (command.correct_option_ids, command.accepted, command.number, command.order_ids, command.void)
    if sum(value is not None for value in given) != 1:
        return Refusal("invalid", "Send exactly one of correct_option_ids, accepted, number, order_ids and void.")
    if question.type not in SCORED:
        return Refusal("not_gradable", "This question has no right answer, so there is nothing to regrade.")
    if command.void is not None:
        return key.model_copy(update={"void": command.void})
    changed = _solution(question, command)
    return changed if isinstance(changed, Refusal) else key.model_copy(update={**changed, "void": False})


def _solution(question: FrozenQuestion, command: wire.RegradeQuestion) -> dict[str, object] | Refusal:
    known = {option.id for option in question.options}
    match question.type:
        case "typed" if command.accepted is not None:
            return {"accepted": command.accepted}
        case "number" if command.number is not None:
            return {"number": command.number}
        case "order" if command.order_ids is not None:
            whole = set(command.order_ids) == known and len(command.order_ids) == len(known)
            return {"order_ids": command.order_ids} if whole else _wrong("order_ids must name every option once.")
        case "single_choice" | "true_false" | "multiple_choice" if command.correct_option_ids is not None:
            ids = tuple(dict.fromkeys(command.correct_option_ids))
            if not known.issuperset(ids):
                return _wrong("correct_option_ids must be options of this question.")
            return {"option_ids": tuple(option.id for option in question.options if option.id in ids)}
        case _:
            return _wrong(f"A {question.type} question takes another field.")


def _wrong(message: str) -> Refusal:
    return Refusal("invalid", message)
