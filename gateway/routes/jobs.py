"""`/api/jobs`: long work, how it stands, and steering it."""

from functools import partial
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from edkit.contracts.common import Id, Page
from edkit.contracts.jobs import (
    OWNERS,
    TERMINAL,
    CancelJob,
    GetJob,
    GetJobSteps,
    GetQuizIntent,
    Job,
    JobQuery,
    JobSteps,
    ListJobs,
    RetryJob,
)
from edkit.errors import NotFound
from edkit.message import Request as Message
from gateway.desk import JSON, SignedInVisit, Visit
from gateway.routes.route import FOR_SIGNED_IN, KEYED, family, refusals
from gateway.streams import Following, last_seen, streams_of

router = family("/api/jobs", "jobs", *FOR_SIGNED_IN)
MISSING = refusals("NotFound")
STEERING = refusals("NotFound", "Malformed", "Invalid")
INTENTS: dict[str, type[Message[Job]]] = {"quiz_service": GetQuizIntent}
"""Whom to ask for a job that the job handler has not heard of yet."""


async def find_job(visit: Visit, job_id: str) -> bytes:
    """The actor's job; as its owning service knows it, until the job handler has it."""
    try:
        return await visit.raw(GetJob(job_id=job_id))
    except NotFound:
        intent = INTENTS.get(OWNERS.get(job_id.partition("-")[0], ""))
        if intent is None:
            raise
        known = await visit.raw(intent(job_id=job_id))  # type: ignore[call-arg]  # every intent is asked for by its job
    try:
        return await visit.raw(GetJob(job_id=job_id))  # it may have come meanwhile
    except NotFound:
        return known


@router.get("", response_model=Page[Job], responses=refusals("Invalid"))
async def list_jobs(visit: SignedInVisit, query: Annotated[JobQuery, Query()]) -> Response:
    """One's jobs, the latest changed first."""
    return await visit.ask(ListJobs(query=query))


@router.get("/{job_id}", response_model=Job, responses=MISSING)
async def get_job(visit: SignedInVisit, job_id: Id) -> Response:
    """How one job stands. `pending` from the moment it was asked for."""
    return Response(await find_job(visit, job_id), media_type=JSON)


@router.get("/{job_id}/steps", response_model=JobSteps, responses=MISSING)
async def get_job_steps(visit: SignedInVisit, job_id: Id) -> Response:
    """Each step's label, state, attempts, time and error. None yet while nobody has begun."""
    try:
        return await visit.ask(GetJobSteps(job_id=job_id))
    except NotFound:
        known = Job.model_validate_json(await find_job(visit, job_id))
        return Response(JobSteps(job_id=known.id, steps=()).model_dump_json(), media_type=JSON)


@router.post("/{job_id}/cancel", response_model=Job, responses=STEERING, openapi_extra=KEYED)
async def cancel_job(visit: SignedInVisit, job_id: Id) -> Response:
    """End it, also before anybody has begun with it. What has ended stays as it ended."""
    message_id = await visit.message_id()
    try:
        return await visit.do_as(CancelJob(job_id=job_id), message_id)
    except NotFound:
        known = Job.model_validate_json(await find_job(visit, job_id))
        return await visit.do_as(CancelJob(job_id=job_id, unstarted=known.kind), message_id)


@router.post("/{job_id}/retry", response_model=Job, responses={**STEERING, **refusals("Conflict")}, openapi_extra=KEYED)
async def retry_job(visit: SignedInVisit, job_id: Id) -> Response:
    """Go on from the step that failed or was cut short."""
    return await visit.do(lambda _: RetryJob(job_id=job_id))


_EVENTS: dict[str, Any] = {"description": "Server-sent events: `progress`, then `completed`, `failed` or `cancelled`."}
_OVER: dict[str, Any] = {"description": "The job has ended, and `Last-Event-ID` is that of its end."}
_RESUMING: dict[str, Any] = {
    "parameters": [
        {
            "name": "Last-Event-ID",
            "in": "header",
            "required": False,
            "description": "The id of the last event that arrived; only what is newer is sent.",
            "schema": {"type": "string"},
        }
    ]
}


@router.get(
    "/{job_id}/events",
    response_class=Response,
    responses={200: {**_EVENTS, "content": {"text/event-stream": {}}}, 204: _OVER, **MISSING},
    openapi_extra=_RESUMING,
)
async def follow_job(visit: SignedInVisit, request: Request, job_id: Id) -> Response:
    """How it goes on, as server-sent events whose ids are versions of the job and whose data is the job.

    The stream ends after the job's end, with the sign-in or the access token, and when this server leaves. A comment
    comes every 15 s. Whoever comes back with `Last-Event-ID` misses nothing that counts.
    """
    job = Job.model_validate_json(await find_job(visit, job_id))
    seen = last_seen(request.headers.get("last-event-id", ""), job)
    if job.status in TERMINAL and seen == job.version:
        return Response(status_code=204)  # on which an EventSource stays away
    stream = streams_of(visit.desk.runtime).open(visit.actor.id, job_id)
    return Following(stream, stream.events(job, seen, partial(_look, visit, job_id)))


async def _look(visit: Visit, job_id: str) -> Job:
    """How the job stands, for as long as whoever asked is signed in."""
    await visit.desk.sign_ins.actor(visit.request.headers["authorization"].partition(" ")[2].strip())
    return Job.model_validate_json(await find_job(visit, job_id))
