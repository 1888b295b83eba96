"""The promises of long jobs, each a pure function over what a run has seen from outside."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

COUNT = 3
"""Questions of each quiz."""
WORKERS = ("all", "job_handler")
TELLERS = ("all", "gateway", "rabbitmq")
REPEATING = (*WORKERS, "mariadb")
"""Who makes it right to ask the model again when struck: a database that is away for long costs a job its lease."""


class Struck(NamedTuple):
    """What was done to whom, and when in the life of a job."""

    target: str
    how: str
    point: str


@dataclass
class Seen:
    """One wish, as it stood when everything had come to rest.

    `calls` are those of the model, `deliveries` those of the end to the gateway, `refused` writes of workers whose
    lease was over; `here`, `away`, `later` what a window that was there, one that was not, and another of the first
    sign-in afterwards were told.
    """

    job_id: str
    struck: Struck | None
    cancelled: bool
    strikes: int
    first_end: Mapping[str, Any]
    job: Mapping[str, Any]
    draft: Mapping[str, Any]
    calls: int
    deliveries: int
    refused: int
    notified: Sequence[str]
    here: Sequence[Sequence[str]]
    away: Sequence[Sequence[str]]
    later: Sequence[Sequence[str]]
    strangers: int


@dataclass
class Record:
    """A whole run. `drafts` and `wished` are ids by teacher; `hit` counts strikes by what, how and when."""

    wishes: list[Seen] = field(default_factory=list)
    drafts: dict[str, list[str]] = field(default_factory=dict)
    wished: dict[str, list[str]] = field(default_factory=dict)
    hit: Counter[Struck] = field(default_factory=Counter)
    missed: list[Struck] = field(default_factory=list)
    unended: list[str] = field(default_factory=list)


def one_quiz(run: Record) -> Iterator[str]:
    """Exactly one draft for each wish, with its questions once, or none if it was cancelled."""
    for teacher, ids in run.wished.items():
        if sorted(ids) != sorted(run.drafts[teacher]):
            yield f"{teacher} asked for {sorted(ids)} and has {sorted(run.drafts[teacher])}"
    for one in run.wishes:
        ids = [item["id"] for item in one.draft["items"]]
        wanted = 0 if one.cancelled else COUNT
        if len(ids) != wanted or len(set(ids)) != wanted:
            yield f"{one.job_id}: {len(ids)} questions instead of {wanted}: {ids}"


def asked_once(run: Record) -> Iterator[str]:
    """The model is asked once, and once more at most for each strike before its answer was stored."""
    for one in run.wishes:
        if one.calls > 1 + one.strikes or (one.calls == 0 and not one.cancelled):
            yield f"{one.job_id}: {one.calls} calls after {one.strikes} strikes before its questions were stored"


def one_end(run: Record) -> Iterator[str]:
    """The first end that anybody saw is how the job stands for ever after; it is `completed`, unless cancelled."""
    for one in run.wishes:
        before, now = [(told.get("status"), told.get("version")) for told in (one.first_end, one.job)]
        if before != now:
            yield f"{one.job_id}: ended as {before}, and now is {now}"
        if now[0] != ("cancelled" if one.cancelled else "completed"):
            yield f"{one.job_id}: is {now[0]}: {one.job.get('error')}"


def shown_once(run: Record) -> Iterator[str]:
    """One notification for each end; every session of its owner was shown it, no connection twice; nobody else was."""
    for one in run.wishes:
        wanted = 0 if one.cancelled else 1
        if len(one.notified) != wanted:
            yield f"{one.job_id}: {len(one.notified)} notifications instead of {wanted}"
        for name, connections in (("that was there", one.here), ("that was away", one.away)):
            told = {one_id for connection in connections for one_id in connection}
            if told != set(one.notified):
                yield f"{one.job_id}: a session {name} was shown {sorted(told)}, not {sorted(one.notified)}"
            if any(len(connection) != len(set(connection)) for connection in connections):
                yield f"{one.job_id}: a connection of a session {name} was shown it twice"
        if any(one.later):
            yield f"{one.job_id}: a session that had shown it was shown it again"
        if one.strangers:
            yield f"{one.job_id}: somebody else was told of it"


def ends(run: Record) -> Iterator[str]:
    """Every job ends."""
    yield from (f"{job_id} has not ended" for job_id in run.unended)


INVARIANTS: Mapping[str, Sequence[Callable[[Record], Iterator[str]]]] = {
    "M2": (one_quiz, asked_once),
    "M7": (one_end,),
    "M8": (shown_once,),
    "A12": (ends,),
}


@dataclass
class Report:
    """What was found. `too_easy` says why a run proves too little."""

    found: dict[str, list[str]]
    too_easy: list[str]
    run: Record

    @property
    def passed(self) -> bool:
        return not self.found and not self.too_easy

    def text(self) -> str:
        run = self.run
        shown = [sum(bool(told) for told in one.here) for one in run.wishes]
        lines = [
            f"{len(run.wishes)} wishes, {sum(run.hit.values())} strikes that hit, {len(run.missed)} missed",
            f"{sum(one.calls for one in run.wishes)} calls of the model, "
            f"{sum(max(one.deliveries - 1, 0) for one in run.wishes)} ends delivered again, "
            f"{sum(one.refused for one in run.wishes)} stale writes refused, "
            f"{sum(times - 1 for times in shown if times)} shown again to another connection",
        ]
        lines += [f"  {how} {target} at {point}: {times}" for (target, how, point), times in sorted(run.hit.items())]
        lines += [f"  missed: {how} {target} at {point}" for target, how, point in run.missed]
        lines += [f"{name}: {example}" for name, examples in self.found.items() for example in examples[:8]]
        lines += [f"too easy: {why}" for why in self.too_easy]
        return "\n".join([*lines, "passed" if self.passed else "FAILED"])


def without_effect(run: Record) -> Iterator[str]:
    """Strikes that have an effect that must show, and did not: then the run would not have seen a broken promise."""
    for one in run.wishes:
        if one.struck is None or one.struck.how == "cancel":
            continue
        target, how, point = one.struck
        if point == "make" and target in WORKERS and one.calls < 2:
            yield f"{one.job_id}: {how} {target} while the model was asked, which was asked {one.calls} times"
        if point == "noted" and target in TELLERS and one.deliveries < 2:
            yield f"{one.job_id}: {how} {target} before its end was acknowledged, which came {one.deliveries} times"
        if point == "make" and how == "freeze" and not one.refused:
            yield f"{one.job_id}: nothing of the worker that was stopped past its lease was refused"


def judge(run: Record, points: Sequence[str]) -> Report:
    """Run every invariant. A run is too easy that did not strike at each of `points`, missed a tenth of its plan, or
    whose strikes changed nothing where they had to."""
    found = {name: [text for rule in rules for text in rule(run)] for name, rules in INVARIANTS.items()}
    hit = {point for _, _, point in run.hit}
    easy = [f"nothing was struck at {point}" for point in points if point not in hit] + [*without_effect(run)]
    if len(run.missed) * 10 > sum(run.hit.values()) + len(run.missed):
        easy.append(f"{len(run.missed)} strikes came too late")
    return Report({name: texts for name, texts in found.items() if texts}, easy, run)
