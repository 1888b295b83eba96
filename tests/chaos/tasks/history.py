"""What a run of the proof left behind: what was asked, what was handled, what was broken and what is stored.

Times are nanoseconds of the machine's one monotonic clock; those of stored rows are epoch milliseconds.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from tests.chaos.history import Fault, grouped

Row = Mapping[str, Any]

GRACE_NS = 5_000_000_000
"""How long before a fault something may have begun that the fault interrupted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing the driver did: `invoke`, then `ok` with the answer, `fail` (refused for good) or `info` (unknown)."""

    t_ns: int
    kind: str
    op: str
    phase: str
    plan: str = ""
    slice: str = ""
    status: int = 0
    code: str = ""
    answer: Any = None
    seconds: float = 0.0
    retry_after: bool = False
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """One thing a process noted: it `sends` a message; `begin`, `ok` or `fail` of one; or it `dies` over it."""

    t_ns: int
    replica: str
    pid: int
    phase: str
    message: str
    service: str = ""
    type: str = ""
    op: str | None = None
    code: str | None = None
    where: str = ""
    raw: str = ""


@dataclass(frozen=True)
class Stored:
    """The final record, read from the databases and the dead letters after everything had come to rest."""

    entries: tuple[Row, ...] = ()
    ledger_outbox: tuple[Row, ...] = ()
    worker_outbox: tuple[Row, ...] = ()
    effects: tuple[Row, ...] = ()
    heard: tuple[Row, ...] = ()
    accounts: tuple[Row, ...] = ()
    copies: tuple[Row, ...] = ()
    account_writes: tuple[Row, ...] = ()
    dead: tuple[Row, ...] = ()


@dataclass
class TaskHistory:
    """Everything, sorted by time."""

    asked: list[Asked]
    handled: list[Handled]
    faults: list[Fault]
    stored: Stored
    crashes: list[str] = field(default_factory=list)
    last_fault_ms: int = 0

    @classmethod
    def load(cls, folder: Path) -> "TaskHistory":
        final = json.loads((folder / "final.json").read_text(encoding="utf-8"))
        work = [line for path in sorted((folder / "work").glob("*.jsonl")) for line in lines_of(path)]
        return cls(
            asked=sorted((Asked(**line, raw=raw) for line, raw in lines_of(folder / "asked.jsonl")), key=_time),
            handled=sorted((Handled(**line, raw=raw) for line, raw in work), key=_time),
            faults=sorted((Fault(**line, raw=raw) for line, raw in lines_of(folder / "nemesis.jsonl")), key=_time),
            stored=Stored(**{name: tuple(rows) for name, rows in final["stored"].items()}),
            crashes=final["crashes"],
            last_fault_ms=final["last_fault_ms"],
        )

    @cached_property
    def bookings(self) -> dict[str, list[Asked]]:
        """What was asked about each operation."""
        return grouped((line for line in self.asked if line.kind == "book"), lambda line: line.op)

    @cached_property
    def plans(self) -> dict[str, str]:
        """The plan of each operation."""
        return {op: lines[0].plan for op, lines in self.bookings.items()}

    @cached_property
    def by_message(self) -> dict[str, list[Handled]]:
        return grouped(self.handled, lambda line: line.message)

    @cached_property
    def entries_of(self) -> dict[str, list[Row]]:
        """The stored entries of each operation."""
        return grouped(self.stored.entries, lambda row: str(row["op"]))

    @cached_property
    def spans(self) -> list[tuple[str, str, int, int]]:
        """(fault, target, start, stop) of every fault; one that never stopped ends with the run."""
        return spans_of(self.faults, max((line.t_ns for line in self.handled), default=0))

    def excused(self, line: Handled) -> bool:
        """Whether a fault may have kept the bus from taking note of how `line` ended."""
        own = {line.replica}
        return any(
            start <= line.t_ns + GRACE_NS and line.t_ns <= stop
            for fault, target, start, stop in self.spans
            if target in own or target in ("broker", "wire")
        )


def spans_of(faults: Iterable[Fault], end: int) -> list[tuple[str, str, int, int]]:
    """(fault, target, start, stop) of every fault; one that never stopped lasts until `end`."""
    begun: dict[tuple[str, str], int] = {}
    spans = []
    for fault in faults:
        key = (fault.fault, fault.target)
        if fault.phase == "start":
            begun.setdefault(key, fault.t_ns)
        elif key in begun:
            spans.append((*key, begun.pop(key), fault.t_ns))
    return spans + [(*key, start, max(start, end)) for key, start in begun.items()]


def _time(line: Any) -> int:
    return int(line.t_ns)


def lines_of(path: Path) -> list[tuple[dict[str, Any], str]]:
    """The whole lines of a file; the last one of a killed process may be torn."""
    if not path.exists():
        return []
    found = []
    for raw in path.read_text(encoding="utf-8").split("\n"):
        if raw.endswith("}"):
            found.append((json.loads(raw), raw))
    return found


class Notes:
    """Writes the driver's and the nemesis's lines of one run; every line is flushed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._asked = (folder / "asked.jsonl").open("a", encoding="utf-8")
        self._nemesis = (folder / "nemesis.jsonl").open("a", encoding="utf-8")
        self.crashes: list[str] = []
        self.last_fault_ms = 0

    def asked(self, kind: str, op: str, phase: str, **more: Any) -> None:
        self._write(self._asked, {"t_ns": time.monotonic_ns(), "kind": kind, "op": op, "phase": phase} | more)

    def fault(self, fault: str, phase: str, target: str, exit_code: int | None = None) -> None:
        self.last_fault_ms = time.time_ns() // 1_000_000
        line = {"fault": fault, "target": target, "phase": phase, "exit_code": exit_code}
        self._write(self._nemesis, {"t_ns": time.monotonic_ns()} | line)

    def final(self, stored: Mapping[str, Iterable[Row]]) -> None:
        whole = {"stored": stored, "crashes": self.crashes, "last_fault_ms": self.last_fault_ms}
        (self.folder / "final.json").write_text(json.dumps(whole), encoding="utf-8")

    def close(self) -> None:
        self._asked.close()
        self._nemesis.close()

    @staticmethod
    def _write(out: IO[str], line: Mapping[str, Any]) -> None:
        out.write(json.dumps(line, separators=(",", ":")) + "\n")
        out.flush()
