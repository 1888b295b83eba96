"""What an endpoint can do, as `edtech doctor --llm` and an administrator's page say it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edkit.clock import SystemClock
from edkit.doctor import Finding, examine
from edkit.llm.endpoints import Endpoint
from edkit.llm.probe import Findings, probe_endpoint
from edkit.settings import Settings
from tests.llm.conftest import KEY, endpoint
from tests.llm_stub.server import Stub


async def found(stub: Stub, model: str, **more: Any) -> Findings:
    return await probe_endpoint(Endpoint.model_validate(endpoint(stub, "e", model, **more)), SystemClock())


async def test_a_good_endpoint_is_told_to_be_one(stub: Stub) -> None:
    findings = await found(stub, "good", embedding={"model": "good", "dimensions": 8})
    assert findings.ok
    assert findings.milliseconds is not None
    first, second, third = findings.says
    assert "knows the models" in first
    assert "JSON by a schema, piece by piece, too" in second
    assert "vectors of 8 numbers" in third
    assert stub.count() == 3


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("no_schema", "not by a schema"),
        ("no_json", "in words alone"),
        ("fenced", "by a schema"),
        ("unheard_of", "does not list"),
    ],
)
async def test_what_it_cannot_do_but_nobody_needs_is_said(stub: Stub, model: str, says: str) -> None:
    findings = await found(stub, model)
    assert findings.ok
    assert says in " ".join(findings.says)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("404", "there is no model 404"),
        ("nonsense", "not in JSON"),
        ("429", "busy"),
        ("500", "a fault of its own"),
        ("html", "cannot be read"),
        ("hangs_up", "hung up"),
    ],
)
async def test_what_would_stop_every_task_is_a_fault(stub: Stub, model: str, says: str) -> None:
    findings = await found(stub, model)
    assert not findings.ok
    assert says in " ".join(findings.says)


async def test_every_fault_is_found_and_not_only_the_first(stub: Stub) -> None:
    findings = await found(stub, "404", small="503", embedding={"model": "good-16", "dimensions": 8})
    assert not findings.ok
    assert [part for part in ("404", "503", "16 numbers") if part in " ".join(findings.says)] == [
        "404",
        "503",
        "16 numbers",
    ]


async def test_a_wrong_key_and_a_closed_door_end_it_at_once(stub: Stub) -> None:
    stub.key = "another"
    assert "check key" in " ".join((await found(stub, "good")).says)
    stub.url, there = "http://127.0.0.1:9", stub.url
    assert "cannot be reached" in " ".join((await found(stub, "good")).says)
    stub.url = there
    assert stub.count() == 0


async def subject(name: str, data: Path, settings: dict[str, Any], *, ask_models: bool = False) -> Finding:
    chosen = Settings.model_validate({"data": data, **settings})
    findings = await examine(chosen, [], ask_models=ask_models)
    return next(finding for finding in findings if finding.subject == name)


async def test_doctor_says_which_engine_answers_and_asks_none_unless_told_to(stub: Stub, tmp_path: Path) -> None:
    assert "offline" in (await subject("language model", tmp_path, {})).says
    assert "this machine" in (await subject("embeddings", tmp_path, {})).says
    settings = {"llm_endpoints": [endpoint(stub, "one", "good"), endpoint(stub, "two", "404")]}
    said = (await subject("language model", tmp_path, settings)).says
    assert said.startswith("good at one, then 404 at two")
    assert stub.count() == 0
    assert (await subject("endpoint one", tmp_path, settings, ask_models=True)).well
    assert not (await subject("endpoint two", tmp_path, settings, ask_models=True)).well


def test_the_command_prints_it_without_the_key(stub: Stub, tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text(json.dumps([endpoint(stub, "school", "good")]))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EDTECH_")}
    ended = subprocess.run(
        [sys.executable, "-m", "edkit.cli", "doctor", "--llm"],
        env={
            **clean,
            "EDTECH_DATA": str(tmp_path / "data"),
            "EDTECH_LLM_ENDPOINTS_FILE": str(tmp_path / "endpoints.json"),
            "OPENAI_LOG": "debug",
            "EDTECH_LOG_LEVEL": "DEBUG",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "ok   endpoint school: It is reached" in ended.stdout
    assert KEY not in ended.stdout + ended.stderr
    assert "You are being tested" not in ended.stdout + ended.stderr
