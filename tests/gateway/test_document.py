"""The OpenAPI document: committed, current, and true."""

from typing import Any

import pytest

from gateway import openapi
from gateway.api import describe, make_api, operations
from tests.gateway.school import School


def test_the_committed_document_is_current() -> None:
    assert openapi.DOCUMENT.read_text(encoding="utf-8") == openapi.current(), "run: python -m gateway.openapi"


async def test_it_is_served_as_it_is_committed(school: School) -> None:
    answer = await school.ask("GET", "/openapi.json")
    assert answer.json() == describe(make_api())


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in value.values()))
    return set().union(*(references(inner) for inner in value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    document = describe(make_api())
    named = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) == named


@pytest.mark.parametrize(("route", "operation"), operations(describe(make_api())).items())
def test_every_operation_is_described(route: tuple[str, str], operation: dict[str, Any]) -> None:
    method, _ = route
    assert operation["summary"]
    assert operation["description"]
    assert "503" in operation["responses"]
    good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    assert all("content" in answer or answer is operation["responses"].get("204") for answer in good)
    parameters = [parameter["name"] for parameter in operation.get("parameters", [])]
    has_key = "Idempotency-Key" in parameters
    assert has_key == (method == "POST" and not route[1].startswith("/api/auth/"))
    assert len(parameters) == len(set(parameters))
