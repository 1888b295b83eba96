"""How a process leaves: in its own time, unless somebody has lost patience."""

import asyncio


class Leaving:
    """The time between the decision to leave and the end. Asked a second time to go, it waits for nothing more."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._hurried = asyncio.Event()

    def ask(self) -> None:
        """Somebody wants this process to leave; the second time, at once."""
        (self._hurried if self._asked.is_set() else self._asked).set()

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    @property
    def hurried(self) -> bool:
        return self._hurried.is_set()

    async def until_asked(self) -> None:
        await self._asked.wait()

    async def until_hurried(self) -> None:
        await self._hurried.wait()

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until there is hurry."""
        try:
            async with asyncio.timeout(seconds):
                await self._hurried.wait()
        except TimeoutError:
            return
