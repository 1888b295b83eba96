"""What a run breaks: the processes of a product that is being played on, by name, each with a kind.

`Embedded` is one process over its own folder; `tests.chaos.spread.Spread` is a whole installation. The rest of the
harness stands on neither: it knows addresses, names, and where the truth is stored.
"""

import asyncio
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tests.chaos.history import FinalGame
from tests.chaos.record import read_games
from tests.chaos.server import COMMAND, Server

EMBEDDED = "edtech"


class Target(Protocol):
    """`parts` is name -> kind of everything that can be broken. Whatever is started again keeps its place."""

    parts: Mapping[str, str]

    @property
    def base(self) -> str:
        """The one address for everybody."""

    @property
    def servers(self) -> Mapping[str, str]:
        """Game servers that can be reached past the one address, by name."""

    @property
    def slow_base(self) -> str:
        """The one address again, over a wire that the nemesis has its hands on."""

    async def open(self) -> None:
        """Start everything and return when it is ready."""

    async def close(self) -> None:
        """End everything."""

    async def start(self, name: str) -> None:
        """Start what was ended and return when it is ready."""

    async def kill(self, name: str) -> int:
        """End a part without a word; its exit code."""

    async def leave(self, name: str) -> int:
        """Ask a part to end, as an update does, and wait; its exit code."""

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a part."""

    def shape(self, wires: str, delay_ms: float = 0, *, held: bool = False) -> None:
        """From now on what goes over `wires` (`clients`, `links`) is this late, or does not come at all."""

    def cut(self, wires: str) -> None:
        """Break the connections of `wires`."""

    def step(self, name: str, ms: int) -> None:
        """From now on the clock of a part is off by so much."""

    def flush(self) -> None:
        """Let Redis forget everything."""

    def read_games(self, *, copy: bool = False) -> dict[str, FinalGame]:
        """What the database holds; with `copy`, what a read-only copy of it does. Blocking."""

    def errors(self) -> Mapping[str, int]:
        """What the parts complained of, and how often."""


class Embedded:
    """The one process of the embedded mode."""

    def __init__(self, folder: Path, command: Sequence[str] = COMMAND) -> None:
        self.server = Server(folder, command)
        self.parts: Mapping[str, str] = {EMBEDDED: "process"}

    @property
    def base(self) -> str:
        return self.server.base

    @property
    def slow_base(self) -> str:
        return self.server.base

    @property
    def servers(self) -> Mapping[str, str]:
        return {}

    async def open(self) -> None:
        await self.server.start()

    async def close(self) -> None:
        await self.server.stop()

    async def start(self, name: str) -> None:
        await self.server.start()

    async def kill(self, name: str) -> int:
        return await self.server.kill()

    async def leave(self, name: str) -> int:
        return await self.server.leave()

    def signal(self, name: str, number: signal.Signals) -> None:
        self.server.signal(number)

    def shape(self, wires: str, delay_ms: float = 0, *, held: bool = False) -> None:
        raise NotImplementedError

    def cut(self, wires: str) -> None:
        raise NotImplementedError

    def step(self, name: str, ms: int) -> None:
        raise NotImplementedError

    def flush(self) -> None:
        raise NotImplementedError

    def read_games(self, *, copy: bool = False) -> dict[str, FinalGame]:
        return {} if copy else read_games(f"sqlite:///file:{self.server.data / 'game_server.db'}?mode=ro&uri=true")

    def errors(self) -> Mapping[str, int]:
        return {}


async def again(target: Target, names: Sequence[str]) -> None:
    """Kill these parts and start them again, all at once."""
    await asyncio.gather(*(target.kill(name) for name in names))
    await asyncio.gather(*(target.start(name) for name in names))
