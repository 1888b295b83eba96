"""Rows of notifications, and which sessions have shown them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.common import PageQuery
from edkit.contracts.jobs import JobError
from edkit.contracts.notifications import Notification, NotificationPage
from edkit.errors import NotFound
from gateway.models import notifications, shown
from gateway.repository.rows import moment, touched
from gateway.rules.cursors import read_cursor, write_cursor

DAY_MS = 24 * 3_600_000
READ_KEPT_MS = 30 * DAY_MS
KEPT_MS = 180 * DAY_MS
AT_ONCE = 50
"""Notifications that one session is shown at a time."""
SWEPT_AT_ONCE = 500


class NotificationNotFound(NotFound):
    """No notification has this id, or it is somebody else's."""

    code = "notification_not_found"
    message = "This notification is not here, or it is not yours."


class Standing(NamedTuple):
    """How many of a user's notifications are unread, and when the latest of them was written."""

    unread: int = 0
    latest: int = 0


class Shown(NamedTuple):
    """A session has shown a notification."""

    notification_id: str
    session_id: str


class NotificationRepository:
    """Notifications of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def newest_end(self, user_id: str, job_id: str) -> int:
        """The version of the latest end of this job that its owner was told of; -1 if there is none."""
        table = notifications
        mine = (table.c.user_id == user_id) & (table.c.job_id == job_id)
        newest = (await self._session.execute(select(func.max(table.c.job_version)).where(mine))).scalar()
        return -1 if newest is None else int(newest)

    async def add(self, user_id: str, told: Notification, *, version: int | None, now: int) -> None:
        """Store it. `version` is that of the job's end."""
        fields = told.model_dump(mode="json", exclude={"created_at", "read_at"})
        row = {**fields, "user_id": user_id, "job_version": version, "created_at": now}
        await self._session.execute(insert(notifications).values(row))

    async def page(self, user_id: str, query: PageQuery, *, unread_only: bool) -> NotificationPage:
        """This user's, the latest first."""
        table = notifications
        statement = select(table).where(table.c.user_id == user_id)
        if unread_only:
            statement = statement.where(table.c.read_at.is_(None))
        if query.cursor:
            created_at, notification_id = read_cursor(query.cursor, 2)
            statement = statement.where(tuple_(table.c.created_at, table.c.id) < (_number(created_at), notification_id))
        statement = statement.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(query.limit + 1)
        rows = (await self._session.execute(statement)).all()
        items = tuple(notification_of(row) for row in rows[: query.limit])
        last = rows[query.limit - 1] if len(rows) > query.limit else None
        return NotificationPage(
            items=items,
            next_cursor=None if last is None else write_cursor(str(last.created_at), last.id),
            unread=(await self._session.execute(count_unread(user_id))).scalar() or 0,
        )

    async def all_of(self, user_id: str) -> list[Notification]:
        """Everything this user was told and that is kept."""
        mine = select(notifications).where(notifications.c.user_id == user_id).order_by(notifications.c.created_at)
        return [notification_of(row) for row in (await self._session.execute(mine)).all()]

    async def read(self, user_id: str, notification_id: str | None, now: int) -> bool:
        """One or all of this user's are read; False if they were before. Raises NotificationNotFound."""
        table = notifications
        mine = table.c.user_id == user_id
        if notification_id is not None:
            mine &= table.c.id == notification_id
            if (await self._session.execute(select(table.c.id).where(mine))).first() is None:
                raise NotificationNotFound()
        return (
            await touched(self._session, update(table).where(mine, table.c.read_at.is_(None)).values(read_at=now)) > 0
        )

    async def mark_shown(self, pairs: Iterable[Shown], now: int) -> None:
        """These sessions have shown these notifications. Those that are gone meanwhile are left out."""
        wanted = sorted(set(pairs))
        ids = {one.notification_id for one in wanted}
        there = set(
            (await self._session.execute(select(notifications.c.id).where(notifications.c.id.in_(ids)))).scalars()
        )
        both = select(shown.c.notification_id, shown.c.session_id).where(shown.c.notification_id.in_(ids))
        known = {Shown(*row) for row in (await self._session.execute(both)).all()}
        new = [one for one in wanted if one.notification_id in there and one not in known]
        if new:
            await self._session.execute(insert(shown), [{**one._asdict(), "shown_at": now} for one in new])

    async def forget_user(self, user_id: str) -> None:
        """Nothing of this person's is left."""
        await self._remove(notifications.c.user_id == user_id)

    async def sweep(self, now: int) -> bool:
        """Forget some of what was read 30 days ago, and of what is 180 days old; False when nothing of it is left."""
        table = notifications
        old = (table.c.read_at < now - READ_KEPT_MS) | (table.c.created_at < now - KEPT_MS)
        return await self._remove(old, SWEPT_AT_ONCE)

    async def _remove(self, which: ColumnElement[bool], limit: int | None = None) -> bool:
        gone = list((await self._session.execute(select(notifications.c.id).where(which).limit(limit))).scalars())
        for start in range(0, len(gone), SWEPT_AT_ONCE):
            ids = gone[start : start + SWEPT_AT_ONCE]
            await self._session.execute(delete(shown).where(shown.c.notification_id.in_(ids)))
            await self._session.execute(delete(notifications).where(notifications.c.id.in_(ids)))
        return bool(gone)


# Single queries, for whoever watches many users


def unshown(user_id: str, session_id: str) -> Select[Any]:
    """What this user has not read and this session has not shown, the oldest first."""
    table = notifications
    seen = exists().where(shown.c.notification_id == table.c.id, shown.c.session_id == session_id)
    new = select(table).where(table.c.user_id == user_id, table.c.read_at.is_(None), ~seen)
    return new.order_by(table.c.created_at, table.c.id).limit(AT_ONCE)


def count_unread(user_id: str) -> Select[Any]:
    """How many this user has not read."""
    table = notifications
    return select(func.count()).select_from(table).where(table.c.user_id == user_id, table.c.read_at.is_(None))


def standings(user_ids: Sequence[str]) -> Select[Any]:
    """User, number of unread, moment of the latest unread: a row for each who has any."""
    table = notifications
    unread = select(table.c.user_id, func.count(), func.max(table.c.created_at))
    return unread.where(table.c.user_id.in_(user_ids), table.c.read_at.is_(None)).group_by(table.c.user_id)


def notification_of(row: Any) -> Notification:
    """A row as its user sees it."""
    return Notification(
        id=row.id,
        kind=row.kind,
        title=row.title,
        text=row.text,
        level=row.level,
        link=row.link,
        job_id=row.job_id,
        job_kind=row.job_kind,
        job_status=row.job_status,
        error=None if row.error is None else JobError.model_validate(row.error),
        created_at=moment(row.created_at),
        read_at=None if row.read_at is None else moment(row.read_at),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
