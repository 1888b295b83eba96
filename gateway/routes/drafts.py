"""`/api/quizzes/generate` and `/api/drafts`: quizzes that were proposed, and looking at each question of them."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from edkit.contracts.common import Id, Line, Page, PageQuery
from edkit.contracts.drafts import (
    AcceptDraft,
    ChangeItem,
    DeleteDraft,
    DraftSummary,
    GenerateQuiz,
    Generating,
    GetDraft,
    ItemState,
    ListDrafts,
    QuizDraft,
    QuizWish,
    RegenerateItem,
)
from edkit.contracts.jobs import CancelJob
from edkit.contracts.questions import Question
from edkit.contracts.quizzes import Quiz
from edkit.errors import AppError
from edkit.message import Frozen
from gateway.desk import SignedInVisit
from gateway.routes.route import FOR_SIGNED_IN, KEYED, WITH_BODY, family, refusals

router = family("/api", "drafts", *FOR_SIGNED_IN, "Forbidden")
MISSING = refusals("NotFound")
CHANGING = refusals(*WITH_BODY, "NotFound", "Conflict")
JOB = "quiz-{}"


class ItemChange(Frozen):
    """What the teacher decides on one question. `version` is the draft's as it was read."""

    version: int = Field(ge=1)
    state: ItemState | None = None
    question: Question | None = None


class Acceptance(Frozen):
    """Which questions become the quiz: those that were kept, with `rest` also those not decided on."""

    title: Line | None = None
    rest: bool = False


def _begun(answer: Response) -> Response:
    begun = Generating.model_validate_json(bytes(answer.body))
    answer.headers["Location"] = f"/api/jobs/{begun.job_id}"
    return answer


@router.post(
    "/quizzes/generate",
    status_code=202,
    response_model=Generating,
    responses=refusals(*WITH_BODY, "NotFound"),
    openapi_extra=KEYED,
)
async def generate_quiz(visit: SignedInVisit, body: QuizWish) -> Response:
    """Begin to make a quiz of a text or of files. `Location` says where to watch; the draft has it in the end."""

    def asked(new_id: str) -> GenerateQuiz:
        return GenerateQuiz(job_id=JOB.format(new_id), draft_id=new_id, wish=body)

    return _begun(await visit.do(asked, status=202))


@router.get("/drafts", response_model=Page[DraftSummary], responses=refusals("Invalid"))
async def list_drafts(visit: SignedInVisit, query: Annotated[PageQuery, Query()]) -> Response:
    """One's drafts that are no quiz yet, the latest changed first."""
    return await visit.ask(ListDrafts(query=query))


@router.get("/drafts/{draft_id}", response_model=QuizDraft, responses=MISSING)
async def get_draft(visit: SignedInVisit, draft_id: Id) -> Response:
    """A draft: each proposed question with the sentence that it rests on."""
    return await visit.ask(GetDraft(draft_id=draft_id))


@router.delete("/drafts/{draft_id}", status_code=204, responses=MISSING)
async def delete_draft(visit: SignedInVisit, draft_id: Id) -> Response:
    """Throw a draft away, and stop what is still being made for it."""
    draft = QuizDraft.model_validate_json(await visit.raw(GetDraft(draft_id=draft_id)))
    gone = await visit.ask(DeleteDraft(draft_id=draft_id), status=204)
    for job_id in (draft.job_id, *(item.job_id for item in draft.items if item.job_id is not None)):
        try:
            await visit.raw(CancelJob(job_id=job_id))
        except AppError:  # it finds nothing to work for, and ends by itself
            continue
    return gone


@router.patch("/drafts/{draft_id}/items/{item_id}", response_model=QuizDraft, responses=CHANGING)
async def change_item(visit: SignedInVisit, draft_id: Id, item_id: Id, body: ItemChange) -> Response:
    """Keep, drop or edit one question."""
    fields = {"version": body.version, "state": body.state, "question": body.question}
    return await visit.ask(ChangeItem(draft_id=draft_id, item_id=item_id, **fields))


@router.post(
    "/drafts/{draft_id}/items/{item_id}/regenerate",
    status_code=202,
    response_model=Generating,
    responses=refusals("NotFound", "Conflict", "Malformed", "Invalid"),
    openapi_extra=KEYED,
)
async def regenerate_item(visit: SignedInVisit, draft_id: Id, item_id: Id) -> Response:
    """Begin to make another question in the place of this one."""

    def asked(new_id: str) -> RegenerateItem:
        return RegenerateItem(job_id=JOB.format(new_id), draft_id=draft_id, item_id=item_id)

    return _begun(await visit.do(asked, status=202))


@router.post("/drafts/{draft_id}/accept", status_code=201, response_model=Quiz, responses=CHANGING, openapi_extra=KEYED)
async def accept_draft(visit: SignedInVisit, draft_id: Id, body: Acceptance) -> Response:
    """Make the quiz. The same draft again is the same quiz."""

    def asked(new_id: str) -> AcceptDraft:
        return AcceptDraft(draft_id=draft_id, quiz_id=new_id, title=body.title, rest=body.rest)

    return await visit.do(asked, status=201)
