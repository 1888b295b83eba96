"""Rows of reports, and who is named in them."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.reports import GameReport
from edkit.errors import NotFound
from edkit.message import Actor
from quiz_service.models import report_people, reports
from quiz_service.reporting import without_person
from quiz_service.repository.editions import Edition


class ReportNotFound(NotFound):
    """No report of such a game of the actor's."""

    code = "game_not_found"
    message = "This game is not here, or it is not yours."


class ReportRepository:
    """Reports of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def is_stored(self, game_id: str) -> bool:
        return (
            await self._session.execute(select(reports.c.game_id).where(reports.c.game_id == game_id))
        ).first() is not None

    async def edition_for(self, actor: Actor, game_id: str) -> Edition:
        """Which state of the report `report_for` would give. Raises as it does."""
        mine = (reports.c.game_id == game_id) & (reports.c.owner == actor.id)
        row = (await self._session.execute(select(reports.c.version, reports.c.stored_at).where(mine))).first()
        if row is None:
            raise ReportNotFound()
        return Edition("report", game_id, row.version, row.stored_at)

    async def report_for(self, actor: Actor, game_id: str) -> tuple[Edition, str]:
        """The stored JSON, and which state of it. `ReportNotFound` unless the actor's game has one."""
        mine = (reports.c.game_id == game_id) & (reports.c.owner == actor.id)
        row = (await self._session.execute(select(reports).where(mine))).first()
        if row is None:
            raise ReportNotFound()
        return Edition("report", game_id, row.version, row.stored_at), str(row.report)

    async def store(self, report: GameReport, text: str, *, owner: str, now: int) -> bool:
        """Keep `text`, the report's JSON, unless the same or a later version is kept already; whether it was kept."""
        values = {"version": report.version, "report": text, "stored_at": now}
        this = reports.c.game_id == report.game_id
        statement = select(reports.c.version).where(this).with_for_update()
        known = (await self._session.execute(statement)).scalar()
        if known is None:
            new = insert(reports).values(game_id=report.game_id, owner=owner, quiz_id=report.quiz_id, **values)
            await self._session.execute(new)
        elif known < report.version:
            await self._session.execute(update(reports).where(this).values(**values))
        else:
            return False
        await self._name_people(report)
        return True

    async def forget_person(self, user_id: str) -> None:
        """Remove this person's own reports, and their name from everybody else's; scores stay, nameless."""
        mine = select(reports.c.game_id).where(reports.c.owner == user_id)
        await self._session.execute(delete(report_people).where(report_people.c.game_id.in_(mine)))
        await self._session.execute(delete(reports).where(reports.c.owner == user_id))
        named = select(reports.c.game_id, reports.c.report).where(
            reports.c.game_id.in_(select(report_people.c.game_id).where(report_people.c.user_id == user_id))
        )
        for row in list(await self._session.execute(named)):
            report = without_person(GameReport.model_validate_json(row.report), user_id)
            this = update(reports).where(reports.c.game_id == row.game_id)
            await self._session.execute(  # another edition, so that nothing written before is read any more
                this.values(report=report.model_dump_json(), stored_at=reports.c.stored_at + 1)
            )
        await self._session.execute(delete(report_people).where(report_people.c.user_id == user_id))

    async def others_naming(self, actor: Actor) -> list[GameReport]:
        """Other people's reports in which the actor is a player."""
        games = select(report_people.c.game_id).where(report_people.c.user_id == actor.id)
        theirs = select(reports.c.report).where(reports.c.game_id.in_(games), reports.c.owner != actor.id)
        found = (await self._session.execute(theirs.order_by(reports.c.stored_at))).scalars()
        return [GameReport.model_validate_json(text) for text in found]

    async def _name_people(self, report: GameReport) -> None:
        await self._session.execute(delete(report_people).where(report_people.c.game_id == report.game_id))
        people = sorted({player.user_id for player in report.players if player.user_id})
        if people:
            rows = [{"game_id": report.game_id, "user_id": user_id} for user_id in people]
            await self._session.execute(insert(report_people), rows)
