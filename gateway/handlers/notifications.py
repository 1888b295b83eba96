"""Notifications: written once when a job has ended, listed, read."""

import hashlib

from edkit.contracts.common import Nothing
from edkit.contracts.jobs import JobEnded
from edkit.contracts.notifications import (
    ListNotifications,
    Notification,
    NotificationPage,
    NotificationsChanged,
    ReadNotification,
)
from edkit.service import Context
from gateway.repository.accounts import AccountRepository
from gateway.repository.notifications import NotificationRepository
from gateway.repository.rows import moment

TITLES = {
    ("generate_quiz", "completed"): "Your quiz is ready to review",
    ("generate_quiz", "failed"): "The quiz could not be made",
    ("regenerate_question", "completed"): "Another question is ready to review",
    ("regenerate_question", "failed"): "No other question could be made",
}
ANY = {"completed": "Your work is done", "failed": "Your work could not be done"}
MOST_TEXT = 1000


async def tell_owner(event: JobEnded, ctx: Context) -> None:
    """One row for each end of a job, whichever gateway writes it.

    Who cancels something is not told so, nor anybody of an end that another one has followed, nor whoever has left.
    """
    if event.status == "cancelled" or await AccountRepository(ctx.session).find(event.owner) is None:
        return
    repository = NotificationRepository(ctx.session)
    if await repository.newest_end(event.owner, event.job_id) >= event.version:
        return
    draft_id = (event.result or {}).get("draft_id")
    told = Notification(
        id=notification_id(event.job_id, event.version),
        title=TITLES.get((event.job_kind, event.status), ANY.get(event.status, ANY["failed"])),
        text=(f"{event.title}: {event.error.message}" if event.error is not None else event.title)[:MOST_TEXT],
        level="good" if event.status == "completed" else "bad",
        link=f"/drafts/{draft_id}" if isinstance(draft_id, str) else f"/jobs/{event.job_id}",
        job_id=event.job_id,
        job_kind=event.job_kind,
        job_status=event.status,
        error=event.error,
        created_at=moment(ctx.now),
    )
    await repository.add(event.owner, told, version=event.version, now=ctx.now)
    ctx.announce(NotificationsChanged(user_id=event.owner))


def notification_id(job_id: str, version: int) -> str:
    """The same end has the same id, whoever tells of it and however often."""
    return hashlib.sha256(f"{job_id} {version}".encode()).hexdigest()[:32]


async def list_notifications(cmd: ListNotifications, ctx: Context) -> NotificationPage:
    """See ListNotifications."""
    return await NotificationRepository(ctx.session).page(ctx.actor.id, cmd.query, unread_only=cmd.unread_only)


async def read_notification(cmd: ReadNotification, ctx: Context) -> Nothing:
    """See ReadNotification."""
    if await NotificationRepository(ctx.session).read(ctx.actor.id, cmd.notification_id, ctx.now):
        ctx.announce(NotificationsChanged(user_id=ctx.actor.id, read_id=cmd.notification_id))
    return Nothing()
