"""`/api/admin`: what administrators see of everybody. Who may is decided by the service that owns the rows."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from edkit.contracts.common import Page
from edkit.contracts.jobs import Job, JobQuery, ListJobs
from gateway.desk import SignedInVisit
from gateway.routes.route import FOR_SIGNED_IN, family, refusals

router = family("/api/admin", "administration", *FOR_SIGNED_IN, "Forbidden")


@router.get("/jobs", response_model=Page[Job], responses=refusals("Invalid"))
async def list_everybodys_jobs(visit: SignedInVisit, query: Annotated[JobQuery, Query()]) -> Response:
    """Everybody's jobs, the latest changed first; their steps are at `/api/jobs/{id}/steps`."""
    return await visit.ask(ListJobs(query=query, everybody=True))
