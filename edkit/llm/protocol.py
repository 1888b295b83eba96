"""The OpenAI protocol without its library: the body that is sent, what is read of an answer, and what can go wrong."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from edkit.llm.endpoints import TaskLimits

CHARACTERS_A_TOKEN = 16
"""No language needs more. A text longer than its cap allows for is not an answer to what was asked."""

Outcome = Literal["ok", "busy", "late", "unreachable", "refused", "unknown_model", "dialect", "unfit", "garbled"]
Messages = Sequence[dict[str, str]]


class Fault(Exception):
    """A call that gave nothing. `says` is a sentence of ours.

    `billed`: it may have cost something. `hopeless`: it would fail again until somebody changes the configuration.
    """

    def __init__(
        self, outcome: Outcome, says: str, *, billed: bool = False, retry_after_s: float | None = None
    ) -> None:
        self.outcome, self.says, self.billed, self.retry_after_s = outcome, says, billed, retry_after_s
        super().__init__(says)

    @property
    def hopeless(self) -> bool:
        return self.outcome in ("refused", "unknown_model")


class Reply(NamedTuple):
    """What a model has said. Tokens are None where the endpoint does not count. `cut`: it stopped at the cap."""

    text: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    cut: bool = False


@dataclass(frozen=True)
class Dialect:
    """What one model of one endpoint is known not to object to. It begins with everything."""

    form: Literal["schema", "object", "prose"] = "schema"
    effort: bool = True
    cap: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    counts_streams: bool = True

    def without(self, complaint: str) -> "Dialect":
        """This dialect without what the complaint names; the plainest one if it names nothing that we know."""
        said = complaint.lower()
        simpler = self
        if "reasoning" in said:
            simpler = replace(simpler, effort=False)
        if "max_completion_tokens" in said or "max_tokens" in said:
            simpler = replace(simpler, cap="max_tokens")
        if "stream_options" in said:
            simpler = replace(simpler, counts_streams=False)
        if "response_format" in said or "schema" in said or "json" in said:
            simpler = replace(simpler, form="object" if self.form == "schema" else "prose")
        return PLAINEST if simpler == self else simpler


PLAINEST = Dialect("prose", effort=False, cap="max_tokens", counts_streams=False)


def body_of(
    model: str, messages: Messages, shape: type[BaseModel] | None, limits: TaskLimits, dialect: Dialect
) -> dict[str, Any]:
    """The body of one call, in the dialect. Without a form for it, the schema stands in the first message."""
    body: dict[str, Any] = {"model": model, "messages": list(messages), dialect.cap: limits.tokens}
    if limits.effort is not None and dialect.effort:
        body["reasoning_effort"] = limits.effort
    if shape is None:
        return body
    schema = shape.model_json_schema()
    if dialect.form == "schema":
        named = {"name": re.sub(r"\W", "_", shape.__name__)[:60], "schema": schema, "strict": False}
        return {**body, "response_format": {"type": "json_schema", "json_schema": named}}
    if dialect.form == "object":
        body["response_format"] = {"type": "json_object"}
    first, *rest = messages
    asked = f"{first['content']}\n\nAnswer with JSON alone, by this schema:\n{json.dumps(schema, ensure_ascii=False)}"
    return {**body, "messages": [{**first, "content": asked}, *rest]}


def headers_of(told: Mapping[str, str]) -> dict[str, str]:
    """What an endpoint may note: the task, and the work it is for. Printable ASCII, as headers must be."""
    return {f"x-edtech-{name}": re.sub(r"[^!-~]", "_", value)[:200] for name, value in told.items() if value}


def at(value: Any, *path: str | int) -> Any:
    """What stands at the end of a path in JSON of strangers; None if it does not go so far."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def counted(data: Any) -> tuple[int | None, int | None]:
    """Tokens in and out, where the endpoint counts them."""
    numbers = [at(data, "usage", name) for name in ("prompt_tokens", "completion_tokens")]
    known = [number if isinstance(number, int) and 0 <= number < 2**31 else None for number in numbers]
    return known[0], known[1]


def vectors_in(data: Any, count: int) -> list[list[float]] | None:
    """The `count` vectors of an answer in the order of the texts, made one long; None if they are not all there."""
    rows = at(data, "data")
    found = {at(row, "index"): at(row, "embedding") for row in rows} if isinstance(rows, list) else {}
    vectors = [vector for place in range(count) if (vector := _unit(found.get(place))) is not None]
    return vectors if len(vectors) == count else None


def _unit(vector: Any) -> list[float] | None:
    if not isinstance(vector, list) or not all(isinstance(number, (int, float)) for number in vector):
        return None
    try:
        norm = sqrt(sum(number * number for number in vector))
    except OverflowError:
        return None
    return [number / norm for number in vector] if isfinite(norm) and norm > 0 else None


def exhausted(said: str) -> bool:
    """Whether an endpoint says, in whatever field and with whatever status, that it has nothing left to give."""
    return re.search(r"resource.{0,10}exhausted", said, re.IGNORECASE) is not None


def unfit(said: str) -> bool:
    """Whether it is this text that is refused: too long for the model, or against its provider's rules."""
    return (
        re.search(r"context.{0,20}length|maximum context|content.?(?:filter|management)", said, re.IGNORECASE)
        is not None
    )
