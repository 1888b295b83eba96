"""What names one state of something that is written anew as a whole, and how times are told."""

from datetime import UTC, datetime
from typing import NamedTuple


def moment(ms: int) -> datetime:
    """Epoch milliseconds as a time in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


class Edition(NamedTuple):
    """One state of a quiz or report, which is written anew as a whole: what it says never changes."""

    what: str
    id: str
    version: int
    written_at: int

    @property
    def key(self) -> str:
        """Its name in the cache."""
        return ":".join(map(str, self))
