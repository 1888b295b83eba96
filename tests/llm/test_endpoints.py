"""What an operator writes about language models, and what is refused."""

import json
from typing import Any

import pytest

from edkit.llm.endpoints import Endpoint, TaskLimits, limits_of
from edkit.settings import BadSettings, Settings

PLAIN = {"name": "e", "url": "https://models.example/v1", "large": "m"}


def load(*endpoints: dict[str, Any], **settings: str) -> Settings:
    return Settings.load({"EDTECH_LLM_ENDPOINTS": json.dumps(endpoints), **settings})


def test_a_name_is_enough_for_a_model_and_one_model_serves_both_sizes() -> None:
    endpoint = load(PLAIN).llm_endpoints[0]
    assert endpoint.model_of("small").model == endpoint.model_of("large").model == "m"
    assert load({**PLAIN, "small": "s"}).llm_endpoints[0].model_of("small").model == "s"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": "models.example"}, "whole address"),
        ({"url": "file:///etc/passwd"}, "whole address"),
        ({"url": "https://user:secret@models.example"}, "no user"),
        ({"url": "https://models.example/v1?key=secret"}, "no user"),
        ({"large": None}, "name a model"),
        ({"name": "Has Spaces"}, "pattern"),
        ({"modle": "typo"}, "not permitted"),
        ({"embedding": "without-its-size"}, "DIMENSIONS"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(change: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSettings) as fault:
        load({**PLAIN, **change})
    assert says in str(fault.value)
    assert "secret" not in str(fault.value)


def test_two_endpoints_cannot_share_a_name() -> None:
    with pytest.raises(BadSettings, match="same name"):
        load(PLAIN, PLAIN)


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://models.example/v1", False),
        ("http://models.example/v1", True),
        ("http://8.8.8.8:8000/v1", True),
        ("http://127.0.0.1:11434/v1", False),
        ("http://192.168.1.20:11434/v1", False),
        ("http://[::1]:11434/v1", False),
        ("http://[2001:4860:4860::8888]/v1", True),
        ("http://ollama:11434/v1", False),
        ("http://gpu.local/v1", False),
    ],
)
def test_keys_and_texts_do_not_cross_the_internet_unencrypted_in_production(url: str, refused: bool) -> None:
    settings = load({**PLAIN, "url": url}).model_copy(update={"mode": "production"})
    assert any("EDTECH_LLM_ENDPOINTS" in fault for fault in settings.refusals()) == refused


def test_a_tasks_row_is_changed_only_where_the_settings_say_so() -> None:
    overrides = load(EDTECH_LLM_TASKS='{"generate_quiz": {"tokens": 100}, "own": {"seconds": 5}}').llm_tasks
    table = limits_of("generate_quiz", {})
    assert limits_of("generate_quiz", overrides) == table.model_copy(update={"tokens": 100})
    assert limits_of("own", overrides) == TaskLimits(seconds=5)
    assert limits_of("unheard_of", overrides).tokens == 8192


def test_the_key_of_an_endpoint_is_not_part_of_how_it_is_shown() -> None:
    endpoint = Endpoint.model_validate({**PLAIN, "key": "sk-secret"})
    assert "sk-secret" not in f"{endpoint!r} {endpoint} {endpoint.model_dump_json()}"
