"""What is to be seen from outside once all jobs have ended: by their owners, in old and new windows, and by others."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from tests.chaos.jobs.check import Record, Seen
from tests.chaos.jobs.moments import Moments
from tests.chaos.jobs.windows import Window
from tests.chaos.jobs.wishes import Teacher, Wish

SHOWN_WITHIN_S = 20.0
QUIET_S = 1.5
"""How long nothing more may come."""


class Windows:
    """A window for each of these tokens, by name."""

    def __init__(self, base: str, tokens: Mapping[str, str]) -> None:
        self._of = {name: Window(base, token) for name, token in tokens.items()}

    def __getitem__(self, name: str) -> Window:
        return self._of[name]

    async def __aenter__(self) -> Self:
        for window in self._of.values():
            window.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for window in self._of.values():
            await window.close()

    async def quiet(self, wanted: Mapping[str, set[str]]) -> None:
        """Return when all are there and were told of these jobs, or have had the time for it; and a moment later."""
        try:
            async with asyncio.timeout(SHOWN_WITHIN_S):
                while not all(
                    window.connections and wanted[name] <= {one["job_id"] for one in window.told()}
                    for name, window in self._of.items()
                ):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass  # the checker says what is missing
        await asyncio.sleep(QUIET_S)


async def look(
    record: Record,
    teachers: Sequence[Teacher],
    wishes: Sequence[Wish],
    here: Windows,
    calls: Callable[[Wish], int],
    moments: Moments,
) -> None:
    """Put all of it into the record."""
    base = teachers[0].base
    wanted = {one.name: {wish.job_id for wish in wishes if wish.teacher is one and wish.told} for one in teachers}
    await here.quiet(wanted)
    async with Windows(base, {one.name: one.away for one in teachers}) as away:
        await away.quiet(wanted)
        async with Windows(base, {one.name: one.here for one in teachers}) as later:
            await later.quiet({one.name: set() for one in teachers})
            notified = {one.name: await one.told() for one in teachers}
            for teacher in teachers:
                page = await teacher.ask("GET", "/api/drafts?limit=100")
                record.drafts[teacher.name] = [draft["id"] for draft in page["items"]]
                record.wished[teacher.name] = [wish.draft_id for wish in wishes if wish.teacher is teacher]
            for wish in wishes:
                name = wish.teacher.name
                strangers = sum(
                    one["job_id"] == wish.job_id
                    for other in notified
                    if other != name
                    for one in (*here[other].told(), *away[other].told(), *notified[other])
                )
                record.wishes.append(
                    Seen(
                        job_id=wish.job_id,
                        struck=wish.struck,
                        cancelled=wish.cancelled,
                        strikes=wish.strikes,
                        first_end=wish.ended,
                        job=await wish.teacher.job(wish),
                        draft=await wish.teacher.ask("GET", f"/api/drafts/{wish.draft_id}"),
                        calls=calls(wish),
                        deliveries=len(moments.who(wish.job_id, "noted")),
                        refused=len(moments.who(wish.job_id, "refused")),
                        notified=[one["id"] for one in notified[name] if one["job_id"] == wish.job_id],
                        here=_of(here[name], wish),
                        away=_of(away[name], wish),
                        later=_of(later[name], wish),
                        strangers=strangers,
                    )
                )


def _of(window: Window, wish: Wish) -> list[list[str]]:
    return [[one["id"] for one in told if one["job_id"] == wish.job_id] for told in window.connections]
