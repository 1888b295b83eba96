"""Vectors: from endpoints over real HTTP, and from the model on this machine."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from edkit.llm import BudgetSpent, Embedder, ModelFailed, open_embedder
from edkit.llm.ledger import MemoryLedger
from edkit.llm.local import LocalEmbedder
from edkit.llm.minilm import DIMENSIONS, MiniLM
from edkit.settings import Settings
from tests.llm.conftest import HastyClock
from tests.llm_stub.server import Stub, vector


def opened(
    stub: Stub, clock: HastyClock, ledger: MemoryLedger, *models: str, dimensions: int = 8, **settings: Any
) -> Embedder:
    """An embedder over endpoints of one stub that all have the same model, but different ways to it."""
    endpoints = [
        {
            "name": f"e{number}",
            "url": f"{stub.url}{way}",
            "key": stub.key,
            "embedding": {"model": model, "dimensions": dimensions},
        }
        for number, (model, way) in enumerate(zip(models, ("/v1", "/second/v1", "/third/v1"), strict=False), 1)
    ]
    return open_embedder(Settings.model_validate({"llm_endpoints": endpoints, **settings}), ledger, clock)


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(one, other, strict=True))


async def test_texts_go_in_batches_of_five_with_a_pause_between(
    stub: Stub, clock: HastyClock, ledger: MemoryLedger
) -> None:
    embedder = opened(stub, clock, ledger, "m")
    texts = [f"text {number}" for number in range(12)]
    vectors = await embedder.embed(texts, owner="mai")
    assert [len(call.body["input"]) for call in stub.calls] == [5, 5, 2]
    assert [wait for wait in clock.waits if wait] == [0.3, 0.3]
    assert (embedder.name, embedder.dimensions) == ("m", 8)
    for text, found in zip(texts, vectors, strict=True):
        assert math.isclose(math.hypot(*found), 1, abs_tol=1e-9)
        assert math.isclose(cosine(found, vector(text, 8)), math.hypot(*vector(text, 8)))
    assert 0 < ledger.used("mai") < 100
    await embedder.close()


async def test_batch_and_pause_are_settings(stub: Stub, clock: HastyClock, ledger: MemoryLedger) -> None:
    embedder = opened(stub, clock, ledger, "m", llm_embed_batch=2, llm_embed_pause_ms=50)
    await embedder.embed(["a", "b", "", "d"])
    assert [call.body["input"] for call in stub.calls] == [["a", "b"], [" ", "d"]]
    assert [wait for wait in clock.waits if wait] == [0.05]
    await embedder.close()


@pytest.mark.parametrize(
    "behaviour", ["429", "503", "hangs_up", "html", "garbage", "wrong", "nothing", "exhausted_200"]
)
async def test_three_tries_with_longer_waits_then_a_clear_failure(
    stub: Stub, clock: HastyClock, ledger: MemoryLedger, behaviour: str
) -> None:
    embedder = opened(stub, clock, ledger, behaviour)
    with pytest.raises(ModelFailed) as failed:
        await embedder.embed(["a"])
    assert stub.count() == 3
    assert [wait for wait in clock.waits if wait] == [0.5, 1.0]
    assert "e1" in failed.value.message
    await embedder.close()


async def test_the_last_try_goes_to_the_next_endpoint_with_the_same_model(
    stub: Stub, clock: HastyClock, ledger: MemoryLedger
) -> None:
    stub.script("m", "503")
    embedder = opened(stub, clock, ledger, "m", "m")
    with pytest.raises(ModelFailed) as failed:
        await embedder.embed(["a"])
    assert stub.count("m") == 2
    assert stub.strangers == ["/second/v1/embeddings"]
    assert "e2" in failed.value.message
    await embedder.close()


async def test_no_vector_comes_from_another_model(stub: Stub, clock: HastyClock, ledger: MemoryLedger) -> None:
    stub.script("m", "503")
    embedder = opened(stub, clock, ledger, "m", "other")
    with pytest.raises(ModelFailed):
        await embedder.embed(["a"])
    assert (stub.count("m"), stub.strangers) == (3, [])
    await embedder.close()


async def test_a_vector_of_another_size_than_configured_is_told(
    stub: Stub, clock: HastyClock, ledger: MemoryLedger
) -> None:
    embedder = opened(stub, clock, ledger, "m-16")
    with pytest.raises(ModelFailed) as failed:
        await embedder.embed(["a"])
    assert "16" in failed.value.message
    await embedder.close()


async def test_a_spent_budget_asks_nobody(stub: Stub, clock: HastyClock) -> None:
    embedder = opened(stub, clock, MemoryLedger(clock, per_owner=10, per_day=0), "m")
    with pytest.raises(BudgetSpent):
        await embedder.embed(["a text of more than ten bytes"], owner="mai")
    assert stub.count() == 0
    await embedder.close()


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_near_meanings_have_near_vectors(minilm: MiniLM) -> None:
    near, same, far = minilm.embed(
        ["A cat sleeps on the sofa.", "A kitten naps on the couch.", "Interest rates rose by a point."]
    )
    assert float(near @ same) > 0.5 > 0.2 > float(near @ far)


def test_a_text_has_the_same_vector_alone_and_among_others(minilm: MiniLM) -> None:
    texts = ["Short.", "", "Cells divide by mitosis. " * 3, "Việt Nam có nhiều sông.", "word " * 1000]
    others = [f"Sentence number {number}." for number in range(30)]  # more than one batch
    together = minilm.embed([*others, *texts])
    alone = np.concatenate([minilm.embed([text]) for text in texts])
    assert together.shape == (35, DIMENSIONS)
    assert float(np.abs(together[30:] - alone).max()) < 1e-5
    assert float(np.abs(np.linalg.norm(together, axis=1) - 1).max()) < 1e-5


def test_nothing_has_no_vectors(minilm: MiniLM) -> None:
    assert minilm.embed([]).shape == (0, DIMENSIONS)


def test_words_beyond_the_first_256_tokens_do_not_count(minilm: MiniLM) -> None:
    long = "photosynthesis " * 300
    one, other = minilm.embed([long, long + "and something else"])
    assert float(np.abs(one - other).max()) < 1e-6


async def test_without_an_endpoint_the_model_on_this_machine_is_asked(
    stub: Stub, clock: HastyClock, ledger: MemoryLedger
) -> None:
    embedder = opened(stub, clock, ledger)
    assert isinstance(embedder, LocalEmbedder)
    found = await embedder.embed(["A cat sleeps on the sofa.", "A kitten naps on the couch."])
    assert [len(one) for one in found] == [embedder.dimensions] * 2
    assert cosine(found[0], found[1]) > 0.5
    assert stub.count() == 0
    await embedder.close()
