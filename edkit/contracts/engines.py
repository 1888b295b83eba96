"""Who answers where language is asked for: a model by its name, or nobody (`offline`), and what it may still spend."""

from pydantic import Field

from edkit.contracts.common import Line
from edkit.message import Frozen, Request


class Budget(Frozen):
    """Tokens of language models: those of today, and how many there may be. A `limit` of 0: as many as are wanted."""

    used: int = 0
    limit: int = 0


class Endpoint(Frozen):
    """Where a model is asked, in order of preference. The key stays where it is."""

    name: Line
    model: Line


class Engine(Frozen):
    """Who answers now. `budget` is the actor's own; the rest is for administrators."""

    engine: Line
    offline: bool
    budget: Budget | None = None
    installation: Budget | None = None
    endpoints: tuple[Endpoint, ...] | None = None


class EndpointFindings(Frozen):
    """What a test of an endpoint found, in sentences."""

    ok: bool
    says: tuple[str, ...]


class GetEngine(Request[Engine]):
    """Who answers, and what the actor may still spend."""

    service = "job_handler"


class EndpointChoice(Frozen):
    """One of the endpoints that the installation's settings name."""

    name: Line = Field(description="As `/api/engine` says it. No other address is ever asked.")


class ProbeEndpoint(Request[EndpointFindings]):
    """For administrators: ask an endpoint whether it answers. NotFound `endpoint_not_found` unless settings name it."""

    service = "job_handler"
    name: Line
