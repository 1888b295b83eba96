"""The embedding model on this machine: no endpoint, no key, no network."""

import asyncio
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError

from edkit.llm import ModelFailed
from edkit.llm.minilm import DIMENSIONS, NAME, WHEEL, MiniLM


class LocalEmbedder:
    """See `edkit.llm.Embedder`. Runs in a thread, one call after the other; numpy lets others run meanwhile."""

    name = NAME
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self._model = MiniLM()
        self._turn = asyncio.Lock()

    async def embed(self, texts: Sequence[str], *, owner: str = "") -> list[list[float]]:
        async with self._turn:
            try:
                vectors = await asyncio.to_thread(self._model.embed, list(texts))
            except (PackageNotFoundError, FileNotFoundError):
                raise ModelFailed(f"The local embedding model is not installed: {WHEEL}. Run make setup.") from None
        return [[float(number) for number in vector] for vector in vectors]

    async def close(self) -> None:
        """The model goes with its embedder."""
