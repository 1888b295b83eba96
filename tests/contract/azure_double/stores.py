"""Blob stores for the tests: each with its blobs, and with what a test must be able to see and do behind their back."""

import asyncio
import os
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from azure.storage.blob.aio import ContainerClient

from edkit.blobs import Blobs, open_blobs
from tests.contract.azure_double.door import ACCOUNT, KEY, Door

RECORDINGS = Path(__file__).parent / "recordings"
LIVE_URL = os.environ.get("EDTECH_TEST_AZURE_URL", "")
LIVE_KEY = os.environ.get("EDTECH_TEST_AZURE_KEY", "")
EMULATOR = os.environ.get("EDTECH_TEST_AZURE_RECORD", "")
MADE_WITH = {"recorded against": "Azurite 3.35.0", "spoken by": "azure-storage-blob 12.31.1"}


class Store(Protocol):
    blobs: Blobs
    old_s: float
    """Older than this is what `age` has aged, and nothing that a test wrote since."""

    async def everything(self) -> list[str]:
        """The names of all that is kept, temporary or not."""
        ...

    async def age(self, sha256: str) -> None:
        """Let this staged content, and whatever was written before it, grow old."""
        ...


class FolderStore:
    old_s = 5000.0

    def __init__(self, root: Path) -> None:
        self._root = root
        self.blobs = open_blobs(f"folder:{root}")

    async def everything(self) -> list[str]:
        return sorted(str(path.relative_to(self._root)) for path in self._root.rglob("*") if path.is_file())

    async def age(self, sha256: str) -> None:
        os.utime(self._root / "stage" / sha256[:2] / sha256, (time.time() - 9999, time.time() - 9999))


class AzureStore:
    """`door` is None when the service is asked directly. Ages by waiting, unless the service is a recording."""

    old_s = 5.0

    def __init__(self, blobs: Blobs, container: ContainerClient, door: Door | None) -> None:
        self.blobs, self._container, self._door = blobs, container, door

    @property
    def door(self) -> Door:
        assert self._door is not None
        return self._door

    async def everything(self) -> list[str]:
        return [name async for name in self._container.list_blob_names()]

    async def age(self, sha256: str) -> None:
        if self._door is None or EMULATOR:
            await asyncio.sleep(self.old_s + 2)  # a real service has a real clock, in whole seconds


@asynccontextmanager
async def recorded_azure(test: str, *, container: str = "blobs", **patience: Any) -> AsyncIterator[AzureStore]:
    """Azure as it was recorded for `test`; with EDTECH_TEST_AZURE_RECORD it is recorded anew, from that emulator."""
    from edkit.blobs.azure import AzureBlobs

    recording = RECORDINGS / f"{re.sub(r'[^a-z0-9]+', '-', test.lower()).strip('-')[:100]}.json"
    direct = {"credential": {"account_name": ACCOUNT, "account_key": KEY}}
    if EMULATOR:
        RECORDINGS.mkdir(exist_ok=True)
        async with ContainerClient.from_container_url(f"{EMULATOR}/blobs", **direct) as container_client:
            if await container_client.exists():
                await container_client.delete_container()
            await container_client.create_container()
    async with Door(recording, EMULATOR) as door:
        blobs = AzureBlobs(f"{door.url}/{container}", KEY, **patience)
        try:
            async with ContainerClient.from_container_url(f"{door.url}/blobs", **direct) as behind:
                yield AzureStore(blobs, behind, door)
        finally:
            await blobs.close()
    door.close(MADE_WITH)


@asynccontextmanager
async def live_azure() -> AsyncIterator[AzureStore]:
    """A container of its own beside the one that EDTECH_TEST_AZURE_URL names; gone afterwards."""
    url = f"{LIVE_URL}-{secrets.token_hex(4)}"
    blobs = open_blobs(url, LIVE_KEY)
    container: ContainerClient = blobs._container  # type: ignore[attr-defined]  # whatever kind of key it is opened with
    try:
        await container.create_container()
        yield AzureStore(blobs, container, None)
    finally:
        await container.delete_container()
        await blobs.close()
