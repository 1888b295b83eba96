"""Bytes of files, by content: a stage area for what just arrived, a main area for what was checked."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

Area = Literal["stage", "main"]


class Staged(NamedTuple):
    """What `stage` has stored. `head` is the first 64 bytes, enough to know a type by its magic."""

    sha256: str
    size: int
    head: bytes


class Blobs(Protocol):
    """Content-addressed storage. The same bytes are stored once; `stage` and `promote` may be repeated without harm.

    What `stage` or `promote` has returned survives a crash. Missing content raises FileNotFoundError. An engine that
    stands on a service raises Unavailable when that does not answer.
    """

    async def stage(self, chunks: AsyncIterator[bytes], limit: int) -> Staged:
        """Store a stream. Raises TooLarge past `limit` bytes and keeps nothing then."""
        ...

    async def promote(self, sha256: str) -> None:
        """Copy from the stage to the main area."""
        ...

    async def size(self, area: Area, sha256: str) -> int: ...

    async def read(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes [start, end) at once, for what is known to be small."""
        ...

    def stream(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes [start, end) in pieces."""
        ...

    async def delete(self, area: Area, sha256: str) -> None:
        """Forget it. Deleting what is not there is no error."""
        ...

    async def sweep_stage(self, older_than_s: float) -> int:
        """Delete staged content not written for `older_than_s` seconds; the number deleted."""
        ...

    async def close(self) -> None: ...


def open_blobs(url: str, key: str = "") -> Blobs:
    """The engine that `url` names: `folder:PATH` or `azure:https://...`. `key` is the secret, where there is one."""
    scheme, _, rest = url.partition(":")
    if scheme == "folder":
        from edkit.blobs.folder import FolderBlobs

        return FolderBlobs(Path(rest))
    if scheme == "azure":
        from edkit.blobs.azure import AzureBlobs

        return AzureBlobs(rest, key)
    raise ValueError(
        f"EDTECH_BLOBS_URL: no blob engine is called {scheme!r}; use folder:PATH or "
        "azure:https://account.blob.core.windows.net/container"
    )
