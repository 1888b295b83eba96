"""What every blob store does."""

import hashlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edkit.blobs import Blobs, open_blobs
from edkit.errors import TooLarge

TEXT = bytes(range(256)) * 4096
SHA = hashlib.sha256(TEXT).hexdigest()


async def pieces(content: bytes, size: int = 70_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return open_blobs(f"folder:{tmp_path}")


async def test_what_was_staged_is_read_back_by_content_and_range(blobs: Blobs) -> None:
    staged = await blobs.stage(pieces(TEXT), limit=len(TEXT))
    assert staged == (SHA, len(TEXT), TEXT[:64])
    assert await blobs.read("stage", SHA) == TEXT
    assert await blobs.read("stage", SHA, 1000, 2000) == TEXT[1000:2000]
    assert await blobs.size("stage", SHA) == len(TEXT)


async def test_promoting_twice_is_promoting_once_and_staging_again_harms_nothing(blobs: Blobs) -> None:
    for _ in range(2):
        await blobs.stage(pieces(TEXT), limit=len(TEXT))
        await blobs.promote(SHA)
    assert await blobs.read("main", SHA) == TEXT


async def test_a_stream_past_the_limit_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await blobs.stage(pieces(TEXT), limit=len(TEXT) - 1)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_a_stream_that_breaks_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await blobs.stage(broken(), limit=1000)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", SHA.upper()])
async def test_what_is_not_there_is_not_found(blobs: Blobs, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.read("main", name)
    with pytest.raises(FileNotFoundError):
        await blobs.promote(name)


async def test_deleting_twice_is_no_error(blobs: Blobs) -> None:
    await blobs.stage(pieces(TEXT), limit=len(TEXT))
    await blobs.delete("stage", SHA)
    await blobs.delete("stage", SHA)
    with pytest.raises(FileNotFoundError):
        await blobs.size("stage", SHA)


async def test_sweeping_the_stage_takes_the_old_and_leaves_the_main_area(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.stage(pieces(TEXT), limit=len(TEXT))
    await blobs.promote(SHA)
    await blobs.stage(pieces(b"fresh"), limit=100)
    old = tmp_path / "stage" / SHA[:2] / SHA
    os.utime(old, (time.time() - 9999, time.time() - 9999))
    assert await blobs.sweep_stage(5000) == 1
    assert await blobs.read("main", SHA) == TEXT
    assert await blobs.read("stage", hashlib.sha256(b"fresh").hexdigest()) == b"fresh"
