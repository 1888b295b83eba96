"""What the Azure engine does when the service or the network fails: a clear Unavailable, and nothing half there.

The service is the recorded one; the failures are real, on its connections.
"""

import hashlib
import logging
from collections.abc import AsyncIterator
from typing import get_args

import pytest

from edkit.blobs import open_blobs
from edkit.blobs.azure import BLOCK, LARGEST, AzureBlobs
from edkit.errors import TooLarge, Unavailable
from tests.contract.azure_double.door import KEY, Fault
from tests.contract.azure_double.stores import AzureStore, recorded_azure

LONG = b"".join(page.to_bytes(4, "big") * 1024 for page in range(640))
SHA = hashlib.sha256(LONG).hexdigest()
PATH = f"{SHA[:2]}/{SHA}"
SHORT = b"fits into one request"
SHORT_SHA = hashlib.sha256(SHORT).hexdigest()
OUTAGES: list[Fault] = ["busy", "broken", "hang"]
STEPS = {"first block": 0, "last block": 2, "commit": 3, "copy": 4, "tidying up": 5}
"""What staging LONG asks the service, by how many requests come before."""


async def pieces(content: bytes, size: int = 70_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.fixture
async def azure(request: pytest.FixtureRequest) -> AsyncIterator[AzureStore]:
    """Gives up soon."""
    async with recorded_azure(request.node.name, within_s=2.0, retries=0) as store:
        yield store


@pytest.mark.parametrize(
    ("step", "fault"), [*((step, "cut") for step in STEPS), *(("last block", fault) for fault in OUTAGES)]
)
async def test_an_outage_in_the_middle_of_an_upload_leaves_all_or_nothing(
    azure: AzureStore, step: str, fault: Fault
) -> None:
    azure.door.fail(fault, after=STEPS[step])
    if step == "tidying up":
        await azure.blobs.stage(pieces(LONG), limit=len(LONG))
    else:
        with pytest.raises(Unavailable) as refusal:
            await azure.blobs.stage(pieces(LONG), limit=len(LONG))
        assert refusal.value.code == "blobs_unavailable"
        assert refusal.value.retry_after_ms
    azure.door.heal()
    left = [name for name in await azure.everything() if not name.startswith("incoming/")]
    assert left == ([f"stage/{PATH}"] if step == "tidying up" else [])
    await azure.blobs.stage(pieces(LONG), limit=len(LONG))
    assert await azure.blobs.size("stage", SHA) == len(LONG)


async def test_what_an_outage_left_behind_is_swept(azure: AzureStore) -> None:
    azure.door.fail("cut", after=STEPS["copy"])
    with pytest.raises(Unavailable):
        await azure.blobs.stage(pieces(LONG), limit=len(LONG))
    azure.door.heal()
    assert [name.partition("/")[0] for name in await azure.everything()] == ["incoming"]
    await azure.age(SHA)
    assert await azure.blobs.sweep_stage(azure.old_s) == 1
    assert await azure.everything() == []


@pytest.mark.parametrize("fault", ["busy", "cut"])
async def test_every_other_call_says_that_the_service_is_away(azure: AzureStore, fault: Fault) -> None:
    blobs = azure.blobs
    await blobs.stage(pieces(SHORT), limit=100)
    azure.door.fail(fault)
    for call in (
        blobs.stage(pieces(SHORT), limit=100),
        blobs.promote(SHORT_SHA),
        blobs.size("stage", SHORT_SHA),
        blobs.read("stage", SHORT_SHA),
        blobs.delete("stage", SHORT_SHA),
        blobs.sweep_stage(0),
    ):
        with pytest.raises(Unavailable):
            await call
    azure.door.heal()
    assert await blobs.read("stage", SHORT_SHA) == SHORT
    with pytest.raises(FileNotFoundError):
        await blobs.size("main", SHORT_SHA)


async def test_a_download_that_breaks_off_says_so_and_never_ends_early(azure: AzureStore) -> None:
    await azure.blobs.stage(pieces(LONG), limit=len(LONG))
    azure.door.fail("half an answer", after=1)
    pieces_of_it = azure.blobs.stream("stage", SHA)
    assert await anext(pieces_of_it) == LONG[:BLOCK]
    with pytest.raises(Unavailable):
        await anext(pieces_of_it)


@pytest.fixture
async def patient(request: pytest.FixtureRequest) -> AsyncIterator[AzureStore]:
    async with recorded_azure(request.node.name) as store:
        yield store


@pytest.mark.parametrize("fault", ["busy", "cut", "answer lost", "half an answer"])
async def test_a_short_hiccup_is_got_over(patient: AzureStore, fault: Fault) -> None:
    """A lost answer most of all: what was done is done again, to the same end."""
    blobs = patient.blobs
    patient.door.fail(fault, times=1)
    await blobs.stage(pieces(SHORT), limit=100)
    patient.door.fail(fault, times=1)
    await blobs.promote(SHORT_SHA)
    patient.door.fail(fault, times=1)
    assert await blobs.read("main", SHORT_SHA) == SHORT
    patient.door.fail(fault, times=1)
    await blobs.delete("stage", SHORT_SHA)
    patient.door.heal()
    assert await patient.everything() == [f"main/{SHORT_SHA[:2]}/{SHORT_SHA}"]


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])
async def test_a_byte_changed_on_its_way_is_noticed_by_the_service(azure: AzureStore, content: bytes) -> None:
    azure.door.fail("corrupt", after=1 if content is LONG else 0, times=1)
    with pytest.raises(Unavailable):
        await azure.blobs.stage(pieces(content), limit=len(content))
    assert await azure.everything() == []


async def test_a_stream_is_sent_while_it_comes(azure: AzureStore) -> None:
    """However long it is, no more than a few blocks of it wait in memory."""
    came = 0
    waiting: list[int] = []

    async def coming() -> AsyncIterator[bytes]:
        nonlocal came
        async for piece in pieces(LONG):
            came += len(piece)
            waiting.append(came - sum(size for _, size in azure.door.seen))
            yield piece

    await azure.blobs.stage(coming(), limit=len(LONG))
    assert max(waiting) <= BLOCK + 70_000


async def test_more_than_the_service_copies_at_once_is_refused_whatever_the_limit(azure: AzureStore) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"first"
        yield memoryview(bytearray(LARGEST))  # type: ignore[misc]  # counted, never sent

    with pytest.raises(TooLarge, match="256 MB"):
        await azure.blobs.stage(endless(), limit=2 * LARGEST)
    assert await azure.everything() == []


async def test_a_missing_container_is_an_outage_and_no_missing_file(request: pytest.FixtureRequest) -> None:
    async with recorded_azure(request.node.name, container="not-there") as azure:
        for call in (azure.blobs.read("main", SHA), azure.blobs.size("main", SHA), azure.blobs.promote(SHA)):
            with pytest.raises(Unavailable):
                await call


async def test_the_key_is_told_to_nobody(azure: AzureStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await azure.blobs.stage(pieces(LONG), limit=len(LONG))
    azure.door.fail("broken")
    with pytest.raises(Unavailable) as refusal:
        await azure.blobs.promote(SHA)
    told = "\n".join([str(refusal.value), repr(azure.blobs), *(str(vars(record)) for record in caplog.records)])
    assert "blobs_do_not_answer" in told
    assert KEY not in told
    assert "sig=" not in told.replace("sig=REDACTED", "")


@pytest.mark.parametrize(
    "key",
    [
        f"DefaultEndpointsProtocol=https;AccountName=school;AccountKey={KEY};EndpointSuffix=core.windows.net",
        "BlobEndpoint=https://school.blob.core.windows.net;SharedAccessSignature=sv=2025-01-01&sig=c2ln",
        "?sv=2025-01-01&sig=c2ln",
        KEY,
        "",
    ],
    ids=["connection-string-key", "connection-string-sas", "sas", "key", "identity"],
)
async def test_every_kind_of_key_is_taken(key: str) -> None:
    blobs = open_blobs("azure:https://school.blob.core.windows.net/files", key)
    assert isinstance(blobs, AzureBlobs)
    await blobs.close()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("azure:school/files", KEY),
        ("azure:https://school.blob.core.windows.net", KEY),
        ("azure:https://school.blob.core.windows.net/a/b/c", KEY),
        ("azure:https://school.blob.core.windows.net/files", "AccountName=school;Nothing=here"),
    ],
)
def test_what_cannot_be_an_account_is_refused_at_once(url: str, key: str) -> None:
    with pytest.raises(ValueError, match="EDTECH_BLOBS_"):
        open_blobs(url, key)


def test_every_fault_of_the_door_is_used() -> None:
    assert set(get_args(Fault)) == {*OUTAGES, "cut", "answer lost", "half an answer", "corrupt"}
