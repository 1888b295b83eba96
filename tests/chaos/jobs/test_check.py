"""The checker itself, told of runs made by hand: one without a fault, and one broken in each way."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.jobs.check import COUNT, Record, Seen, Struck, judge

KILLED = Struck("job_handler", "kill", "make")
ENDED = {"status": "completed", "version": 7}
CLEAN = Seen(
    job_id="j",
    struck=KILLED,
    cancelled=False,
    strikes=1,
    first_end=ENDED,
    job=ENDED,
    draft={"items": [{"id": f"j-{number}"} for number in range(COUNT)]},
    calls=2,
    deliveries=1,
    refused=0,
    notified=["n"],
    here=[["n"]],
    away=[["n"]],
    later=[[]],
    strangers=0,
)
BROKEN: dict[str, tuple[Seen, str]] = {
    "a question twice": (replace(CLEAN, draft={"items": [{"id": "j-1"}] * COUNT}), "M2"),
    "no question": (replace(CLEAN, draft={"items": []}), "M2"),
    "the model asked again for what it had answered": (replace(CLEAN, calls=3), "M2"),
    "the model never asked": (replace(CLEAN, calls=0), "M2"),
    "another end later": (replace(CLEAN, job={"status": "completed", "version": 8}), "M7"),
    "a failure": (replace(CLEAN, first_end={"status": "failed"}, job={"status": "failed"}), "M7"),
    "completed though cancelled": (replace(CLEAN, cancelled=True), "M7"),
    "two notifications": (replace(CLEAN, notified=["n", "m"]), "M8"),
    "no notification": (replace(CLEAN, notified=[], here=[[]], away=[[]]), "M8"),
    "shown twice": (replace(CLEAN, here=[["n", "n"]]), "M8"),
    "not shown to who came later": (replace(CLEAN, away=[[]]), "M8"),
    "shown again": (replace(CLEAN, later=[["n"]]), "M8"),
    "shown to somebody else": (replace(CLEAN, strangers=1), "M8"),
}
IDLE: dict[str, Seen] = {
    "a strike while the model is asked, which is asked once": replace(CLEAN, calls=1),
    "a strike before the acknowledgement, and nothing comes again": replace(
        CLEAN, struck=Struck("gateway", "kill", "noted")
    ),
    "a worker past its lease of which nothing is refused": replace(
        CLEAN, struck=Struck("job_handler", "freeze", "make")
    ),
}


def run_of(one: Seen) -> Record:
    """A run of this one wish."""
    hit = Counter() if one.struck is None else Counter([one.struck])
    return Record(wishes=[one], drafts={"t": ["d"]}, wished={"t": ["d"]}, hit=hit)


def test_a_clean_run_passes() -> None:
    assert judge(run_of(CLEAN), ["make"]).passed


@pytest.mark.parametrize(("one", "invariant"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_promise_is_found(one: Seen, invariant: str) -> None:
    assert invariant in judge(run_of(one), ["make"]).found


@pytest.mark.parametrize("one", IDLE.values(), ids=IDLE.keys())
def test_a_run_is_too_easy_whose_strike_changed_nothing(one: Seen) -> None:
    report = judge(run_of(one), [])
    assert report.too_easy
    assert not report.passed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda run: run.drafts.update(t=["d", "e"]),
        lambda run: run.drafts.update(t=[]),
        lambda run: run.unended.append("j"),
        lambda run: run.missed.append(KILLED),
        lambda run: run.hit.clear(),
    ],
    ids=["a quiz nobody asked for", "a quiz lost", "a job without an end", "strikes too late", "a moment not struck"],
)
def test_a_run_as_a_whole_may_be_broken(spoil: Callable[[Record], object]) -> None:
    run = run_of(CLEAN)
    spoil(run)
    assert not judge(run, ["make"]).passed
