"""Now and then one socket misses an event, and nothing tells it."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from game_server import fanout

CAUGHT_BY = {"A10"}


def plant() -> None:
    honest, numbers = fanout.fanout, count()

    def lossy(sockets: Iterable[Any], *rest: Any) -> Any:
        return honest([socket for socket in sockets if next(numbers) % 40 != 20], *rest)

    fanout.fanout = lossy
