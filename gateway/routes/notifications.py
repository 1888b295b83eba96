"""`/api/notifications`: what happened while one was not looking."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from edkit.contracts.common import Id, PageQuery
from edkit.contracts.notifications import ListNotifications, NotificationPage, ReadNotification
from gateway.desk import SignedInVisit
from gateway.routes.route import FOR_SIGNED_IN, KEYED, family, refusals

router = family("/api/notifications", "notifications", *FOR_SIGNED_IN)
KEY_REFUSED = refusals("Malformed", "Invalid")


class NotificationsQuery(PageQuery):
    """A page of one's notifications."""

    unread: bool = False


@router.get("", response_model=NotificationPage, responses=refusals("Invalid"))
async def list_notifications(visit: SignedInVisit, query: Annotated[NotificationsQuery, Query()]) -> Response:
    """One's notifications, the latest first."""
    asked = PageQuery(limit=query.limit, cursor=query.cursor, q=query.q)
    return await visit.ask(ListNotifications(query=asked, unread_only=query.unread))


@router.post("/read", status_code=204, responses=KEY_REFUSED, openapi_extra=KEYED)
async def read_notifications(visit: SignedInVisit) -> Response:
    """Mark all as read."""
    return await visit.do(lambda _: ReadNotification(), status=204)


@router.post(
    "/{notification_id}/read", status_code=204, responses={**KEY_REFUSED, **refusals("NotFound")}, openapi_extra=KEYED
)
async def read_notification(visit: SignedInVisit, notification_id: Id) -> Response:
    """Mark one as read."""
    return await visit.do(lambda _: ReadNotification(notification_id=notification_id), status=204)
