"""What an installation knows of language models: its endpoints in order of preference, and what a task may take."""

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from edkit.llm import Size
from edkit.message import Frozen

AZURE_VERSION = "2024-10-21"
"""The newest version of Azure's API that is promised to stay, with answers by schema."""


class Model(Frozen):
    """A model by its name (at Azure: that of its deployment). Prices are for a million tokens, in one currency."""

    model: str = Field(min_length=1, max_length=200)
    price_in: float = Field(0, ge=0)
    price_out: float = Field(0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: object) -> object:
        return {"model": value} if isinstance(value, str) else value

    def cost_micros(self, tokens_in: int, tokens_out: int) -> int:
        """What so many tokens cost, in millionths."""
        return round(tokens_in * self.price_in + tokens_out * self.price_out)


class EmbeddingModel(Model):
    """A model that turns texts into vectors of `dimensions` numbers."""

    dimensions: int = Field(ge=1, le=8192)

    def compares_with(self, other: "EmbeddingModel | None") -> bool:
        """Whether vectors of both lie in one space."""
        return other is not None and (self.model, self.dimensions) == (other.model, other.dimensions)


class Endpoint(Frozen):
    """A server that speaks the OpenAI protocol. With one of `large` and `small`, that one serves for both."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
    kind: Literal["openai", "azure"] = "openai"
    url: str
    key: SecretStr = SecretStr("")
    api_version: str = AZURE_VERSION
    large: Model | None = None
    small: Model | None = None
    embedding: EmbeddingModel | None = None

    @field_validator("url")
    @classmethod
    def _plain(cls, url: str) -> str:
        """No credentials in it: URLs are shown, keys are not."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write the whole address, such as https://api.openai.com/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("an address has no user, password or query; the key stands in key")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _of_use(self) -> "Endpoint":
        if not (self.chats or self.embedding):
            raise ValueError("name a model: large, small or embedding")
        return self

    @property
    def chats(self) -> bool:
        """Whether it has a model that answers."""
        return bool(self.large or self.small)

    def model_of(self, size: Size) -> Model:
        """The model of this size, or the one there is."""
        first, second = (self.large, self.small) if size == "large" else (self.small, self.large)
        model = first or second
        if model is None:
            raise ValueError(f"{self.name} has no model that answers")
        return model

    @property
    def in_the_clear(self) -> bool:
        """Whether keys and texts would cross the internet unencrypted: plain http to what is not in the own network."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return False
        try:
            return not ip_address(host).is_private
        except ValueError:
            return "." in host.strip(".") and not host.endswith((".local", ".internal", ".localhost"))


class TaskLimits(Frozen):
    """What one task may take: which model, how much thought, tokens of the answer, and seconds of one call."""

    size: Size | None = None
    effort: Literal["none", "minimal", "low", "medium", "high"] | None = None
    tokens: int = Field(8192, ge=16, le=131_072)
    seconds: float = Field(120, gt=0, le=1800)


TASKS: Mapping[str, TaskLimits] = {
    "generate_quiz": TaskLimits(effort="low"),
    "regenerate_question": TaskLimits(effort="low", tokens=4096, seconds=60),
    "probe": TaskLimits(tokens=1024, seconds=30),
}
"""Every task with limits of its own. A task that is not here has the defaults above."""


def limits_of(task: str, overrides: Mapping[str, TaskLimits]) -> TaskLimits:
    """The limits of a task: the table's, but for what the settings say."""
    table = TASKS.get(task, TaskLimits())
    if task not in overrides:
        return table
    return table.model_copy(update=overrides[task].model_dump(exclude_unset=True))


def from_json(value: object) -> Any:
    """The value of a setting that is written as JSON. The fault names a place and never what stands there: keys do."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as fault:
        place = f"line {fault.lineno}, column {fault.colno}" if isinstance(fault, json.JSONDecodeError) else "somewhere"
        raise ValueError(f"this is not JSON ({place})") from None
