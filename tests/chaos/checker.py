"""Runs every invariant over a history, counts, and refuses to be impressed by a run that was too easy."""

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.history import History, Violation
from tests.chaos.invariants import INVARIANTS, latency
from tests.chaos.invariants.order import CLOSE_NS, CONVERGE_NS, calm_moments

LEAST_RESUMES = 200
LEAST_UNKNOWN_SHARE = 0.02
MOST_SECONDS_PER_FAULT = 10.0


@dataclass(frozen=True)
class Report:
    """What a run proved. It passes when nothing was violated, the harness did not crash and the run was hard enough."""

    violations: Mapping[str, list[Violation]]
    crashes: list[str]
    too_easy: list[str]
    counts: Mapping[str, int]
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def found(self) -> set[str]:
        """The ids of violated invariants."""
        return {name for name, found in self.violations.items() if found}

    @property
    def passed(self) -> bool:
        return not self.found and not self.crashes and not self.too_easy

    def text(self, most: int = 3) -> str:
        """The whole report; at most `most` counter-examples of each invariant."""
        lines = [f"{name:32} {value}" for name, value in (*self.counts.items(), *self.figures.items())]
        lines.append("violations: " + ", ".join(f"{name} {len(found)}" for name, found in self.violations.items()))
        for found in self.violations.values():
            lines += [str(violation)[:3000] for violation in found[:most]]
        lines += [f"void, the harness crashed: {crash}" for crash in self.crashes]
        lines += [f"too easy: {reason}" for reason in self.too_easy]
        lines.append("PASSED" if self.passed else "FAILED")
        return "\n".join(lines)


def check(history: History, *, hard: bool = True, least: Mapping[str, int] | None = None) -> Report:
    """Check everything. `hard=False` lets an easy run pass, for short runs with another purpose.

    `least` says how often which kind of fault must have struck in a hard run.
    """
    violations = {name: list(invariant(history)) for name, invariant in INVARIANTS.items()}
    crashes = [line.raw for line in history.of("crash")]
    counts = _counts(history)
    easy = _too_easy(history, counts, least or {}) if hard else []
    figures = {
        **latency.a21_latency(history),
        **latency.receipts(history),
        **latency.comebacks(history),
        **latency.lost_to_found(history),
        **latency.without_redis(history),
        **latency.herds(history),
        **latency.quiet_turns(history),
        **{f"logged: {line.more['what']}": str(line.more["count"]) for line in history.of("logged")},
    }
    return Report(violations, crashes, easy, counts, figures)


def _counts(history: History) -> dict[str, int]:
    starts = [fault for fault in history.faults if fault.phase == "start"]
    faults = {f"fault {kind}": count for kind, count in sorted(Counter(fault.kind for fault in starts).items())}
    statuses = [line.status for line in history.of("answer") if line.status and line.phase in ("ok", "fail")]
    return {
        "games": len(history.final),
        "lines": len(history.lines),
        "answers": len(history.attempts),
        **{f"answers {status}": statuses.count(status) for status in sorted(set(statuses))},
        "rows": sum(len(game.rows) for game in history.final.values()),
        "unknown answers": len(_unknown(history)),
        "resumes": sum(line.phase == "ok" for line in history.of("resume")),
        "faults": len(starts),
        **faults,
        "kills": sum(fault.fault == "kill" for fault in starts),
        "moments at which all had to stand alike": len(calm_moments(history, CONVERGE_NS)),
        "moments after which all had to be answered": len(calm_moments(history, CLOSE_NS)),
        "ended by the clock, not by the games": len(history.of("note")),
        "faults inside an open question": sum(_inside(history, fault.t_ns) for fault in starts),
    }


def _unknown(history: History) -> set[str]:
    return {
        answer_id
        for answer_id, lines in history.attempts.items()
        if any(line.phase == "info" and line.status is None for line in lines)
    }


def _inside(history: History, t_ns: int) -> bool:
    return any(start <= t_ns <= end for _, _, start, end in history.open_spans)


def _too_easy(history: History, counts: Mapping[str, int], least: Mapping[str, int]) -> list[str]:
    struck = {kind: counts.get(f"fault {kind}", 0) for kind in least}
    reasons = [f"{kind} {struck[kind]} times, not {times}" for kind, times in least.items() if struck[kind] < times]
    opened = [line.t_ns for line in history.of("event") if line.more.get("event") == "question_opened"]
    begun = [fault.t_ns for fault in history.faults] or opened
    seconds = (max(opened) - min(begun)) / 1e9 if opened else 0.0
    if counts["faults"] * MOST_SECONDS_PER_FAULT < seconds:
        reasons.append(f"{counts['faults']} faults in {seconds:.0f} s of play")
    if counts["unknown answers"] < LEAST_UNKNOWN_SHARE * max(1, counts["answers"]):
        reasons.append(f"only {counts['unknown answers']} of {counts['answers']} answers were unknown for a while")
    if counts["resumes"] < LEAST_RESUMES:
        reasons.append(f"only {counts['resumes']} resumes")
    for kind in sorted({fault.kind for fault in history.faults}):
        if not any(_inside(history, f.t_ns) for f in history.faults if f.kind == kind and f.phase == "start"):
            reasons.append(f"no {kind} ever hit an open question")
    if not counts["games"]:
        reasons.append("no game was played")
    return reasons


def main() -> None:
    """Check a folder that a run left behind: `python -m tests.chaos.checker FOLDER`."""
    report = check(History.load(Path(sys.argv[1])))
    print(report.text())
    sys.exit(not report.passed)


if __name__ == "__main__":
    main()
