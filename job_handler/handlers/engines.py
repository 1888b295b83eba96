"""Who answers where language is asked for, what it may still spend, and whether an endpoint is well."""

import asyncio

from edkit.contracts.engines import Budget, Endpoint, EndpointFindings, Engine, GetEngine, ProbeEndpoint
from edkit.errors import Forbidden, NotFound
from edkit.llm import OFFLINE
from edkit.llm.endpoints import Endpoint as Configured
from edkit.message import Ready
from edkit.service import Context
from job_handler.jobs.models import llm_of
from job_handler.repository.ledger import EVERYBODY, used_today

PROBE_S = 25.0
"""The gateway waits a little longer, so that whoever asks hears what was found."""
TOO_SLOW = "It did not answer everything in time. A model that is loaded first takes a while: try again in a minute."


class EndpointNotFound(NotFound):
    """The settings name no such endpoint."""

    code = "endpoint_not_found"
    message = "The settings of this installation name no such endpoint."


async def get_engine(_: GetEngine, ctx: Context) -> Engine:
    """See GetEngine. Offline nothing is spent, so there is no budget."""
    engine, chosen, admin = llm_of(ctx.runtime).engine, ctx.settings, ctx.actor.role == "admin"
    if engine == OFFLINE:
        return Engine(engine=OFFLINE, offline=True, endpoints=_shown(chosen.llm_endpoints) if admin else None)
    mine = await used_today(ctx.session, ctx.actor.id, ctx.now)
    everybody = await used_today(ctx.session, EVERYBODY, ctx.now) if admin else 0
    return Engine(
        engine=engine,
        offline=False,
        budget=Budget(used=mine, limit=chosen.llm_tokens_per_user_and_day),
        installation=Budget(used=everybody, limit=chosen.llm_tokens_per_day) if admin else None,
        endpoints=_shown(chosen.llm_endpoints) if admin else None,
    )


def _shown(endpoints: tuple[Configured, ...]) -> tuple[Endpoint, ...]:
    """Names and models; never an address or a key."""
    named = ((one, one.model_of("large") if one.chats else one.embedding) for one in endpoints)
    return tuple(Endpoint(name=one.name, model=model.model) for one, model in named if model is not None)


async def probe_endpoint(cmd: ProbeEndpoint, ctx: Context) -> Ready:
    """See ProbeEndpoint. Runs before any transaction: no connection waits for a model."""
    from edkit.llm.probe import probe_endpoint as probed  # the library, which takes a second to import

    if ctx.actor.role != "admin":
        raise Forbidden("Endpoints are tested by administrators.")
    endpoint = next((one for one in ctx.settings.llm_endpoints if one.name == cmd.name), None)
    if endpoint is None:
        raise EndpointNotFound()
    try:
        async with asyncio.timeout(PROBE_S):
            findings = await probed(endpoint, ctx.clock)
    except TimeoutError:
        return Ready(EndpointFindings(ok=False, says=(TOO_SLOW,)).model_dump_json().encode())
    return Ready(EndpointFindings(ok=findings.ok, says=findings.says).model_dump_json().encode())


async def tell_findings(_: ProbeEndpoint, ctx: Context) -> Ready:
    """What was found before."""
    found: Ready = ctx.prepared
    return found
