"""Vectors from endpoints. Those of two models cannot be compared, so only endpoints with the same model take turns."""

from collections.abc import Iterator, Sequence

from edkit.clock import Clock
from edkit.llm import Ledger, ModelFailed, Usage
from edkit.llm.endpoints import EmbeddingModel
from edkit.llm.metering import Call, account, most_tokens, usage_of
from edkit.llm.openai import Line
from edkit.llm.protocol import Fault

TASK = "embed"
SECONDS = 30.0
BACKOFF_S = (0.5, 1.0)
"""Before the second and the third try of a batch; the third asks the next endpoint."""


class RemoteEmbedder:
    """See `edkit.llm.Embedder`. `batch` texts a call with `pause_s` between, three tries each.

    All of `lines` have the same model.
    """

    def __init__(self, lines: Sequence[Line], ledger: Ledger, clock: Clock, *, batch: int, pause_s: float) -> None:
        self._model, self._lines = _model_of(lines[0]), lines
        self._ledger, self._clock, self._batch, self._pause_s = ledger, clock, batch, pause_s

    @property
    def name(self) -> str:
        return self._model.model

    @property
    def dimensions(self) -> int:
        return self._model.dimensions

    async def embed(self, texts: Sequence[str], *, owner: str = "") -> list[list[float]]:
        vectors: list[list[float]] = []
        for first in range(0, len(texts), self._batch):
            if first:
                await self._clock.sleep(self._pause_s)
            vectors += await self._tried(texts[first : first + self._batch], owner)
        return vectors

    async def close(self) -> None:
        for line in self._lines:
            await line.close()

    async def _tried(self, texts: Sequence[str], owner: str) -> list[list[float]]:
        says = ""
        for line, wait in self._turns():
            await self._clock.sleep(wait)
            try:
                return await self._called(line, texts, owner)
            except Fault as fault:
                says = fault.says
        raise ModelFailed(f"The texts could not be turned into vectors. {says}")

    def _turns(self) -> Iterator[tuple[Line, float]]:
        """The first endpoint twice, then the next one, which is the first if there is no other."""
        yield self._lines[0], 0.0
        yield self._lines[0], BACKOFF_S[0]
        yield self._lines[1 % len(self._lines)], BACKOFF_S[1]

    async def _called(self, line: Line, texts: Sequence[str], owner: str) -> list[list[float]]:
        model = _model_of(line)
        most = most_tokens(texts)
        reservation = await self._ledger.reserve(owner, most)
        usage, outcome, begun = usage_of(model, most, 0), "cancelled", self._clock.monotonic()
        try:
            vectors, tokens = await line.embed(model, texts, SECONDS)
            usage, outcome = usage_of(model, most if tokens is None else tokens, 0), "ok"
            return vectors
        except Fault as fault:
            usage, outcome = usage if fault.billed else Usage(calls=1), fault.outcome
            raise
        finally:
            call = Call(TASK, line.name, model)
            await account(self._ledger, reservation, call, outcome, usage, self._clock.monotonic() - begun)


def _model_of(line: Line) -> EmbeddingModel:
    model = line.endpoint.embedding
    if model is None:
        raise ValueError(f"{line.name} has no embedding model")
    return model
