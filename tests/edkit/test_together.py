"""Many ask, one query: nobody gets another's answer, nor one older than the question."""

import asyncio
from collections.abc import Sequence

import pytest

from edkit.clock import settle
from edkit.db.together import MOST, Together
from edkit.errors import Unavailable


class Rows:
    """A table whose queries take as long as the test wants."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.queries: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fault: Exception | None = None

    async def look(self, keys: Sequence[str]) -> dict[str, int]:
        self.queries.append(list(keys))
        found = {key: self.rows[key] for key in keys if key in self.rows}  # as it stood when the query began
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return found


async def test_who_asks_at_once_shares_a_query_and_gets_their_own_answer() -> None:
    rows = Rows()
    rows.rows = {f"k{number}": number for number in range(1000)}
    together = Together(rows.look)
    found = await asyncio.gather(*(together.of(f"k{number % 1100}") for number in range(2200)))
    assert found == [number % 1100 if number % 1100 < 1000 else None for number in range(2200)]
    assert [len(keys) for keys in rows.queries] == [MOST, MOST, 100]


async def test_who_comes_while_a_query_is_under_way_sees_what_was_written_before_they_came() -> None:
    rows = Rows()
    rows.rows, together = {"k": 1}, Together(rows.look)
    rows.gate.clear()
    early = asyncio.create_task(together.of("k"))
    await settle()
    rows.rows["k"] = 2
    late = asyncio.create_task(together.of("k"))
    await settle()
    rows.gate.set()
    assert (await early, await late) == (1, 2)
    assert len(rows.queries) == 2


async def test_a_fault_is_told_to_all_who_ride_and_to_nobody_after() -> None:
    rows = Rows()
    together = Together(rows.look)
    rows.fault = Unavailable()
    told = await asyncio.gather(together.of("a"), together.of("b"), return_exceptions=True)
    assert [type(error) for error in told] == [Unavailable, Unavailable]
    rows.fault, rows.rows = None, {"a": 1}
    assert await together.of("a") == 1


async def test_one_who_hangs_up_takes_nobody_along() -> None:
    rows = Rows()
    rows.rows, together = {"k": 1}, Together(rows.look)
    rows.gate.clear()
    first, second = (asyncio.create_task(together.of("k")) for _ in range(2))
    await settle()
    first.cancel()
    rows.gate.set()
    assert await second == 1
    with pytest.raises(asyncio.CancelledError):
        await first
