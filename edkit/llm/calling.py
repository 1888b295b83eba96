"""The calls of one Ask: which endpoint, how often, in what time, and that each is reserved before and booked after."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from edkit.clock import Clock
from edkit.llm import Ask, Ledger, ModelFailed, Usage
from edkit.llm.endpoints import Model, TaskLimits
from edkit.llm.metering import Call, account, most_tokens, total, usage_of
from edkit.llm.openai import Line
from edkit.llm.order import Order
from edkit.llm.protocol import Fault, Messages, Reply

MOST_CALLS = 4
"""Of one Ask, all together: endpoints that fail, forms that are not understood, tries again, and the one repair."""
BACKOFF_S = (1.0, 2.0, 4.0)
"""Before all endpoints are asked again."""
LONGEST_WAIT_S = 10.0
"""An endpoint that wants a longer rest is not waited for: the job tries again later."""
TIMES = 2.0
"""All calls of an Ask together take at most so many times what one may take."""


class Said(NamedTuple):
    """What came back, and from which model."""

    text: str
    cut: bool
    model: str


@dataclass
class _Meter:
    """What one call is booked with. Until more is known, with everything that was reserved for it."""

    model: Model
    usage: Usage
    outcome: str = "cancelled"

    def counted(self, reply: Reply) -> None:
        """It has ended well. What the endpoint did not count is booked as the most it can have been."""
        tokens_in = self.usage.tokens_in if reply.tokens_in is None else reply.tokens_in
        tokens_out = min(self.usage.tokens_out, most_tokens([reply.text]))
        self.usage = usage_of(self.model, tokens_in, tokens_out if reply.tokens_out is None else reply.tokens_out)
        self.outcome = "ok"


class Calls:
    """What one Ask may still cost: `left` calls. `usage` is what it has cost so far."""

    def __init__(
        self, ask: Ask[Any], limits: TaskLimits, lines: Sequence[Line], order: Order, ledger: Ledger, clock: Clock
    ) -> None:
        self._ask, self._limits, self._lines, self._order = ask, limits, lines, order
        self._ledger, self._clock = ledger, clock
        self._size = limits.size or ask.size
        self._ends = clock.monotonic() + limits.seconds * TIMES
        self._usages: list[Usage] = []
        self._waits = iter(BACKOFF_S)
        self._queue: list[Line] | None = None
        self._again: Line | None = None
        self._out: set[str] = set()
        self._rests: list[float] = []
        self._says = ""
        self.left = MOST_CALLS

    @property
    def usage(self) -> Usage:
        return total(self._usages)

    async def answer(self, messages: Messages) -> Said:
        """The first answer that comes. Raises ModelFailed, and BudgetSpent before a call that could exceed it."""
        while line := await self._turn():
            model = line.endpoint.model_of(self._size)
            try:
                async with self._accounted(line, model, messages) as meter:
                    reply = await line.chat(
                        model.model, messages, self._ask.shape, self._limits, self._seconds(), **self._told()
                    )
                    meter.counted(reply)
            except Fault as fault:
                self._note(line, fault)
                continue
            self._order.well(line.name)
            self._again = line  # whoever has answered is asked for the repair, too
            return Said(reply.text, reply.cut, model.model)
        raise self.failed()

    async def stream(self, messages: Messages) -> AsyncGenerator[str, None]:
        """The pieces of the first endpoint that sends any. After the first piece no other is asked."""
        while line := await self._turn():
            model = line.endpoint.model_of(self._size)
            begun = False
            try:
                async with self._accounted(line, model, messages) as meter:
                    pieces = line.stream(model.model, messages, self._limits, self._seconds(), **self._told())
                    async with aclosing(pieces):
                        async for piece in pieces:
                            if isinstance(piece, Reply):
                                meter.counted(piece)
                            else:
                                begun = True
                                yield piece
                if not begun:
                    raise Fault("garbled", f"The endpoint {line.name} said nothing.")
            except Fault as fault:
                self._note(line, fault)
                if begun:
                    break
                continue
            self._order.well(line.name)
            return
        raise self.failed()

    def failed(self, says: str = "") -> ModelFailed:
        """Why there is no answer, for whoever waits for it."""
        reason = says or self._says or "It took longer than it may."
        wait = min(self._rests, default=0.0)
        return ModelFailed(f"{ModelFailed.message} {reason}", retry_after_ms=round(wait * 1000) or None)

    async def _turn(self) -> Line | None:
        """The endpoint to ask now, after the wait before its turn; None once this Ask may cost no more."""
        if self.left == 0 or self._seconds() <= 0:
            return None
        if self._again is not None:
            line, self._again = self._again, None
            return line
        if not self._queue:
            if self._queue is not None and not await self._rest():
                return None
            self._queue = self._order.of(self._lines, without=self._out)
        return self._queue.pop(0) if self._queue else None

    async def _rest(self) -> bool:
        """Wait before the next round. False if that would take too long, or if nobody is left to ask."""
        wait = max(next(self._waits, BACKOFF_S[-1]), min(self._rests, default=0.0))
        if len(self._out) == len(self._lines) or wait > LONGEST_WAIT_S or wait >= self._seconds():
            return False
        self._rests.clear()
        await self._clock.sleep(wait)
        return True

    def _seconds(self) -> float:
        """How long the next call may take."""
        return min(self._limits.seconds, self._ends - self._clock.monotonic())

    def _told(self) -> dict[str, str]:
        return {"task": self._ask.task, "reference": self._ask.reference}

    def _note(self, line: Line, fault: Fault) -> None:
        self._order.failed(line.name, fault)
        self._says = fault.says
        if fault.outcome == "dialect":
            self._again = line
        elif fault.hopeless or fault.outcome == "unfit":
            self._out.add(line.name)
        else:
            self._rests.append(fault.retry_after_s or 0.0)

    @asynccontextmanager
    async def _accounted(self, line: Line, model: Model, messages: Messages) -> AsyncIterator[_Meter]:
        """One call: reserved before, booked after, whatever happens in between."""
        schema = str(self._ask.shape.model_json_schema())
        prompt = most_tokens([*(message["content"] for message in messages), schema])
        reservation = await self._ledger.reserve(self._ask.owner, prompt + self._limits.tokens)
        self.left -= 1
        meter = _Meter(model, usage_of(model, prompt, self._limits.tokens))
        begun = self._clock.monotonic()
        try:
            yield meter
        except Fault as fault:
            meter.outcome = fault.outcome
            if not fault.billed:
                meter.usage = Usage(calls=1)
            raise
        finally:
            self._usages.append(meter.usage)
            call = Call(self._ask.task, line.name, model)
            await account(self._ledger, reservation, call, meter.outcome, meter.usage, self._clock.monotonic() - begun)
