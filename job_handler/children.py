"""Heavy or dangerous work in child processes: niced, limited in memory and time, no more than the machine bears."""

from collections.abc import Callable
from typing import Protocol

from edkit.errors import Invalid

MEMORY_MB = 512
SECONDS = 20.0


class TooHard(Invalid):
    """A child ran out of memory or time, or died: what it was given is too large or too tangled."""

    code = "too_hard"
    message = "This is too large or too tangled to work with. Try with a smaller part of it."


class Children(Protocol):
    """Runs the function `work(data: bytes, progress) -> bytes` of a module in a process of its own.

    At most one less than the machine has cores at the same time (but one), each at the lowest priority. What they are
    given and what they answer are bytes; an `AppError` that they raise is raised here. Cancelled, the child is killed.
    """

    async def run(
        self,
        module: str,
        data: bytes,
        *,
        memory_mb: int = MEMORY_MB,
        seconds: float = SECONDS,
        progress: Callable[[float], None] | None = None,
    ) -> bytes:
        """What `work` answered. Raises TooHard, or what the child raised."""
        ...

    async def close(self) -> None:
        """Kill what still runs."""
        ...
