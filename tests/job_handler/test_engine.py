"""Jobs that ask a language model over HTTP: who answers, what it may cost, and that nothing is asked twice."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from edkit.clock import ManualClock
from edkit.contracts.engines import Budget, EndpointFindings, Engine, GetEngine, ProbeEndpoint
from edkit.errors import AppError, Forbidden, NotFound
from edkit.llm import OFFLINE, Ask
from job_handler.jobs.models import STATE, llm_of
from job_handler.kinds import Kind
from job_handler.repository.queue import LEASE_MS
from tests.job_handler.dying import kill
from tests.job_handler.scripted import Scripted
from tests.job_handler.stage import ADMIN, MAI, OTTO, Stage, kind, stage
from tests.llm_stub.server import Stub, running

KEY = "sk-canary-0123456789"
CAP = 200


class Line(BaseModel):
    """What the model of these tests is asked for."""

    line: str


async def by_hand() -> Line:
    return Line(line="by hand")


async def make(work: Any) -> Any:
    """A step that asks once."""
    ask = Ask(
        task="line",
        owner=work.owner,
        system="Write a line.",
        user="About water.",
        shape=Line,
        offline=by_hand,
        reference=f"{work.job_id}/make",
    )
    answered = await llm_of(work.runtime).answer(ask)
    work.done_by(answered.engine)
    return {"line": answered.value.line}


@pytest.fixture(scope="module")
def served() -> Iterator[Stub]:
    with running() as stub:
        yield stub


@pytest.fixture
def stub(served: Stub) -> Stub:
    served.reset()
    served.key = KEY
    return served


def configured(stub: Stub, *models: str, **more: Any) -> dict[str, Any]:
    """Settings with an endpoint for each model."""
    endpoints = [
        {"name": f"e{number}", "url": f"{stub.url}/v1", "key": KEY, "large": model}
        for number, model in enumerate(models, 1)
    ]
    return {"llm_endpoints": endpoints, "llm_tasks": {"line": {"tokens": CAP}}, **more}


async def engine_of(there: Stage, actor: Any = MAI) -> Engine:
    engine: Engine = await there.ask(GetEngine(), actor)
    return engine


def asking(**more: Any) -> Kind:
    return replace(kind(make=make), **more)


async def test_a_job_asks_the_model_that_settings_name_and_says_so(tmp_path: Path, stub: Stub) -> None:
    async with stage(tmp_path, asking(), **configured(stub, "503", "good")) as there:
        await there.begin()
        job = await there.reached("completed")
        assert job.engine == "good"
        assert (stub.count("503"), stub.count("good"), stub.count(reference="quiz-1/make")) == (1, 1, 2)


async def test_j17_what_was_spent_is_shown_to_whom_it_concerns(tmp_path: Path, database_url: str, stub: Stub) -> None:
    limits = {"llm_tokens_per_user_and_day": 50_000, "llm_tokens_per_day": 90_000}
    chosen = configured(stub, "good", "fenced", **limits)
    async with stage(tmp_path, asking(), database_url=database_url, **chosen) as there:
        await there.begin()
        await there.reached("completed")
        mine = await engine_of(there)
        assert (mine.engine, mine.offline, mine.installation, mine.endpoints) == ("good", False, None, None)
        assert mine.budget is not None
        assert (0 < mine.budget.used < CAP, mine.budget.limit) == (True, 50_000)
        assert (await engine_of(there, OTTO)).budget == Budget(used=0, limit=50_000)
        all_of_it = await engine_of(there, ADMIN)
        assert all_of_it.installation == Budget(used=mine.budget.used, limit=90_000)
        assert all_of_it.endpoints is not None
        assert [(one.name, one.model) for one in all_of_it.endpoints] == [("e1", "good"), ("e2", "fenced")]
        said = all_of_it.model_dump_json()
        assert (KEY in said, stub.url in said) == (False, False)


async def test_without_an_endpoint_it_says_that_it_is_offline(tmp_path: Path) -> None:
    async with stage(tmp_path, asking()) as there:
        await there.begin()
        job = await there.reached("completed")
        assert (job.engine, job.result) == (OFFLINE, {"results": {"make": {"line": "by hand"}}})
        assert await engine_of(there) == Engine(engine=OFFLINE, offline=True)
        assert await engine_of(there, ADMIN) == Engine(engine=OFFLINE, offline=True, endpoints=())


async def test_j17_twenty_jobs_at_once_never_exceed_the_budget(tmp_path: Path, database_url: str, stub: Stub) -> None:
    stub.script("good", "slow:0.3")
    limit = 2_000
    chosen = configured(stub, "good", llm_tokens_per_user_and_day=limit, jobs_at_once=20)
    async with stage(tmp_path, asking(at_once=20), database_url=database_url, **chosen) as there:
        for number in range(20):
            await there.begin(f"quiz-{number}")
        most = 0
        async with asyncio.timeout(40):
            while len(there.ended) < 20:
                budget = (await engine_of(there)).budget
                assert budget is not None
                most = max(most, budget.used)
                await asyncio.sleep(0.01)
        done = [event for event in there.ended if event.status == "completed"]
        refused = [event for event in there.ended if event.error is not None and event.error.code == "budget_spent"]
        assert (len(done) + len(refused), len(done) > 0, len(refused) > 0) == (20, True, True)
        assert most <= limit
        assert stub.count() == len(done)


async def test_j4_no_model_is_asked_again_for_a_step_that_has_ended(tmp_path: Path, stub: Stub) -> None:
    """Its worker dies in the step after. Who had done the thinking was forgotten with it."""
    clock, go, saving = ManualClock(), asyncio.Event(), asyncio.Event()

    async def save(work: Any) -> Any:
        saving.set()
        await go.wait()
        return work.results["make"]

    testing = kind(make=make, save=save)
    async with stage(tmp_path, testing, clock=clock, work=False, **configured(stub, "good")) as there:
        await there.begin()
        first, second = there.new_worker(), there.new_worker()
        await there.took(first)
        async with asyncio.timeout(20):
            await saving.wait()
        await kill(first)
        go.set()
        await clock.advance(LEASE_MS / 1000 + 1)
        await there.took(second)
        await second.quiet()
        job = await there.get()
        assert (job.status, job.engine, stub.count()) == ("completed", "good", 1)


async def test_an_endpoint_is_tested_by_administrators_and_only_by_its_name(tmp_path: Path, stub: Stub) -> None:
    async with stage(tmp_path, asking(), work=False, **configured(stub, "good", "404")) as there:
        findings: EndpointFindings = await there.ask(ProbeEndpoint(name="e1"), ADMIN)
        assert findings.ok, findings.says
        assert any("good answers in" in line for line in findings.says)
        assert not (await there.ask(ProbeEndpoint(name="e2"), ADMIN)).ok
        calls = stub.count()
        for name in ("e3", f"{stub.url}/v1", "E1"):
            with pytest.raises(NotFound) as missing:
                await there.ask(ProbeEndpoint(name=name), ADMIN)
            assert missing.value.code == "endpoint_not_found"
        for name in ("e1", "e3"):
            with pytest.raises(Forbidden):
                await there.ask(ProbeEndpoint(name=name), MAI)
        assert stub.count() == calls


async def test_an_endpoint_that_hangs_is_said_to_be_slow(
    tmp_path: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("job_handler.handlers.engines.PROBE_S", 0.5)
    async with stage(tmp_path, asking(), work=False, **configured(stub, "slow:3")) as there:
        findings: EndpointFindings = await there.ask(ProbeEndpoint(name="e1"), ADMIN)
        assert not findings.ok
        assert "did not answer everything" in findings.says[0]


class Closing(Scripted):
    """A model that notes when it is let go of."""

    closed = 0

    async def close(self) -> None:
        self.closed += 1


async def test_j15_who_leaves_gives_its_jobs_back_before_it_lets_go_of_the_models(tmp_path: Path) -> None:
    asked = asyncio.Event()
    seen: list[int] = []

    def reply(_: Ask[Any]) -> Any:
        raise AppError("Nobody waits for this.")

    model = Closing([reply])

    async def waits(work: Any) -> Any:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            seen.append(model.closed)

    async with stage(tmp_path, kind(waits=waits), state={STATE: model}) as there:
        await there.begin()
        async with asyncio.timeout(20):
            await asked.wait()
        assert model.closed == 0
    assert (seen, model.closed) == ([0], 1)
