"""The gateway takes an end that comes again for a new one.

Three guards stand before that: the inbox, the version of the latest end that was told, and an id made of both. Any of
them alone is enough, so all are taken away.
"""

from typing import Any

from edkit.clock import SystemClock
from edkit.ids import SystemIds
from edkit.runner import Runner
from edkit.service import Runtime
from gateway.handlers import notifications
from gateway.repository.notifications import NotificationRepository

CAUGHT_BY = {"M8"}
STRIKES = (("kill", "noted"),)


def plant() -> None:
    begin, ids = Runner.__init__, SystemIds(SystemClock())

    def without_inbox(self: Runner, runtime: Runtime) -> None:
        begin(self, runtime)
        if runtime.name == "gateway":
            self._inbox = None

    async def none(self: NotificationRepository, *_: Any) -> int:
        return -1

    def another(*_: Any) -> str:
        return ids.new()

    Runner.__init__ = without_inbox
    NotificationRepository.newest_end = none
    notifications.notification_id = another
