"""Budgets: never exceeded, however many ask at once. Numbers: job_handler/SPEC.md."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import select

from edkit.clock import ManualClock
from edkit.db import Database, InDoubt
from edkit.db.migrate import upgrade
from edkit.errors import Unavailable
from edkit.ids import SystemIds
from edkit.llm import BudgetSpent, Usage
from edkit.settings import Settings
from job_handler.models import budgets, reservations
from job_handler.repository.ledger import DAY_MS, EVERYBODY, LOST_MS, SqlLedger, forget_budgets, used_today

pytestmark = pytest.mark.xdist_group("mariadb")
Opening = Callable[..., SqlLedger]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def databases(database_url: str) -> AsyncIterator[list[Database]]:
    """The same database as two processes see it."""
    await asyncio.to_thread(upgrade, database_url, "job_handler")
    opened = [Database(database_url) for _ in range(2)]
    yield opened
    for database in opened:
        await database.close()


@pytest.fixture
def opening(databases: list[Database], clock: ManualClock) -> Opening:
    def open_one(per_owner: int = 0, per_day: int = 0, number: int = 0) -> SqlLedger:
        limits = {"llm_tokens_per_user_and_day": per_owner, "llm_tokens_per_day": per_day}
        return SqlLedger(databases[number], clock, SystemIds(clock), Settings.model_validate(limits))

    return open_one


@pytest.fixture
def used(databases: list[Database], clock: ManualClock) -> Callable[..., Any]:
    async def look(owner: str = EVERYBODY) -> int:
        async with databases[0].read() as session:
            return await used_today(session, owner, clock.now())

    return look


async def asked(ledgers: list[SqlLedger], owners: list[str], tokens: int = 100) -> tuple[list[str], int]:
    """The reservations that were made of all that were asked for at once, and how many were refused."""
    calls = [ledgers[number % len(ledgers)].reserve(owner, tokens) for number, owner in enumerate(owners)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    made = [outcome for outcome in outcomes if isinstance(outcome, str)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, BudgetSpent)]
    assert len(made) + len(refused) == len(owners), outcomes
    assert len(set(made)) == len(made)
    return made, len(refused)


async def test_j17_twenty_at_once_never_exceed_what_one_person_has(opening: Opening, used: Any) -> None:
    ledgers = [opening(per_owner=1050, number=number) for number in range(2)]
    made, refused = await asked(ledgers, ["mai"] * 20)
    assert (len(made), refused) == (10, 10)
    assert (await used("mai"), await used()) == (1000, 1000)
    assert len((await asked(ledgers, ["otto"] * 20))[0]) == 10
    assert await used() == 2000


async def test_j17_twenty_at_once_never_exceed_what_all_together_have(opening: Opening, used: Any) -> None:
    ledgers = [opening(per_owner=500, per_day=700, number=number) for number in range(2)]
    owners = [f"person-{number}" for number in range(20)]
    made, refused = await asked(ledgers, owners)
    assert (len(made), refused) == (7, 13)
    assert await used() == 700
    assert sum([await used(owner) for owner in owners]) == 700  # who was refused has nothing set aside


async def test_j17_what_was_spent_is_booked_once(opening: Opening, used: Any) -> None:
    ledgers = [opening(per_owner=1000, number=number) for number in range(2)]
    made, _ = await asked(ledgers, ["mai"] * 10)
    await asyncio.gather(*(ledgers[at % 2].settle(made[0], Usage(20, 10, 1, 5)) for at in range(20)))
    assert (await used("mai"), await used()) == (930, 930)
    with pytest.raises(BudgetSpent):
        await ledgers[0].reserve("mai", 71)
    _ = await ledgers[0].reserve("mai", 70)
    await ledgers[0].settle("never made", Usage(1, 1, 1, 1))
    assert await used("mai") == 1000


async def test_j17_a_budget_is_filled_again_at_midnight(opening: Opening, used: Any, clock: ManualClock) -> None:
    ledger = opening(per_owner=100)
    late = await ledger.reserve("mai", 100)
    with pytest.raises(BudgetSpent) as refusal:
        await ledger.reserve("mai", 1)
    assert refusal.value.retry_after_ms == DAY_MS - clock.now() % DAY_MS
    await clock.advance(refusal.value.retry_after_ms / 1000)
    assert await used("mai") == 0
    _ = await ledger.reserve("mai", 90)
    await ledger.settle(late, Usage(50, 50, 1, 0))  # it counts for the day on which it began
    assert (await used("mai"), await used()) == (90, 90)


async def test_j17_what_a_dead_worker_had_set_aside_comes_back(opening: Opening, used: Any, clock: ManualClock) -> None:
    ledger = opening(per_owner=100)
    lost = await ledger.reserve("mai", 100)
    await clock.advance(LOST_MS / 1000)
    assert await ledger.sweep() == 0
    await clock.advance(1)
    sweepers = [ledger, opening(number=1)]
    assert sum(await asyncio.gather(*(sweeper.sweep() for sweeper in sweepers))) == 1
    assert (await used("mai"), await used()) == (0, 0)
    await ledger.settle(lost, Usage(30, 10, 1, 0))  # it was not dead after all: what it spent counts
    await ledger.settle(lost, Usage(30, 10, 1, 0))
    assert (await used("mai"), await used()) == (40, 40)


async def test_days_gone_by_are_forgotten(opening: Opening, clock: ManualClock, databases: list[Database]) -> None:
    ledger = opening()
    settled, _ = await ledger.reserve("mai", 1), await ledger.reserve("mai", 1)
    await ledger.settle(settled, Usage(1, 0, 1, 0))
    await clock.advance(4 * 24 * 3600)
    kept = await ledger.reserve("mai", 1)
    assert await ledger.sweep() == 1
    assert [row.id for row in await databases[0].rows(select(reservations.c.id))] == [kept]
    assert {row.day for row in await databases[0].rows(select(budgets.c.day))} == {clock.now() // DAY_MS}


async def test_an_erased_person_leaves_nothing_and_their_calls_still_count(
    opening: Opening, used: Any, databases: list[Database]
) -> None:
    """The installation's budget kept what their calls under way had set aside for the rest of the day."""
    ledger = opening(per_owner=1000, per_day=1000)
    under_way = await ledger.reserve("mai", 500)
    async with databases[1].write() as session:
        await forget_budgets(session, "mai")
    assert (await used("mai"), await used()) == (0, 500)
    await ledger.settle(under_way, Usage(100, 20, 1, 0))
    assert (await used("mai"), await used()) == (0, 120)


async def test_nobody_in_particular_counts_for_all_together_alone(opening: Opening, used: Any) -> None:
    ledger = opening(per_owner=10, per_day=100)
    reservation = await ledger.reserve(EVERYBODY, 60)
    await ledger.settle(reservation, Usage(50, 0, 1, 0))
    assert await used() == 50
    with pytest.raises(BudgetSpent):
        await ledger.reserve(EVERYBODY, 51)


async def test_a_database_that_is_away_is_told_as_such(
    opening: Opening, databases: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Any:
        raise InDoubt("COMMIT", None, Exception())

    ledger = opening()
    monkeypatch.setattr(databases[0], "rows", away)
    with pytest.raises(Unavailable) as refusal:
        await ledger.reserve("mai", 1)
    assert refusal.value.code == "interrupted"
