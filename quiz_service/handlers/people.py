"""What is held about people, and letting go of it."""

from edkit.contracts.accounts import ExportedFile, ExportQuizData, UserErased
from edkit.service import Context
from quiz_service.repository.files import FileRepository
from quiz_service.repository.quizzes import QuizRepository
from quiz_service.repository.reports import ReportRepository


async def forget_user(event: UserErased, ctx: Context) -> None:
    """Remove what the person wrote, uploaded and hosted, and their name from the reports of others."""
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
    return ExportedFile(name="files.json", content=files), ExportedFile(name="results.json", content=results)
