"""Blobs in a folder: `stage/ab/abcd...` and `main/ab/abcd...`, written beside and renamed, so never half there."""

import asyncio
import hashlib
import os
import re
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from edkit.blobs import Area, Staged
from edkit.errors import TooLarge

_PIECE = 256 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FolderBlobs:
    """See `edkit.blobs.Blobs`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, area: Area, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise FileNotFoundError(sha256)
        return self._root / area / sha256[:2] / sha256

    async def stage(self, chunks: AsyncIterator[bytes], limit: int) -> Staged:
        incoming = self._root / "incoming"
        await asyncio.to_thread(incoming.mkdir, parents=True, exist_ok=True)
        temporary = incoming / secrets.token_hex(16)
        digest, size, head = hashlib.sha256(), 0, b""
        file = await asyncio.to_thread(temporary.open, "xb")
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(f"This file is larger than {limit // 2**20} MB. Nothing was stored.")
                if len(head) < 64:
                    head = (head + chunk)[:64]
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            sha256 = digest.hexdigest()
            await asyncio.to_thread(self._settle, file, temporary, self._path("stage", sha256))
        finally:
            file.close()
            temporary.unlink(missing_ok=True)
        return Staged(sha256, size, head)

    @staticmethod
    def _settle(file: BinaryIO, temporary: Path, target: Path) -> None:
        file.flush()
        os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def promote(self, sha256: str) -> None:
        source, target = self._path("stage", sha256), self._path("main", sha256)
        await asyncio.to_thread(self._link, source, target)

    @staticmethod
    def _link(source: Path, target: Path) -> None:
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except FileExistsError:
            return

    async def size(self, area: Area, sha256: str) -> int:
        return (await asyncio.to_thread(self._path(area, sha256).stat)).st_size

    async def read(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> bytes:
        return b"".join([piece async for piece in self.stream(area, sha256, start, end)])

    async def stream(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        file = await asyncio.to_thread(self._path(area, sha256).open, "rb")
        try:
            await asyncio.to_thread(file.seek, start)
            left = end - start if end is not None else None
            while left is None or left > 0:
                piece = await asyncio.to_thread(file.read, _PIECE if left is None else min(_PIECE, left))
                if not piece:
                    return
                if left is not None:
                    left -= len(piece)
                yield piece
        finally:
            file.close()

    async def delete(self, area: Area, sha256: str) -> None:
        await asyncio.to_thread(self._path(area, sha256).unlink, missing_ok=True)

    async def sweep_stage(self, older_than_s: float) -> int:
        return await asyncio.to_thread(self._sweep, older_than_s)

    def _sweep(self, older_than_s: float) -> int:
        deadline, count = time.time() - older_than_s, 0
        for area in ("stage", "incoming"):
            for path in (self._root / area).rglob("*"):
                if path.is_file() and path.stat().st_mtime < deadline:
                    path.unlink(missing_ok=True)
                    count += 1
        return count

    async def close(self) -> None:
        """Nothing is held open."""
