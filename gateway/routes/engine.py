"""`/api/engine`: who answers where language is asked for. Testing an endpoint is for administrators."""

from starlette.responses import Response

from edkit.contracts.engines import EndpointChoice, EndpointFindings, Engine, GetEngine, ProbeEndpoint
from gateway.desk import SignedInVisit
from gateway.routes.route import FOR_SIGNED_IN, KEYED, WITH_BODY, family, refusals

router = family("/api", "engine", *FOR_SIGNED_IN)
PROBE_TIMEOUT_S = 30.0
"""A model that is loaded into memory first takes its time."""


@router.get("/engine", response_model=Engine)
async def get_engine(visit: SignedInVisit) -> Response:
    """Which model answers, or `offline`, and how much of today's budget is used. Endpoints for administrators only."""
    return await visit.ask(GetEngine())


@router.post(
    "/admin/endpoints/test",
    response_model=EndpointFindings,
    responses=refusals(*WITH_BODY, "Forbidden", "NotFound"),
    openapi_extra=KEYED,
)
async def test_endpoint(visit: SignedInVisit, body: EndpointChoice) -> Response:
    """Ask one of the endpoints of the settings whether it answers, and what it can do."""
    sent = ProbeEndpoint(name=body.name)
    return await visit.do_as(sent, await visit.message_id(), timeout=PROBE_TIMEOUT_S)
