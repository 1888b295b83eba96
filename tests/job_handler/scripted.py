"""A language model whose answers are written by the test. It keeps to the promise of `edkit.llm.Llm`."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from edkit.llm import Answered, Ask, ModelFailed, T, Usage

Reply = Callable[[Ask[Any]], Any] | Exception
MODEL = "scripted-1"


@dataclass
class Scripted:
    """Gives one reply after the other, the last for ever. A reply that breaks a rule is asked for once again."""

    replies: Sequence[Reply]
    asks: list[Ask[Any]] = field(default_factory=list)
    told: list[Sequence[str]] = field(default_factory=list)
    calls: int = 0
    engine: str = MODEL

    async def answer(self, ask: Ask[T]) -> Answered[T]:
        self.asks.append(ask)
        values = []
        for _ in range(2):
            try:
                value = ask.shape.model_validate(self._next(ask))
            except ValidationError as error:
                self.told.append([str(error)])
                continue
            if not (faults := ask.faults(value)):
                return Answered(value, self.engine, Usage(calls=self.calls))
            self.told.append(faults)
            values.append(value)
        for value in reversed(values):
            mended = ask.repair(value)
            if mended is not None and not ask.faults(mended):
                return Answered(mended, self.engine, Usage(calls=self.calls))
        raise ModelFailed()

    def _next(self, ask: Ask[Any]) -> Any:
        reply = self.replies[min(self.calls, len(self.replies) - 1)]
        self.calls += 1
        if isinstance(reply, Exception):
            raise reply
        return reply(ask)

    async def stream(self, ask: Ask[T]) -> AsyncIterator[str]:
        yield (await self.answer(ask)).value.model_dump_json()

    async def close(self) -> None:
        """There is nothing to let go of."""
