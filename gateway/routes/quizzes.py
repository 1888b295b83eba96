"""`/api/quizzes`: what teachers write and import."""

from typing import Annotated, Any, get_args

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from edkit.contracts.common import Id, Page, PageQuery
from edkit.contracts.files import StageFile
from edkit.contracts.quizzes import (
    CreateQuiz,
    DeleteQuiz,
    DuplicateQuiz,
    GetQuiz,
    ImportedQuiz,
    ImportFormat,
    ImportQuiz,
    ListQuizzes,
    Quiz,
    QuizFields,
    QuizSummary,
    ReplaceQuiz,
    RestoreQuiz,
)
from edkit.errors import Forbidden, Invalid
from gateway.desk import SignedInVisit
from gateway.idempotency import hash_of
from gateway.multipart import form_body, receive_form
from gateway.routes.route import FOR_SIGNED_IN, KEYED, WITH_BODY, family, refusals

router = family("/api/quizzes", "quizzes", *FOR_SIGNED_IN, "Forbidden")
Paging = Annotated[PageQuery, Query()]
MISSING = refusals("NotFound")
MISSING_KEYED = refusals("NotFound", "Malformed", "Invalid")
IMPORT_TIMEOUT_S = 60.0


class QuizReplacement(QuizFields):
    """A quiz written anew. `version` is the one that was read; a stale one is refused.

    What was read may be sent back whole: `id`, `created_at` and `updated_at` are let through and change nothing.
    """

    version: int = Field(ge=1)
    id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


@router.post("", status_code=201, response_model=Quiz, responses=refusals(*WITH_BODY), openapi_extra=KEYED)
async def create_quiz(visit: SignedInVisit, body: QuizFields) -> Response:
    """Store a new quiz."""
    return await visit.do(lambda new_id: CreateQuiz(quiz_id=new_id, fields=body), status=201)


@router.get("", response_model=Page[QuizSummary], responses=refusals("Invalid"))
async def list_quizzes(visit: SignedInVisit, query: Paging) -> Response:
    """One's quizzes, the latest changed first; `q` searches titles, texts and tags."""
    return await visit.ask(ListQuizzes(query=query))


@router.get("/{quiz_id}", response_model=Quiz, responses=MISSING)
async def get_quiz(visit: SignedInVisit, quiz_id: Id) -> Response:
    """One quiz, solutions included."""
    return await visit.ask(GetQuiz(quiz_id=quiz_id))


@router.put("/{quiz_id}", response_model=Quiz, responses=refusals(*WITH_BODY, "NotFound", "Conflict"))
async def replace_quiz(visit: SignedInVisit, quiz_id: Id, body: QuizReplacement) -> Response:
    """Write a quiz anew."""
    return await visit.ask(ReplaceQuiz(quiz_id=quiz_id, version=body.version, fields=body))


@router.delete("/{quiz_id}", status_code=204, responses=MISSING)
async def delete_quiz(visit: SignedInVisit, quiz_id: Id) -> Response:
    """Delete a quiz; it can be taken back for 30 days."""
    return await visit.ask(DeleteQuiz(quiz_id=quiz_id), status=204)


@router.post("/{quiz_id}/restore", response_model=Quiz, responses=MISSING_KEYED, openapi_extra=KEYED)
async def restore_quiz(visit: SignedInVisit, quiz_id: Id) -> Response:
    """Take back a deletion."""
    return await visit.do(lambda _: RestoreQuiz(quiz_id=quiz_id))


@router.post("/{quiz_id}/duplicate", status_code=201, response_model=Quiz, responses=MISSING_KEYED, openapi_extra=KEYED)
async def duplicate_quiz(visit: SignedInVisit, quiz_id: Id) -> Response:
    """Copy a quiz."""
    return await visit.do(lambda new_id: DuplicateQuiz(quiz_id=quiz_id, new_quiz_id=new_id), status=201)


_IMPORT: dict[str, Any] = {**KEYED, **form_body({"format": {"type": "string", "enum": list(get_args(ImportFormat))}})}


@router.post(
    "/import", status_code=201, response_model=ImportedQuiz, responses=refusals(*WITH_BODY), openapi_extra=_IMPORT
)
async def import_quiz(visit: SignedInVisit) -> Response:
    """Make a quiz of a file: Kahoot xlsx, GIFT, Aiken or our own JSON. `warnings` name everything not understood."""
    if visit.actor.role == "student":
        raise Forbidden("Quizzes are imported by teachers.")
    form = await receive_form(visit, fields={"format"})
    wanted = form.fields.get("format") or None
    if wanted is not None and wanted not in get_args(ImportFormat):
        raise Invalid.on("format", f"Choose one of {', '.join(get_args(ImportFormat))}, or none to let us look.")
    file, runtime = form.file, visit.desk.runtime
    message_id = await visit.message_id(hash_of(file.sha256, file.name, wanted or ""))
    quiz_id = message_id or runtime.ids.new()
    staged = StageFile(file_id=quiz_id, name=file.name, size=file.size, sha256=file.sha256, media_type=file.media_type)
    await visit.raw(staged)
    sent = ImportQuiz(quiz_id=quiz_id, file_id=quiz_id, file_name=file.name, format=wanted)
    return await visit.do_as(sent, message_id, status=201, timeout=IMPORT_TIMEOUT_S)
