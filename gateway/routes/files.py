"""`/api/files`: uploads are streamed to the stage area; downloads go to who may see them."""

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from edkit import log
from edkit.contracts.common import Id
from edkit.contracts.files import DeleteFile, File, FileLocation, FilePurpose, PromoteFile, ReadFile, StageFile
from edkit.errors import Forbidden, NotFound
from edkit.message import ANONYMOUS
from gateway.desk import SignedInVisit, Visit, bearer, visit_of
from gateway.downloads import download
from gateway.idempotency import hash_of
from gateway.multipart import form_body, receive_form
from gateway.routes.route import ALWAYS, FOR_SIGNED_IN, KEYED, WITH_BODY, family, refusals

logger = log.get(__name__)
router = family("/api/files", "files", *ALWAYS)

LOCATION_KEPT_S = 60.0
"""How long the place of a picture is remembered: thirty phones ask for it within a second."""

_UPLOAD: dict[str, Any] = {**KEYED, **form_body({})}


@router.post(
    "", status_code=201, response_model=File, responses=refusals(*FOR_SIGNED_IN, *WITH_BODY, "Forbidden"),
    openapi_extra=_UPLOAD,
)  # fmt: skip
async def upload_file(
    visit: SignedInVisit,
    purpose: Annotated[FilePurpose | None, Query(description="`quiz_media` takes pictures only.")] = None,
) -> Response:
    """Store a file. A picture is shown, anything else is offered to its owner for saving."""
    if visit.actor.role == "student":
        raise Forbidden("Files are uploaded by teachers.")
    file = (await receive_form(visit, fields=set())).file
    message_id = await visit.message_id(hash_of(file.sha256, file.name, purpose or ""))
    file_id = message_id or visit.desk.runtime.ids.new()
    staged = StageFile(file_id=file_id, name=file.name, size=file.size, sha256=file.sha256, media_type=file.media_type)
    await visit.raw(staged)
    return await visit.do_as(PromoteFile(file_id=file_id, purpose=purpose), message_id, status=201)


_BYTES = {"description": "The bytes.", "content": {"application/octet-stream": {}}}


@router.get(
    "/{file_id}",
    response_class=Response,
    responses={
        200: _BYTES,
        206: {**_BYTES, "description": "The bytes of the range."},
        304: {"description": "The client has it already."},
        416: {"description": "The file ends before the range begins."},
        **refusals("Unauthenticated", "NotFound"),
    },
    openapi_extra={"security": [{}, {bearer.scheme_name: []}]},
)
async def read_file(
    request: Request, file_id: Id, cap: Annotated[str | None, Query(max_length=300, description="A capability.")] = None
) -> Response:
    """A file, to its owner or to whoever has a capability for it."""
    try:
        if cap is None:
            visit = await bearer(request)
            location = FileLocation.model_validate_json(await visit.raw(ReadFile(file_id=file_id)))
            return await download(location, visit.desk.runtime.blobs, request.headers, max_age_s=0)
        visit = visit_of(request, ANONYMOUS)
        location = await _by_capability(visit, file_id, cap)
        return await download(location, visit.desk.runtime.blobs, request.headers, max_age_s=24 * 3600)
    except FileNotFoundError:
        logger.error("blob_missing", file_id=file_id)
        raise NotFound("This file is gone.", code="file_not_found") from None


async def _by_capability(visit: Visit, file_id: str, cap: str) -> FileLocation:
    runtime = visit.desk.runtime
    if not runtime.keys.verify_capability(cap, file_id, now=runtime.clock.now()):
        raise NotFound("This link does not open the file any more.", code="file_not_found")
    key = f"file:{file_id}"
    found = await runtime.cache.get(key)
    if found is None:
        found = await visit.raw(ReadFile(file_id=file_id, by_capability=True))
        await runtime.cache.put(key, found, LOCATION_KEPT_S)
    return FileLocation.model_validate_json(found)


@router.delete("/{file_id}", status_code=204, responses=refusals(*FOR_SIGNED_IN, "Forbidden", "NotFound", "Conflict"))
async def delete_file(visit: SignedInVisit, file_id: Id) -> Response:
    """Forget a file of one's own."""
    return await visit.ask(DeleteFile(file_id=file_id), status=204)
