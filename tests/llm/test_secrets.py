"""Keys, prompts and answers stay where they belong: not in a log, an error, a metric or a repr."""

import json
import logging
from collections.abc import Iterator

import pytest

from edkit import metrics
from edkit.clock import SystemClock
from edkit.llm import BudgetSpent, ModelFailed
from edkit.llm.endpoints import Endpoint
from edkit.llm.ledger import MemoryLedger
from edkit.llm.probe import probe_endpoint
from edkit.log import EcsFormatter
from edkit.settings import BadSettings, Settings
from tests.llm.conftest import KEY, HastyClock, Opening, ask, endpoint
from tests.llm_stub.server import BEHAVIOURS, Stub

SECRET = "Nobody may read that Linh wrote this sentence"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Everything that is logged, at the level that logs most, as the product would write it."""
    written: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(EcsFormatter().format(record))

    root, handler = logging.getLogger(), Keeping()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def assert_silent(text: str) -> None:
    for secret in (KEY, "sk-canary", SECRET, "Linh"):
        assert secret not in text


@pytest.mark.parametrize("behaviour", sorted(BEHAVIOURS - {"flood", "slow"}))
async def test_no_text_and_no_key_is_ever_logged_told_or_counted(
    stub: Stub, opening: Opening, lines: list[str], behaviour: str
) -> None:
    logger = logging.getLogger("tests")
    try:
        await opening(behaviour).answer(ask(user=f"{SECRET}. Make 2 questions.", owner="linh"))
    except ModelFailed as failed:
        assert_silent(repr(failed) + failed.message + json.dumps(failed.to_data().model_dump()))
        logger.exception("failed")
    assert any("model_called" in line for line in lines)
    loggers = {json.loads(line)["log.logger"].partition(".")[0] for line in lines}
    assert loggers.isdisjoint({"openai", "httpx2", "httpcore2"})  # whatever they may come to log
    assert_silent("\n".join(lines))
    assert_silent(metrics.render()[0].decode())


async def test_a_call_leaves_one_line_and_its_figures(stub: Stub, opening: Opening, lines: list[str]) -> None:
    usage = (await opening("good").answer(ask(task="measured"))).usage
    line = next(json.loads(line) for line in lines if "model_called" in line)
    assert line["labels"] == line["labels"] | {"task": "measured", "model": "good", "outcome": "ok", "endpoint": "e1"}
    assert line["labels"]["tokens_in"] == usage.tokens_in
    rendered = metrics.render()[0].decode()
    labels = 'endpoint="e1",model="good",task="measured"'
    assert 'edtech_llm_calls_total{endpoint="e1",model="good",outcome="ok",task="measured"} 1.0' in rendered
    assert f"edtech_llm_call_seconds_count{{{labels}}} 1.0" in rendered
    assert f'direction="out",endpoint="e1",model="good",task="measured"}} {float(usage.tokens_out)}' in rendered


async def test_a_wrong_configuration_is_logged_once(
    stub: Stub, opening: Opening, clock: HastyClock, lines: list[str]
) -> None:
    llm = opening("401", "good")
    for _ in range(3):
        await llm.answer(ask())
        await clock.sleep(601)
    assert stub.count("401") == 3
    assert sum("model_endpoint_refuses" in line for line in lines) == 1


async def test_what_was_found_about_an_endpoint_holds_no_key(stub: Stub) -> None:
    stub.key = "another"
    found = await probe_endpoint(Endpoint.model_validate(endpoint(stub, "e", "good")), SystemClock())
    assert not found.ok
    assert_silent(found.model_dump_json())


async def test_settings_show_no_key_and_their_faults_neither(stub: Stub) -> None:
    settings = Settings.load({"EDTECH_LLM_ENDPOINTS": json.dumps([endpoint(stub, "e", "m")])})
    assert_silent(repr(settings) + settings.model_dump_json())
    for wrong in (f'[{{"name": "e", "key": "{KEY}"', f'[{{"key": "{KEY}", "url": "ftp://{KEY}", "large": 1}}]', KEY):
        with pytest.raises(BadSettings) as fault:
            Settings.load({"EDTECH_LLM_ENDPOINTS": wrong})
        assert "EDTECH_LLM_ENDPOINTS" in str(fault.value)
        assert_silent(str(fault.value))


async def test_a_spent_budget_asks_nobody(stub: Stub, opening: Opening) -> None:
    with pytest.raises(BudgetSpent):
        await opening("good", budget=MemoryLedger(SystemClock(), per_owner=10, per_day=0)).answer(ask())
    assert stub.count() == 0
