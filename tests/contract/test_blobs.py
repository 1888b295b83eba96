"""What every blob store does: folder, Azure as it was recorded, and Azure itself where there is an account."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edkit.blobs import Blobs
from edkit.errors import TooLarge
from tests.contract.azure_double.stores import LIVE_URL, FolderStore, Store, live_azure, recorded_azure

TEXT = bytes(range(256)) * 3000
SHA = hashlib.sha256(TEXT).hexdigest()
LONG = b"".join(page.to_bytes(4, "big") * 1024 for page in range(640))
LONG_SHA = hashlib.sha256(LONG).hexdigest()
"""2.5 MiB, no two pages alike: more than an engine would send at once."""


async def pieces(content: bytes, size: int = 70_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


ENGINES = ["folder", "azure-recorded", *(["azure-live"] if LIVE_URL else [])]


@pytest.fixture(params=ENGINES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "folder":
        yield FolderStore(tmp_path)
    elif request.param == "azure-live":
        async with live_azure() as azure:
            yield azure
    else:
        async with recorded_azure(request.node.name) as azure:
            yield azure


@pytest.fixture
def blobs(store: Store) -> Blobs:
    return store.blobs


def test_this_suite_runs_on_azure_itself() -> None:
    if not LIVE_URL:
        pytest.skip("not run here: EDTECH_TEST_AZURE_URL and EDTECH_TEST_AZURE_KEY name no Azure account")
    assert "azure-live" in ENGINES


async def test_what_was_staged_is_read_back_by_content_and_range(blobs: Blobs) -> None:
    staged = await blobs.stage(pieces(TEXT), limit=len(TEXT))
    assert staged == (SHA, len(TEXT), TEXT[:64])
    assert await blobs.read("stage", SHA) == TEXT
    assert await blobs.read("stage", SHA, 1000, 2000) == TEXT[1000:2000]
    assert await blobs.size("stage", SHA) == len(TEXT)


async def test_a_long_stream_is_read_back_across_every_seam(blobs: Blobs) -> None:
    assert await blobs.stage(pieces(LONG), limit=len(LONG)) == (LONG_SHA, len(LONG), LONG[:64])
    assert await blobs.size("stage", LONG_SHA) == len(LONG)
    await blobs.promote(LONG_SHA)
    seams = [piece async for piece in blobs.stream("main", LONG_SHA, 2**20 - 3, 2**21 + 5)]
    assert b"".join(seams) == LONG[2**20 - 3 : 2**21 + 5]
    assert max(len(piece) for piece in seams) <= 2**20
    assert await blobs.read("main", LONG_SHA) == LONG


async def test_a_range_ends_where_the_content_does(blobs: Blobs) -> None:
    await blobs.stage(pieces(TEXT), limit=len(TEXT))
    assert await blobs.read("stage", SHA, len(TEXT) - 5, len(TEXT) + 5) == TEXT[-5:]
    assert await blobs.read("stage", SHA, len(TEXT)) == b""
    assert await blobs.read("stage", SHA, 10**9, 10**9 + 5) == b""
    assert await blobs.read("stage", SHA, 7, 7) == b""
    with pytest.raises(FileNotFoundError):
        await blobs.read("main", SHA, 7, 7)


async def test_nothing_is_content_too(blobs: Blobs) -> None:
    empty = hashlib.sha256(b"").hexdigest()
    assert await blobs.stage(pieces(b""), limit=0) == (empty, 0, b"")
    await blobs.promote(empty)
    assert await blobs.read("main", empty) == b""
    assert await blobs.size("main", empty) == 0


async def test_promoting_twice_is_promoting_once_and_staging_again_harms_nothing(blobs: Blobs) -> None:
    for _ in range(2):
        await blobs.stage(pieces(TEXT), limit=len(TEXT))
        await blobs.promote(SHA)
    assert await blobs.read("main", SHA) == TEXT


async def test_what_was_promoted_needs_its_stage_no_more(blobs: Blobs) -> None:
    await blobs.stage(pieces(TEXT), limit=len(TEXT))
    await blobs.promote(SHA)
    await blobs.delete("stage", SHA)
    await blobs.promote(SHA)
    assert await blobs.read("main", SHA) == TEXT


@pytest.mark.parametrize("content", [TEXT, LONG], ids=["short", "long"])
async def test_a_stream_past_the_limit_leaves_nothing(store: Store, content: bytes) -> None:
    with pytest.raises(TooLarge):
        await store.blobs.stage(pieces(content), limit=len(content) - 1)
    assert await store.everything() == []


@pytest.mark.parametrize("content", [b"half", LONG], ids=["short", "long"])
async def test_a_stream_that_breaks_leaves_nothing(store: Store, content: bytes) -> None:
    async def broken() -> AsyncIterator[bytes]:
        async for piece in pieces(content):
            yield piece
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await store.blobs.stage(broken(), limit=len(LONG))
    assert await store.everything() == []


NAMES = {"unknown": "0" * 64, "path": "../../etc/passwd", "empty": "", "upper": SHA.upper()}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_what_is_not_there_is_not_found(blobs: Blobs, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.read("main", name)
    with pytest.raises(FileNotFoundError):
        await blobs.size("main", name)
    with pytest.raises(FileNotFoundError):
        await blobs.promote(name)


async def test_deleting_twice_is_no_error(blobs: Blobs) -> None:
    await blobs.stage(pieces(TEXT), limit=len(TEXT))
    await blobs.delete("stage", SHA)
    await blobs.delete("stage", SHA)
    with pytest.raises(FileNotFoundError):
        await blobs.size("stage", SHA)


async def test_sweeping_the_stage_takes_the_old_and_leaves_the_main_area(store: Store) -> None:
    blobs = store.blobs
    await blobs.stage(pieces(TEXT), limit=len(TEXT))
    await blobs.promote(SHA)
    await store.age(SHA)
    await blobs.stage(pieces(b"fresh"), limit=100)
    assert await blobs.sweep_stage(store.old_s) == 1
    assert await blobs.read("main", SHA) == TEXT
    assert await blobs.read("stage", hashlib.sha256(b"fresh").hexdigest()) == b"fresh"


async def test_staging_again_makes_it_fresh(store: Store) -> None:
    await store.blobs.stage(pieces(TEXT), limit=len(TEXT))
    await store.age(SHA)
    await store.blobs.stage(pieces(TEXT), limit=len(TEXT))
    assert await store.blobs.sweep_stage(store.old_s) == 0
    assert await store.blobs.read("stage", SHA) == TEXT
