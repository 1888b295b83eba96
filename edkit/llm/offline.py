"""The engine without any model: every task is done by the classical way that it brings along, and says so."""

from collections.abc import AsyncIterator

from edkit.llm import OFFLINE, Answered, Ask, T


class OfflineLlm:
    """See `edkit.llm.Llm`. It asks nobody, costs nothing and needs no network."""

    engine = OFFLINE

    async def answer(self, ask: Ask[T]) -> Answered[T]:
        return Answered(await ask.offline(), OFFLINE)

    async def stream(self, ask: Ask[T]) -> AsyncIterator[str]:
        yield (await ask.offline()).model_dump_json()

    async def close(self) -> None:
        """There is nothing to let go of."""
