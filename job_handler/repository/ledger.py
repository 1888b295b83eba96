"""Who may spend how many tokens on a day: budgets of persons and of the whole installation, as rows.

A reservation adds to a budget in one statement that holds only while the limit does, so however many ask at once, no
budget is exceeded. What is set aside stands on the day it was made, also when it is settled on the next.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.clock import Clock
from edkit.db import Database, explained, found, retrying
from edkit.ids import Ids
from edkit.llm import BudgetSpent, Usage
from edkit.settings import Settings
from job_handler.models import budgets, reservations

T = TypeVar("T")

DAY_MS = 24 * 3_600_000
EVERYBODY = ""
"""Whose budget is that of the whole installation. What is done for nobody in particular counts for it alone."""
LOST_MS = 3_600_000
"""After so long a reservation belongs to a call that nobody waits for: none takes longer than half an hour."""
KEPT_DAYS = 2
"""Budgets and reservations of earlier days are of no use to anybody."""
SLICE = 500


class SqlLedger:
    """See `edkit.llm.Ledger`. A day is one of UTC; a limit of 0 is no limit. Raises Unavailable without a database."""

    def __init__(self, database: Database, clock: Clock, ids: Ids, settings: Settings) -> None:
        self._database, self._clock, self._ids = database, clock, ids
        self._per_owner, self._per_day = settings.llm_tokens_per_user_and_day, settings.llm_tokens_per_day

    async def reserve(self, owner: str, tokens: int) -> str:
        """See Ledger."""
        now = self._clock.now()
        day, reservation = now // DAY_MS, self._ids.new()
        made = {"id": reservation, "owner": owner, "day": day, "tokens": tokens, "state": "open", "made_at": now}

        async def work(session: AsyncSession) -> None:
            for payer in _payers(owner):
                limit = self._per_day if payer == EVERYBODY else self._per_owner
                query = update(budgets).where(_of(payer, day))
                if limit:
                    query = query.where(budgets.c.spent + budgets.c.reserved + tokens <= limit)
                if not found(await session.execute(query.values(reserved=budgets.c.reserved + tokens))):
                    raise BudgetSpent(retry_after_ms=(day + 1) * DAY_MS - now)
            await session.execute(insert(reservations).values(made))

        with _told():
            for payer in _payers(owner):
                await self._open(payer, day)
            await self._written(work)
        return reservation

    async def settle(self, reservation: str, usage: Usage) -> None:
        """See Ledger. What was given back meanwhile is booked all the same: it was spent."""

        async def work(session: AsyncSession) -> None:
            row = (await session.execute(select(reservations).where(reservations.c.id == reservation))).first()
            if row is None:
                return
            for state, reserved in (("open", row.tokens), ("returned", 0)):
                if await _moved(session, reservation, state, "settled"):
                    await _book(session, row, reserved, usage)

        with _told():
            await self._written(work)

    async def sweep(self) -> int:
        """Give back what dead workers had set aside, and forget days gone by; how many reservations came back."""
        now = self._clock.now()
        lost = (reservations.c.state == "open") & (reservations.c.made_at < now - LOST_MS)
        count = 0
        while rows := await self._database.rows(select(reservations).where(lost).limit(SLICE)):
            for row in rows:
                count += await self._written(partial(_give_back, row=row))
        before = now // DAY_MS - KEPT_DAYS
        for state in ("settled", "returned"):
            old = (reservations.c.state == state) & (reservations.c.made_at < before * DAY_MS)
            while ids := await self._database.rows(select(reservations.c.id).where(old).limit(SLICE)):
                await self._database.single(delete(reservations).where(reservations.c.id.in_([row.id for row in ids])))
        await self._database.single(delete(budgets).where(budgets.c.day < before))
        return count

    async def _open(self, owner: str, day: int) -> None:
        """There is a row for this budget and day from now on."""
        if not await self._database.rows(select(budgets.c.day).where(_of(owner, day))):
            fresh = insert(budgets).values(owner=owner, day=day, spent=0, reserved=0, cost_micros=0)
            with suppress(IntegrityError):  # another made it just now
                await self._database.single(fresh)

    async def _written(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def once() -> T:
            async with self._database.write() as session:
                return await work(session)

        return await retrying(once)


async def used_today(session: AsyncSession, owner: str, now: int) -> int:
    """Tokens that this person, or EVERYBODY, has spent or set aside today."""
    query = select(budgets.c.spent + budgets.c.reserved).where(_of(owner, now // DAY_MS))
    return int((await session.execute(query)).scalar() or 0)


async def forget_budgets(session: AsyncSession, owner: str) -> None:
    """Remove what this person has spent. Calls that are under way for them still count for the installation."""
    await session.execute(update(reservations).where(reservations.c.owner == owner).values(owner=EVERYBODY))
    await session.execute(delete(budgets).where(budgets.c.owner == owner))


def _payers(owner: str) -> tuple[str, ...]:
    """Whose budgets a call counts for, always in this order, so that no two wait for each other."""
    return (owner, EVERYBODY) if owner != EVERYBODY else (EVERYBODY,)


def _of(owner: str, day: int) -> Any:
    return (budgets.c.owner == owner) & (budgets.c.day == day)


async def _moved(session: AsyncSession, reservation: str, before: str, after: str) -> bool:
    """Take a reservation from one state to the other; False if it is not in the first."""
    query = update(reservations).where(reservations.c.id == reservation, reservations.c.state == before)
    return found(await session.execute(query.values(state=after))) == 1


async def _book(session: AsyncSession, row: Any, reserved: int, usage: Usage) -> None:
    spent = usage.tokens_in + usage.tokens_out
    for payer in _payers(row.owner):
        query = update(budgets).where(_of(payer, row.day))
        await session.execute(
            query.values(
                spent=budgets.c.spent + spent,
                reserved=budgets.c.reserved - reserved,
                cost_micros=budgets.c.cost_micros + usage.cost_micros,
            )
        )


async def _give_back(session: AsyncSession, row: Any) -> bool:
    moved = await _moved(session, row.id, "open", "returned")
    if moved:
        await _book(session, row, row.tokens, Usage())
    return moved


@contextmanager
def _told() -> Iterator[None]:
    """What the database says, as whoever asks a model understands it."""
    try:
        yield
    except Exception as error:
        if (away := explained(error)) is None:
            raise
        raise away from error
