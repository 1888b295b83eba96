"""Budgets of one process, counted in memory."""

from typing import NamedTuple

from edkit.clock import Clock
from edkit.llm import BudgetSpent, Usage

DAY_MS = 86_400_000


class _Reserved(NamedTuple):
    owner: str
    tokens: int
    day: int


class MemoryLedger:
    """See `edkit.llm.Ledger`. A day is one of UTC; 0 is no limit. What was reserved yesterday is not booked today.

    What is done for nobody in particular (owner "") counts for the installation alone.
    """

    def __init__(self, clock: Clock, *, per_owner: int, per_day: int) -> None:
        self._clock, self._per_owner, self._per_day = clock, per_owner, per_day
        self._day = -1
        self._used: dict[str, int] = {}
        self._reserved: dict[str, _Reserved] = {}
        self._count = 0

    async def reserve(self, owner: str, tokens: int) -> str:
        self._begin_the_day()
        per_owner = self._per_owner if owner else 0
        for limit, used in ((per_owner, self.used(owner)), (self._per_day, self.used())):
            if limit and used + tokens > limit:
                raise BudgetSpent(retry_after_ms=(self._day + 1) * DAY_MS - self._clock.now())
        self._count += 1
        reservation = f"{self._day}-{self._count}"
        self._reserved[reservation] = _Reserved(owner, tokens, self._day)
        self._book(owner, tokens)
        return reservation

    async def settle(self, reservation: str, usage: Usage) -> None:
        self._begin_the_day()
        reserved = self._reserved.pop(reservation, None)
        if reserved is not None and reserved.day == self._day:
            self._book(reserved.owner, usage.tokens_in + usage.tokens_out - reserved.tokens)

    def used(self, owner: str | None = None) -> int:
        """Tokens of today that are spent or set aside: of one person, or of all."""
        self._begin_the_day()
        return sum(self._used.values()) if owner is None else self._used.get(owner, 0)

    def _book(self, owner: str, tokens: int) -> None:
        self._used[owner] = self._used.get(owner, 0) + tokens

    def _begin_the_day(self) -> None:
        today = self._clock.now() // DAY_MS
        if today > self._day:
            self._day = today
            self._used.clear()
