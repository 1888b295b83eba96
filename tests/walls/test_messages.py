"""The published language is whole: what is written down is what is sent, and somebody takes every message."""

import json

from edkit.contracts.schema import contract_models, current_schema
from edkit.launch import load
from edkit.message import Message, Request, Task
from tests.walls.test_walls import ROOT

SCHEMA = ROOT / "edkit" / "contracts" / "schema.json"


def messages() -> list[type[Message]]:
    return [model for model in contract_models() if issubclass(model, Message)]


def test_the_committed_schema_is_the_one_the_models_make() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == current_schema(), "run: edtech schema"


def test_every_message_is_in_the_committed_schema() -> None:
    written = json.loads(SCHEMA.read_text(encoding="utf-8"))["messages"]
    assert {message.__name__ for message in messages()} == set(written)


def test_every_request_and_task_is_taken_by_the_service_it_names() -> None:
    services = {service.name: service for service in load()}
    for message in messages():
        if issubclass(message, Request):
            assert message in services[message.service].requests, f"{message.__name__}: see {message.service}/app.py"
        if issubclass(message, Task):
            assert message in services[message.service].tasks, f"{message.__name__}: see {message.service}/app.py"


def test_no_service_takes_a_request_that_names_another() -> None:
    for service in load():
        strangers = [taken.__name__ for taken in service.requests if taken.service != service.name]
        assert strangers == [], service.name
