"""The engine with endpoints: asks, reads the answer, holds it against the rules, and has it repaired once."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Generic, NamedTuple

from pydantic import ValidationError

from edkit.clock import Clock
from edkit.llm import Answered, Ask, BudgetSpent, Ledger, ModelFailed, T
from edkit.llm.calling import Calls, Said
from edkit.llm.endpoints import TaskLimits, limits_of
from edkit.llm.loose_json import candidates
from edkit.llm.openai import Line
from edkit.llm.order import Order

MOST_FAULTS = 10
"""So many are told to the model; more would not help it."""
QUOTED = 20_000
"""Characters of its own answer that the model is shown again."""


class _Understood(NamedTuple, Generic[T]):
    """An answer as far as it has the asked shape, and what is wrong with it."""

    value: T | None
    model: str
    faults: Sequence[str]


class ModelLlm:
    """See `edkit.llm.Llm`. An Ask costs at most `calling.MOST_CALLS` calls."""

    def __init__(
        self,
        lines: Sequence[Line],
        tasks: Mapping[str, TaskLimits],
        ledger: Ledger,
        clock: Clock,
        *,
        cooldown_s: float,
    ) -> None:
        self._lines, self._tasks, self._ledger, self._clock = lines, tasks, ledger, clock
        self._order = Order(clock, cooldown_s)

    @property
    def engine(self) -> str:
        return self._lines[0].endpoint.model_of("large").model

    async def answer(self, ask: Ask[T]) -> Answered[T]:
        calls = self._calls(ask)
        messages = _opening(ask)
        said = await calls.answer(messages)
        first = _understood(ask, said)
        if first.value is not None and not first.faults:
            return Answered(first.value, first.model, calls.usage)
        second, refused = None, None
        try:
            second = _understood(ask, await calls.answer([*messages, *_complaint(said, first.faults)]))
        except (ModelFailed, BudgetSpent) as error:
            refused = error
        if second is not None and second.value is not None and not second.faults:
            return Answered(second.value, second.model, calls.usage)
        for answer in (second, first):
            mended = _mended(ask, answer)
            if mended is not None and answer is not None:
                return Answered(mended, answer.model, calls.usage)
        raise refused or calls.failed("Its answer, and the one after it was told what was wrong, broke the rules.")

    async def stream(self, ask: Ask[T]) -> AsyncIterator[str]:
        async with aclosing(self._calls(ask).stream(_opening(ask))) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        for line in self._lines:
            await line.close()

    def _calls(self, ask: Ask[T]) -> Calls:
        return Calls(ask, limits_of(ask.task, self._tasks), self._lines, self._order, self._ledger, self._clock)


def _opening(ask: Ask[T]) -> list[dict[str, str]]:
    return [{"role": "system", "content": ask.system}, {"role": "user", "content": ask.user}]


def _complaint(said: Said, faults: Sequence[str]) -> list[dict[str, str]]:
    """What the model said, and what is wrong with it."""
    told = "\n".join(f"- {fault}" for fault in faults[:MOST_FAULTS])
    complaint = f"This cannot be used:\n{told}\nAnswer again, whole and corrected, with JSON alone."
    return [
        {"role": "assistant", "content": said.text[:QUOTED] or "(nothing)"},
        {"role": "user", "content": complaint},
    ]


def _understood(ask: Ask[T], said: Said) -> _Understood[T]:
    """The first value in the answer that has the asked shape; else what the likeliest one lacks."""
    lacks: list[str] = []
    for found in candidates(said.text):
        try:
            value = ask.shape.model_validate(found.value)
        except ValidationError as error:
            lacks = lacks or [f"{'.'.join(map(str, e['loc'])) or 'the answer'}: {e['msg']}" for e in error.errors()]
        else:
            return _Understood(value, said.model, ask.faults(value))
    if said.cut:
        lacks.append("It was cut short: be briefer.")
    return _Understood(None, said.model, lacks or ["It holds no JSON." if said.text.strip() else "It is empty."])


def _mended(ask: Ask[T], answer: _Understood[T] | None) -> T | None:
    """What the task itself can make of an answer that breaks its rules; None if that still breaks one."""
    if answer is None or answer.value is None:
        return None
    mended = ask.repair(answer.value)
    return mended if mended is not None and not ask.faults(mended) else None
