"""Notifications: what somebody is told when they are not looking. A row is the truth; a push hints that it is there."""

from typing import Literal

from pydantic import Field

from edkit.contracts.common import Id, Line, Nothing, Page, PageQuery, Time
from edkit.contracts.jobs import JobError, JobKind, JobStatus
from edkit.message import Frozen, Notice, Request


class Notification(Frozen):
    """Something that happened. `link` is a path of the web app where it can be looked at.

    `level` says how it should look: `good`, `bad`, or `plain`.
    """

    id: Id
    kind: Literal["job"] = "job"
    title: Line
    text: str = Field(default="", max_length=1000)
    level: Literal["good", "bad", "plain"] = "plain"
    link: str | None = Field(default=None, max_length=300)
    job_id: Id | None = None
    job_kind: JobKind | None = None
    job_status: JobStatus | None = None
    error: JobError | None = None
    created_at: Time
    read_at: Time | None = None


class NotificationPage(Page[Notification]):
    """The latest first. `unread` counts all that are not read, also beyond this page."""

    unread: int = 0


class ListNotifications(Request[NotificationPage]):
    """The actor's notifications."""

    service = "gateway"
    query: PageQuery
    unread_only: bool = False


class ReadNotification(Request[Nothing]):
    """Mark one of the actor's notifications as read, or (none) all of them."""

    service = "gateway"
    notification_id: Id | None = None


class NotificationsChanged(Notice):
    """There is something new, or something was read (`read_id`: this one), for this user. A hint: the rows say what."""

    user_id: Id
    read_id: Id | None = None
