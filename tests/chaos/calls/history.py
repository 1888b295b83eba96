"""What a run of requests left behind. Lines, notes and times are those of `tests.chaos.tasks.history`."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.chaos.history import Fault, grouped
from tests.chaos.tasks.history import Asked, lines_of, spans_of


@dataclass
class RequestHistory:
    """Everything that was asked, what was broken meanwhile, and how many quizzes of each title are stored."""

    asked: list[Asked]
    faults: list[Fault] = field(default_factory=list)
    stored: Mapping[str, int] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, folder: Path) -> "RequestHistory":
        final = json.loads((folder / "final.json").read_text(encoding="utf-8"))
        asked = [Asked(**line, raw=raw) for line, raw in lines_of(folder / "asked.jsonl")]
        faults = [Fault(**line, raw=raw) for line, raw in lines_of(folder / "nemesis.jsonl")]
        return cls(asked, faults, Counter(final["stored"]["titles"]), final["crashes"])

    @cached_property
    def creations(self) -> dict[str, list[Asked]]:
        """What was asked about each quiz that was to be made."""
        return grouped((line for line in self.asked if line.kind == "create"), lambda line: line.op)

    @cached_property
    def spans(self) -> list[tuple[str, str, int, int]]:
        """(fault, target, start, stop) of every fault."""
        return spans_of(self.faults, max((line.t_ns for line in self.asked), default=0))

    def of(self, kind: str, slice_: str = "") -> list[Asked]:
        """The ends of everything of a kind, of one slice if it is named."""
        return [
            line
            for line in self.asked
            if line.kind == kind and line.phase != "invoke" and (not slice_ or line.slice == slice_)
        ]
