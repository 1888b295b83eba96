"""What is held about people, and letting go of it."""

from edkit.contracts.accounts import UserErased
from edkit.service import Context
from quiz_service.repository import FileRepository, QuizRepository, ReportRepository


async def forget_user(event: UserErased, ctx: Context) -> None:
    """Remove what the person wrote, uploaded and hosted, and their name from the reports of others."""
    await QuizRepository(ctx.session).forget_owner(event.user_id)
    await FileRepository(ctx.session).forget_owner(event.user_id, now=ctx.now)
    await ReportRepository(ctx.session).forget_person(event.user_id)
