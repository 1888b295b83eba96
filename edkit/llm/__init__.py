"""Language models behind one port: what is asked, what comes back, who pays.

A task asks with an `Ask`: its prompt, the shape of the answer, the rules the answer must pass, and how the same is done
without any model. The engine with endpoints asks them; the engine `offline` does it by the classical way. Both say who
did it in `Answered.engine`, so nothing made without a model can pass for a model's.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel

from edkit.clock import Clock
from edkit.errors import TooMany, Unavailable

if TYPE_CHECKING:
    from edkit.settings import Settings

T = TypeVar("T", bound=BaseModel)
OFFLINE = "offline"
"""The engine that a result names when no language model has had a part in it."""
Size = Literal["small", "large"]


class ModelFailed(Unavailable):
    """No endpoint gave an answer that could be used, within the calls that an Ask may cost. `message` says why."""

    code = "model_failed"
    message = "The language model gave no answer that could be used."


class BudgetSpent(TooMany):
    """The budget of this person, or of the installation, is spent for today."""

    code = "budget_spent"
    message = "Today's budget for language models is spent. It is filled again tomorrow."


class Usage(NamedTuple):
    """What an answer has cost: tokens in and out, calls, and money in millionths of the currency of the price list."""

    tokens_in: int = 0
    tokens_out: int = 0
    calls: int = 0
    cost_micros: int = 0


@dataclass(frozen=True)
class Ask(Generic[T]):
    """One question to a model, with a fresh context.

    `system` is ours; `user` may hold texts of strangers, which the prompt marks as data. `faults` holds the answer
    against the task's rules: what it returns is told to the model once, and an answer that still breaks a rule is a
    failure unless `repair` can make it pass. `offline` makes the same without a model. `reference` names the work it is
    asked for, such as job and step; it is sent along, so that what an endpoint noted can be held against what we did.
    """

    task: str
    owner: str
    system: str
    user: str
    shape: type[T]
    offline: Callable[[], Awaitable[T]]
    faults: Callable[[T], Sequence[str]] = lambda _: ()
    repair: Callable[[T], T | None] = lambda _: None
    size: Size = "large"
    reference: str = ""


class Answered(NamedTuple, Generic[T]):
    """An answer of the asked shape. `engine` is the model's name, or `offline`."""

    value: T
    engine: str
    usage: Usage = Usage()


class Ledger(Protocol):
    """Who may spend how much on a day. A reservation is made before a call, so twenty jobs at once never exceed it."""

    async def reserve(self, owner: str, tokens: int) -> str:
        """Set tokens aside; the reservation's id. Raises BudgetSpent."""
        ...

    async def settle(self, reservation: str, usage: Usage) -> None:
        """Book what was spent instead of what was set aside. Again: no change."""
        ...


class Llm(Protocol):
    """A source of answers. `engine` is what a badge shows: the model that would be asked first, or `offline`."""

    @property
    def engine(self) -> str: ...

    async def answer(self, ask: Ask[T]) -> Answered[T]:
        """The answer in the asked shape. Raises ModelFailed or BudgetSpent; the engine `offline` raises neither."""
        ...

    def stream(self, ask: Ask[T]) -> AsyncIterator[str]:
        """The answer as text, piece by piece, its shape unchecked."""
        ...

    async def close(self) -> None: ...


class Embedder(Protocol):
    """Texts as vectors of length 1, so that a dot product is the cosine. The same text has the same vector."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    async def embed(self, texts: Sequence[str], *, owner: str = "") -> list[list[float]]:
        """One vector for each text, in order. Raises ModelFailed or BudgetSpent."""
        ...

    async def close(self) -> None: ...


def open_llm(settings: "Settings", ledger: Ledger, clock: Clock) -> Llm:
    """The endpoints of the settings in their order; the engine `offline` if none of them has a model that answers."""
    endpoints = [endpoint for endpoint in settings.llm_endpoints if endpoint.chats]
    if not endpoints:
        from edkit.llm.offline import OfflineLlm

        return OfflineLlm()
    from edkit.llm.asking import ModelLlm
    from edkit.llm.openai import Line

    lines = [Line(endpoint) for endpoint in endpoints]
    return ModelLlm(lines, settings.llm_tasks, ledger, clock, cooldown_s=settings.llm_cooldown_s)


def open_embedder(settings: "Settings", ledger: Ledger, clock: Clock) -> Embedder:
    """The first endpoint with an embedding model, and those with the same one; without any, the local model."""
    first = next((endpoint.embedding for endpoint in settings.llm_endpoints if endpoint.embedding), None)
    if first is None:
        from edkit.llm.local import LocalEmbedder

        return LocalEmbedder()
    from edkit.llm.embedding import RemoteEmbedder
    from edkit.llm.openai import Line

    return RemoteEmbedder(
        [Line(endpoint) for endpoint in settings.llm_endpoints if first.compares_with(endpoint.embedding)],
        ledger,
        clock,
        batch=settings.llm_embed_batch,
        pause_s=settings.llm_embed_pause_ms / 1000,
    )
