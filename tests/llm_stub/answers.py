"""What a good model would say: a value for any JSON schema, its words taken from the text it was given."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

COUNT = re.compile(r"\b(\d{1,2})\s+(?:good\s+|more\s+|new\s+)?(?:questions|items)", re.IGNORECASE)
INJECTED = re.compile(r"ignore [^\n]*?instructions[^\n]*?(?:answer|say|return|write)[: ]+([^\n]+)", re.IGNORECASE)
SCHEMA_IN_WORDS = "by this schema:\n"


def schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    """The schema that a request asks for, in its form or in words."""
    asked = body.get("response_format") or {}
    if asked.get("type") == "json_schema":
        return dict(asked["json_schema"]["schema"])
    system = str(body["messages"][0]["content"])
    if SCHEMA_IN_WORDS in system:
        return dict(json.loads(system.split(SCHEMA_IN_WORDS, 1)[1]))
    return None


def prompt_of(body: dict[str, Any]) -> str:
    return "\n".join(str(message["content"]) for message in body["messages"])


def injected(body: dict[str, Any]) -> str:
    """What an instruction in somebody's text wants said."""
    found = INJECTED.search(prompt_of(body))
    return found[1] if found else "There was nothing to obey."


def good(body: dict[str, Any]) -> str:
    """A valid answer; without a schema, a sentence."""
    schema = schema_of(body)
    if schema is None:
        return "I am ready, and say so in one sentence."
    text = str(body["messages"][-1]["content"])
    sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+", text) if part.strip()] or ["A sentence."]
    found = COUNT.search(text)
    return json.dumps(_Filling(schema, sentences, int(found[1]) if found else 3).value(schema), ensure_ascii=False)


class _Filling:
    def __init__(self, schema: dict[str, Any], sentences: list[str], count: int) -> None:
        self._definitions = schema.get("$defs", {})
        self._words: Iterator[tuple[int, str]] = enumerate(itertools.cycle(sentences))
        self._count = count

    def value(self, schema: dict[str, Any]) -> Any:
        if reference := schema.get("$ref"):
            return self.value(self._definitions[reference.rsplit("/", 1)[1]])
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self.value(next(one for one in schema[choice] if one.get("type") != "null"))
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                return {name: self.value(part) for name, part in schema.get("properties", {}).items()}
            case "array":
                return [self.value(schema.get("items", {})) for _ in range(self._length(schema))]
            case "integer" | "number":
                return schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
            case "boolean":
                return True
            case _:
                number, sentence = next(self._words)
                return sentence[: schema.get("maxLength", 200) - 5] + f" ({number})"

    def _length(self, schema: dict[str, Any]) -> int:
        wanted = self._count if "$ref" in schema.get("items", {}) else 3
        return int(min(max(wanted, schema.get("minItems", 0)), schema.get("maxItems", wanted)))
