"""Drafts: the teacher looks at each proposed question, and makes a quiz of those that are good."""

from typing import Any

from edkit.contracts.common import Nothing, Page
from edkit.contracts.drafts import (
    AcceptDraft,
    ChangeItem,
    DeleteDraft,
    DraftItem,
    DraftSummary,
    GetDraft,
    ListDrafts,
    QuizDraft,
)
from edkit.contracts.questions import Question
from edkit.contracts.quizzes import Quiz, QuizFields
from edkit.errors import FieldError, Invalid
from edkit.service import Context
from quiz_service import rules
from quiz_service.handlers.generating import check_ready
from quiz_service.handlers.quizzes import check_files, check_writer, store_new
from quiz_service.proposals import item_of, with_item
from quiz_service.repository.drafts import DraftRepository, StaleDraft
from quiz_service.repository.quizzes import QuizRepository


async def list_drafts(cmd: ListDrafts, ctx: Context) -> Page[DraftSummary]:
    """See ListDrafts."""
    return await DraftRepository(ctx.session).page(ctx.actor, cmd.query)


async def get_draft(cmd: GetDraft, ctx: Context) -> QuizDraft:
    """See GetDraft. Of a pasted text it shows the beginning."""
    return await DraftRepository(ctx.session).draft_for(ctx.actor, cmd.draft_id)


async def change_item(cmd: ChangeItem, ctx: Context) -> QuizDraft:
    """See ChangeItem. An edited question is checked as one of a quiz is.

    Who keeps, drops or edits a question wants none in its place any more: the one being made is not taken.
    """
    check_writer(ctx.actor)
    repository = DraftRepository(ctx.session)
    draft = await repository.draft_for(ctx.actor, cmd.draft_id, lock=True)
    check_ready(draft)
    if draft.version != cmd.version:
        raise StaleDraft(extra={"version": draft.version})
    item = item_of(draft, cmd.item_id)
    changes: dict[str, Any] = {}
    if cmd.question is not None:
        question = await _edited(item, cmd.question, draft.language, ctx)
        if question != item.question:
            changes |= {"question": question, "edited": True, "job_id": None}
    if cmd.state is not None:
        changes["state"] = cmd.state
        if cmd.state != "proposed":
            changes["job_id"] = None
    changed = item.model_copy(update=changes)
    if changed == item:
        return draft
    return await repository.store(with_item(draft, changed), now=ctx.now)


async def accept_draft(cmd: AcceptDraft, ctx: Context) -> Quiz:
    """See AcceptDraft. The questions keep their ids, so that the draft says from which sentence each comes.

    Invalid `nothing_kept`: a quiz is made of something.
    """
    check_writer(ctx.actor)
    repository = DraftRepository(ctx.session)
    draft = await repository.draft_for(ctx.actor, cmd.draft_id, lock=True)
    if draft.quiz_id is not None:
        return await QuizRepository(ctx.session).quiz_for(ctx.actor, draft.quiz_id)
    check_ready(draft)
    taken = ("kept", "proposed") if cmd.rest else ("kept",)
    chosen = tuple(_kept(item) for item in draft.items if item.state in taken)
    if not chosen:
        raise Invalid("No question was kept, so there is no quiz to make. Keep at least one.", code="nothing_kept")
    title = cmd.title or draft.title
    questions = tuple(item.question for item in chosen)
    quiz = await store_new(ctx, cmd.quiz_id, QuizFields(title=title, language=draft.language, questions=questions))
    accepted = {"status": "accepted", "quiz_id": quiz.id, "title": title, "items": chosen}
    await repository.store(draft.model_copy(update=accepted), now=ctx.now)
    await repository.forget_text(draft.id)
    return quiz


async def delete_draft(cmd: DeleteDraft, ctx: Context) -> Nothing:
    """See DeleteDraft. A job that still works for it is told so when it asks, and ends."""
    await DraftRepository(ctx.session).remove(ctx.actor, cmd.draft_id)
    return Nothing()


async def _edited(item: DraftItem, given: Question, language: str | None, ctx: Context) -> Question:
    """The question as it is stored, under the id that it has. Invalid names every field that breaks a rule."""
    question = given.model_copy(update={"id": item.question.id})
    try:
        rules.check_questions((question,))
        await check_files(ctx, (question,))
    except Invalid as error:
        fields = (
            FieldError(field=one.field.replace("questions.0", "question", 1), message=one.message)
            for one in error.errors
        )
        raise Invalid(error.message, errors=tuple(fields)) from error
    return rules.prepare_questions((question,), ctx.ids, language)[0]


def _kept(item: DraftItem) -> DraftItem:
    return item.model_copy(update={"state": "kept", "job_id": None})
