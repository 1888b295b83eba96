"""A stub on the wire, an engine that asks it, and time that passes without waiting."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import pytest
from pydantic import BaseModel, Field

from edkit.clock import SystemClock
from edkit.llm import Ask, Llm, open_llm
from edkit.llm.ledger import MemoryLedger
from edkit.settings import Settings
from tests.llm_stub.server import Stub, running

KEY = "sk-canary-0123456789"
TEXT = "Plants make sugar from light. Roots drink water. Leaves breathe out oxygen. Please make 4 questions."


class Item(BaseModel):
    """One question of a small quiz."""

    text: str = Field(max_length=200)
    options: list[str] = Field(min_length=2, max_length=4)
    key: int = Field(ge=0)


class Quiz(BaseModel):
    """What the tests ask for."""

    title: str
    items: list[Item]


class HastyClock(SystemClock):
    """The machine's time, but waiting takes none of it. What was waited for is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.waits)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await super().sleep(0)


async def by_hand() -> Quiz:
    """What can be made without a model."""
    return Quiz(title="by hand", items=[])


def ask(
    faults: Callable[[Quiz], Sequence[str]] = lambda _: (),
    repair: Callable[[Quiz], Quiz | None] = lambda _: None,
    **more: Any,
) -> Ask[Quiz]:
    return Ask(
        **{"task": "quiz", "owner": "mai", "system": "Make a quiz.", "user": TEXT, "reference": "job-1/make", **more},
        shape=Quiz,
        offline=by_hand,
        faults=faults,
        repair=repair,
    )


def endpoint(stub: Stub, name: str, model: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "url": f"{stub.url}/v1", "key": KEY, "large": model, **more}


@pytest.fixture(scope="session")
def served() -> Iterator[Stub]:
    with running() as stub:
        yield stub


@pytest.fixture
def stub(served: Stub) -> Stub:
    served.reset()
    served.key, served.answer = KEY, lambda _: None
    return served


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
def ledger(clock: HastyClock) -> MemoryLedger:
    return MemoryLedger(clock, per_owner=0, per_day=0)


Opening = Callable[..., Llm]


@pytest.fixture
async def opening(stub: Stub, clock: HastyClock, ledger: MemoryLedger) -> AsyncIterator[Opening]:
    """Opens an engine over models of the stub, the first being preferred; each is an endpoint of its own."""
    opened: list[Llm] = []

    def open_over(*models: str, budget: MemoryLedger | None = None, **settings: Any) -> Llm:
        endpoints = [endpoint(stub, f"e{number}", model) for number, model in enumerate(models, 1)]
        chosen = Settings.model_validate({"llm_endpoints": endpoints, **settings})
        opened.append(open_llm(chosen, budget or ledger, clock))
        return opened[-1]

    yield open_over
    for llm in opened:
        await llm.close()
