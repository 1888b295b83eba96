"""The stub in a process of its own, as tests of whole installations use it."""

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture
def url() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.llm_stub", "--port", "0", "--key", "k"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def test_it_counts_calls_by_model_and_by_the_work_they_are_for(url: str) -> None:
    with httpx.Client(
        base_url=url, headers={"authorization": "Bearer k", "x-edtech-reference": "job-1/make"}
    ) as client:
        client.post("/control/script", json={"model": "m", "behaviours": ["429", "good"]})
        body = {"model": "m", "messages": [{"role": "user", "content": "Say something."}]}
        assert [client.post("/v1/chat/completions", json=body).status_code for _ in range(3)] == [429, 200, 200]
        assert client.post("/v1/chat/completions", json=body, headers={"authorization": "Bearer x"}).status_code == 401
        told = client.get("/control/calls").json()
        assert (told["total"], told["model"], told["reference"]) == (4, {"m": 4}, {"job-1/make": 4})
        assert len({call["digest"] for call in told["calls"]}) == 1
        assert client.get("/v1/models").json()["data"]
        client.post("/control/reset")
        assert client.get("/control/calls").json()["total"] == 0
