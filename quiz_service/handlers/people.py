"""What is held about people, and letting go of it."""

from typing import Any

from edkit.contracts.accounts import ExportedFile, ExportQuizData, UserErased
from edkit.service import Context
from quiz_service.repository.draft_jobs import DraftJobRepository
from quiz_service.repository.drafts import DraftRepository
from quiz_service.repository.files import FileRepository
from quiz_service.repository.quizzes import QuizRepository
from quiz_service.repository.reports import ReportRepository

DRAFTS_MAX = 8_000_000
"""Characters of drafts in one export, beyond which older ones are named only: it travels as one message."""


async def forget_user(event: UserErased, ctx: Context) -> None:
    """Remove what the person wrote, had made, uploaded and hosted, and their name from the reports of others."""
    await DraftRepository(ctx.session).forget_owner(event.user_id)
    await DraftJobRepository(ctx.session).forget_owner(event.user_id)
    await QuizRepository(ctx.session).forget_owner(event.user_id)
    await FileRepository(ctx.session).forget_owner(event.user_id, now=ctx.now)
    await ReportRepository(ctx.session).forget_person(event.user_id)


async def export_quiz_data(_: ExportQuizData, ctx: Context) -> tuple[ExportedFile, ...]:
    """See ExportQuizData. Of other people's reports only the actor's own rows are told."""
    files = [file.shown().model_dump(mode="json") for file in await FileRepository(ctx.session).all_of(ctx.actor)]
    results = [
        {"game_id": report.game_id, "title": report.title, "ended_at": report.ended_at.isoformat()}
        | {"result": player.model_dump(mode="json")}
        for report in await ReportRepository(ctx.session).others_naming(ctx.actor)
        for player in report.players
        if player.user_id == ctx.actor.id
    ]
    return (
        ExportedFile(name="files.json", content=files),
        ExportedFile(name="results.json", content=results),
        ExportedFile(name="drafts.json", content=await _drafts(ctx)),
    )


async def _drafts(ctx: Context) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    length = 0
    async for draft in DraftRepository(ctx.session).all_of(ctx.actor):
        length += len(draft.model_dump_json())
        if length <= DRAFTS_MAX:
            told.append(draft.model_dump(mode="json"))
        else:
            says = "Too much for one file. Look at this draft in the app."
            told.append({"id": draft.id, "title": draft.title, "left_out": says})
    return told
