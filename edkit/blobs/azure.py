"""Blobs in an Azure container: `stage/ab/abcd...` and `main/ab/abcd...`, each there whole or not at all.

The address of a stream is known at its end. One that fits into a block is put there in one request; a longer one goes
up block by block under a random name in `incoming/`, is committed when it is complete and within the limit, and is then
copied by the service. Blocks that nobody commits cannot be seen, and the service forgets them after a week. What a
killed process left in `incoming/`, the next sweep takes. AZURE.md says what the account must allow.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.blob import BlobBlock, BlobSasPermissions, generate_blob_sas
from azure.storage.blob.aio import BlobClient, ContainerClient, LinearRetry

from edkit import log
from edkit.blobs import Area, Staged
from edkit.errors import TooLarge, Unavailable

logger = log.get(__name__)

BLOCK = 2**20
"""Bytes that go to or come from the service at once; a transfer holds a few times as much in memory."""

LARGEST = 256 * 2**20
"""What the service copies in one request that either happens or does not."""

WITHIN_S = 10.0
"""How long one request to the service may take, with all its repetitions."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SCOPE = "https://storage.azure.com/.default"


class AzureBlobs:
    """See `edkit.blobs.Blobs`. A service that does not answer, or refuses us, raises Unavailable."""

    def __init__(self, url: str, key: str = "", *, within_s: float = WITHIN_S, retries: int = 5) -> None:
        """`key` is an account key, a SAS token or a connection string; empty: the identity this process runs as."""
        self._credential = _credential(url, key)
        self._within_s = within_s
        self._container = ContainerClient.from_container_url(
            url,
            credential=self._credential,
            retry_policy=LinearRetry(backoff=1, retry_total=retries, random_jitter_range=1),
            connection_timeout=within_s / 2,
            read_timeout=within_s,
            max_single_put_size=BLOCK,
            max_single_get_size=BLOCK,
            max_chunk_get_size=BLOCK,
        )

    def _blob(self, area: Area, sha256: str) -> BlobClient:
        if not _SHA256.fullmatch(sha256):
            raise FileNotFoundError(sha256)
        return self._container.get_blob_client(f"{area}/{sha256[:2]}/{sha256}")

    @asynccontextmanager
    async def _asking(self, name: str) -> AsyncIterator[None]:
        """One request, bounded in time; what the service answers becomes an error of the port."""
        try:
            async with asyncio.timeout(self._within_s):
                yield
        except HttpResponseError as error:
            code = getattr(error, "error_code", None)
            if error.status_code == 404 and code != "ContainerNotFound":
                raise FileNotFoundError(name) from None
            if error.status_code == 412 or code == "BlobAlreadyExists":
                raise FileExistsError(name) from None
            if error.status_code == 416:
                raise EOFError(name) from None
            raise _unavailable(error, status=error.status_code, code=code) from None
        except (AzureError, TimeoutError) as error:
            raise _unavailable(error) from None

    async def stage(self, chunks: AsyncIterator[bytes], limit: int) -> Staged:
        limit = min(limit, LARGEST)
        incoming = self._container.get_blob_client(f"incoming/{secrets.token_hex(16)}")
        digest, size, head = hashlib.sha256(), 0, b""
        buffer, blocks = bytearray(), list[BlobBlock]()
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"This file is larger than {limit // 2**20} MB. Nothing was stored.")
            if len(head) < 64:
                head = (head + chunk)[:64]
            digest.update(chunk)
            buffer += chunk
            while len(buffer) > BLOCK:
                blocks.append(await self._send(incoming, len(blocks), bytes(buffer[:BLOCK])))
                del buffer[:BLOCK]
        sha256 = digest.hexdigest()
        target = self._blob("stage", sha256)
        if blocks:
            blocks.append(await self._send(incoming, len(blocks), bytes(buffer)))
            await self._settle(incoming, blocks, target)
        else:
            async with self._asking(sha256):
                await target.upload_blob(bytes(buffer), overwrite=True, validate_content=True)
        return Staged(sha256, size, head)

    async def _send(self, incoming: BlobClient, number: int, content: bytes) -> BlobBlock:
        name = f"{number:08d}"
        async with self._asking(incoming.blob_name):
            await incoming.stage_block(name, content, validate_content=True)
        return BlobBlock(block_id=name)

    async def _settle(self, incoming: BlobClient, blocks: list[BlobBlock], target: BlobClient) -> None:
        try:
            async with self._asking(incoming.blob_name):
                await incoming.commit_block_list(blocks)
            await self._copy(incoming, target)
        finally:
            with suppress(Unavailable):  # the next sweep takes it
                await self._delete(incoming)

    async def _copy(self, source: BlobClient, target: BlobClient, **conditions: Any) -> None:
        """Copy in one request: `target` has all of it afterwards, or is what it was."""
        async with self._asking(source.blob_name):
            link, allowed = source.url, dict[str, Any]()  # the link carries the SAS token where that is the key
            if isinstance(self._credential, dict):
                link = f"{link}?{self._leave_to_read(source, **self._credential)}"
            elif not isinstance(self._credential, str):
                token = await self._credential.get_token(_SCOPE)
                allowed["source_authorization"] = f"Bearer {token.token}"
            await target.start_copy_from_url(link, requires_sync=True, **allowed, **conditions)

    @staticmethod
    def _leave_to_read(source: BlobClient, account_name: str, account_key: str) -> str:
        return generate_blob_sas(
            account_name,
            source.container_name,
            source.blob_name,
            account_key=account_key,
            permission=BlobSasPermissions(read=True),
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )

    async def promote(self, sha256: str) -> None:
        source, target = self._blob("stage", sha256), self._blob("main", sha256)
        try:
            await self._copy(source, target, match_condition=MatchConditions.IfMissing)
        except FileExistsError:
            return
        except FileNotFoundError:
            await self.size("main", sha256)

    async def size(self, area: Area, sha256: str) -> int:
        async with self._asking(sha256):
            return int((await self._blob(area, sha256).get_blob_properties()).size)

    async def read(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> bytes:
        return b"".join([piece async for piece in self.stream(area, sha256, start, end)])

    async def stream(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """One ranged request a piece. Content never changes at its address, so pieces need no tie to each other."""
        blob = self._blob(area, sha256)
        if end is not None and end <= start:
            await self.size(area, sha256)
        while end is None or start < end:
            asked = BLOCK if end is None else min(BLOCK, end - start)
            try:
                async with self._asking(sha256):
                    piece = await (await blob.download_blob(start, asked)).readall()
            except EOFError:
                return
            yield piece
            if len(piece) < asked:
                return
            start += len(piece)

    async def delete(self, area: Area, sha256: str) -> None:
        await self._delete(self._blob(area, sha256))

    async def _delete(self, blob: BlobClient, **conditions: Any) -> bool:
        try:
            async with self._asking(blob.blob_name):
                await blob.delete_blob(**conditions)
        except (FileNotFoundError, FileExistsError):
            return False
        return True

    async def sweep_stage(self, older_than_s: float) -> int:
        """Times are the service's own. What is written again between the look and the deletion stays."""
        count = 0
        for prefix in ("stage/", "incoming/"):
            async for name, etag in self._older(prefix, timedelta(seconds=older_than_s)):
                blob = self._container.get_blob_client(name)
                count += await self._delete(blob, etag=etag, match_condition=MatchConditions.IfNotModified)
        return count

    async def _older(self, prefix: str, age: timedelta) -> AsyncIterator[tuple[str, str]]:
        dates: list[datetime] = []

        def see(response: Any) -> None:
            dates.append(parsedate_to_datetime(response.http_response.headers["Date"]))

        pages = self._container.list_blobs(name_starts_with=prefix, raw_response_hook=see).by_page()
        while True:
            async with self._asking(prefix):
                page = await anext(pages, None)
                found = [blob async for blob in page] if page is not None else None
            if found is None:
                return
            for blob in found:
                if blob.last_modified < dates[-1] - age:
                    yield blob.name, blob.etag

    async def close(self) -> None:
        await self._container.close()
        if not isinstance(self._credential, dict | str):
            await self._credential.close()


def _credential(url: str, key: str) -> dict[str, str] | str | AsyncTokenCredential:
    """An account's name and key, a SAS token, or an identity, as `key` says."""
    parts = urlsplit(url)
    folders = parts.path.strip("/").split("/")
    if parts.scheme not in ("https", "http") or not parts.hostname or len(folders) > 2 or not folders[-1]:
        raise ValueError("EDTECH_BLOBS_URL: use azure:https://account.blob.core.windows.net/container")
    if not key:
        from azure.identity.aio import DefaultAzureCredential

        return DefaultAzureCredential()
    if ";" in key:
        fields = {name: value for name, _, value in (part.partition("=") for part in key.split(";"))}
        key = fields.get("AccountKey") or fields.get("SharedAccessSignature", "")
        if not key:
            raise ValueError("EDTECH_BLOBS_KEY: this connection string holds no AccountKey or SharedAccessSignature")
    if "sig=" in key:
        return key.lstrip("?")
    account = folders[0] if len(folders) == 2 else parts.hostname.partition(".")[0]  # emulators put it into the path
    return {"account_name": account, "account_key": key}


def _unavailable(error: Exception, **labels: Any) -> Unavailable:
    """Only kinds and codes are logged: messages may quote a link that carries its right to read."""
    logger.warning("blobs_do_not_answer", error=type(error).__name__, **labels)
    return Unavailable(
        "The file storage does not answer right now. Nothing was stored. Try again in a moment.",
        code="blobs_unavailable",
        retry_after_ms=2000,
    )
