"""Some cases of the self-test in every test run; `make chaos PART=selftest` plays all of them."""

from pathlib import Path

import pytest

from tests.chaos.selftest import cases, embedded, verdict

pytestmark = pytest.mark.chaos

CHOSEN = (
    "clean 0", "bug acknowledged_before_commit", "bug last_answer_wins", "bug solution_leaks_early",
)  # fmt: skip


@pytest.mark.parametrize("case", CHOSEN)
async def test_a_bug_is_caught_and_a_clean_run_raises_no_alarm(case: str, tmp_path: Path) -> None:
    fault = verdict(case, await embedded(case, tmp_path / "run", 0))
    assert not fault, fault


def test_the_chosen_cases_are_among_all() -> None:
    assert set(CHOSEN) <= set(cases())
