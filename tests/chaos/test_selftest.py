"""Some cases of the self-test in every test run; `make chaos PART=selftest` plays all of them.

They play several at once there too, and so need no quiet machine.
"""

import pytest

from tests.chaos.selftest import cases, come_out

CHOSEN = (
    "clean 0", "bug acknowledged_before_commit", "bug last_answer_wins", "bug solution_leaks_early",
)  # fmt: skip


@pytest.mark.parametrize("case", CHOSEN)
def test_a_bug_is_caught_and_a_clean_run_raises_no_alarm(case: str) -> None:
    assert come_out([case])  # it prints why not


def test_the_chosen_cases_are_among_all() -> None:
    assert set(CHOSEN) <= set(cases())
