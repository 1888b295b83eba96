"""M6 over HTTP: one effect of each key, one answer to it, in time, and to the one who asked."""

from collections.abc import Callable, Iterable, Iterator

from tests.chaos.calls.history import RequestHistory
from tests.chaos.history import Violation

DEADLINE_S = 5.0
ON_THE_WAY_S = 1.0
"""What a request may take beside its deadline: two cores carry everything, the one who measures included."""
HEALS_WITHIN_NS = 30_000_000_000
AWAY = (502, 503, 504)


def one_effect(history: RequestHistory) -> Iterator[Violation]:
    """Every quiz that was asked for is there once, and was acknowledged in the end."""
    for mark, lines in history.creations.items():
        count = history.stored.get(mark, 0)
        if count != 1:
            yield Violation("M6", mark, f"asked for under one key, and there {count} times", (lines[0].raw,))
        if not any(line.phase == "ok" for line in lines):
            yield Violation("M6", mark, "never answered", tuple(line.raw for line in lines[-3:]))


def same_answer(history: RequestHistory) -> Iterator[Violation]:
    """The same key and body give the same answer, byte for byte."""
    for mark, lines in history.creations.items():
        answers = [line for line in lines if line.phase == "ok"]
        for line in answers:
            if line.answer != answers[0].answer:
                yield Violation("M6", mark, "two answers to one key", (answers[0].raw, line.raw))


def other_body(history: RequestHistory) -> Iterator[Violation]:
    """The same key with another body is refused, and leaves nothing."""
    for line in history.of("other_body"):
        if (line.status, line.code) != (422, "idempotency_mismatch"):
            yield Violation("M6", line.op, f"another body under the same key: {line.status} {line.code}", (line.raw,))
        if history.stored.get(f"{line.op}-other"):
            yield Violation("M6", line.op, "another body under the same key made a second quiz", (line.raw,))


def own_only(history: RequestHistory) -> Iterator[Violation]:
    """What one is told carries one's own mark, and nobody else's."""
    for line in history.asked:
        if line.phase == "ok" and line.kind in ("read", "create") and set(line.answer["marks"]) != {line.plan}:
            yield Violation("M6", line.op, f"{line.plan} was told of {line.answer['marks']}", (line.raw,))


def refused_in_time(history: RequestHistory) -> Iterator[Violation]:
    """While the broker is down everybody is refused within the deadline, and told when to come back."""
    for line in history.of("probe", "down"):
        if line.status not in AWAY or not line.retry_after:
            what = f"while the broker was down: {line.status} {line.code}, Retry-After {line.retry_after}"
            yield Violation("M6", line.op, what, (line.raw,))
    for line in history.of("probe"):
        if line.seconds > DEADLINE_S + ON_THE_WAY_S:
            yield Violation("M6", line.op, f"answered after {line.seconds:.1f} s", (line.raw,))


def heals(history: RequestHistory) -> Iterator[Violation]:
    """Half a minute after the last fault everybody is served again."""
    last = max((stop for _, _, _, stop in history.spans), default=0)
    for line in history.of("probe", "up"):
        if line.phase != "ok" and last and line.t_ns > last + HEALS_WITHIN_NS:
            yield Violation("M6", line.op, f"still {line.status} {line.code}", (line.raw,))


INVARIANTS: dict[str, Callable[[RequestHistory], Iterable[Violation]]] = {
    "M6 one effect": one_effect,
    "M6 same answer": same_answer,
    "M6 other body": other_body,
    "M6 own only": own_only,
    "M6 refused in time": refused_in_time,
    "M6 heals": heals,
}
