"""What was seen, what was broken, what is true: three kinds of record and the history they make.

- `Line`: one thing one simulated client did or saw, written as a JSON line the moment it is known.
- `Fault`: one thing the nemesis did.
- `FinalGame`: what the store says about one game after the faults and a quiet time.

All times are nanoseconds of one monotonic clock of one machine. `phase` of a line is `invoke` (about to be sent), `ok`
(acknowledged), `fail` (finally refused) or `info` (no reply: the outcome is unknown, or a refusal that will be retried,
then with its code in `status`). An `op_id` is fixed before the first send; the client repeats it until `ok` or `fail`.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any, TypeVar

import orjson

K = TypeVar("K")
V = TypeVar("V")

FIELDS = (
    "t_ns", "run", "client", "role", "game", "conn", "server", "kind", "op_id", "phase",
    "question", "choice", "status", "seq", "received_ms", "points", "hash",
)  # fmt: skip


def canonical(value: Any) -> str:
    """One text per value: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """16 hex digits that stand for a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Line:
    """One record of one client. `more` holds what only some kinds have; `raw` is the line as it lies in the file."""

    t_ns: int
    run: str
    client: str
    role: str
    game: str
    conn: int
    server: str
    kind: str
    op_id: str | None = None
    phase: str | None = None
    question: str | None = None
    choice: Any = None
    status: str | None = None
    seq: int | None = None
    received_ms: int | None = None
    points: int | None = None
    hash: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    raw: str = ""

    @property
    def player(self) -> str | None:
        """The player this client was, by its token, when it wrote the line."""
        return self.more.get("player")

    @classmethod
    def parse(cls, raw: str) -> "Line":
        data = orjson.loads(raw)
        return cls(**{name: data.get(name) for name in FIELDS}, more=data.get("more") or {}, raw=raw)


@dataclass(frozen=True, slots=True)
class Fault:
    """One edge of one fault. `phase` is `start` or `stop`; a kill stops when the process is ready again."""

    t_ns: int
    fault: str
    target: str
    phase: str
    exit_code: int | None = None
    raw: str = ""

    @property
    def kind(self) -> str:
        """What was done to which kind of part: `kill game_server`."""
        return f"{self.fault} {self.target.rstrip('-0123456789')}"


@dataclass(frozen=True, slots=True)
class Row:
    """One accepted answer as stored.

    `received_at` is server epoch ms, `received_ms` counts from opening without pauses, `seq` is the game's at the time.
    """

    game: str
    question: str
    player: str
    answer_id: str
    choice: Any
    received_ms: int
    credit_ms: int
    received_at: int
    seq: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a game's log, named as its event on the wire (`question_opened`, `question_closed`, ...)."""

    seq: int
    event: str
    at: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredPlayer:
    """One player of a game, the `order`-th who joined, at `joined_seq`; entry `kicked_seq` removed it."""

    player: str
    nickname: str
    order: int
    joined_seq: int
    kicked_seq: int | None = None


NO_QUESTION: Mapping[str, Any] = {"id": "", "type": "none", "points": 0, "time_limit_ms": 0, "options": {}, "key": {}}


@dataclass(frozen=True, slots=True)
class FinalGame:
    """The final record of one game.

    `quiz` is the quiz as frozen in the game, solutions included. `readings` maps each way in which the results were
    read to the whole ranked list: [player, score, rank] each.
    """

    game: str
    quiz: Mapping[str, Any]
    settings: Mapping[str, Any]
    entries: tuple[Entry, ...]
    rows: tuple[Row, ...]
    players: tuple[StoredPlayer, ...]
    readings: Mapping[str, Any] = field(default_factory=dict)

    def entry(self, event: str, question: str | None = None) -> Entry | None:
        """The first entry of this name, of this question if one is given."""
        found = (e for e in self.entries if e.event == event and question in (None, e.data.get("question_id")))
        return next(found, None)

    def question(self, question: str) -> Mapping[str, Any]:
        """The question as frozen in the game, its solution included; `NO_QUESTION` if it is another game's."""
        return next((q for q in self.quiz["questions"] if q["id"] == question), NO_QUESTION)

    @property
    def ended(self) -> bool:
        return self.entry("game_ended") is not None


@dataclass(frozen=True)
class Violation:
    """One counter-example with the raw lines that show it."""

    invariant: str
    game: str
    what: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n    ".join((f"{self.invariant} {self.game}: {self.what}", *self.lines))


class History:
    """Everything one run left behind, sorted by time."""

    def __init__(
        self,
        lines: Iterable[Line],
        faults: Iterable[Fault] = (),
        final: Mapping[str, FinalGame] | None = None,
        payloads: Mapping[str, Any] | None = None,
    ) -> None:
        self.lines = sorted(lines, key=lambda line: line.t_ns)
        self.faults = sorted(faults, key=lambda fault: fault.t_ns)
        self.final = dict(final or {})
        self.payloads = dict(payloads or {})

    @classmethod
    def load(cls, folder: Path) -> "History":
        """Read what a `Recorder` wrote under `folder`."""

        def texts(pattern: str) -> Iterable[str]:
            for path in sorted(folder.glob(pattern)):
                yield from filter(None, path.read_text(encoding="utf-8").split("\n"))

        faults = (Fault(**json.loads(raw), raw=raw) for raw in texts("nemesis.jsonl"))
        payloads = {item["hash"]: item["data"] for item in map(json.loads, texts("payloads.jsonl"))}
        final = {game.game: game for game in map(game_from_json, texts("final.jsonl"))}
        return cls(map(Line.parse, texts("clients/*.jsonl")), faults, final, payloads)

    def of(self, kind: str, phase: str | None = None) -> list[Line]:
        """All lines of a kind, in time order."""
        lines = self._by_kind.get(kind, [])
        return lines if phase is None else [line for line in lines if line.phase == phase]

    @cached_property
    def _by_kind(self) -> dict[str, list[Line]]:
        return grouped(self.lines, lambda line: line.kind)

    @cached_property
    def attempts(self) -> dict[str, list[Line]]:
        """Answers of honest players: answer_id -> its invokes and outcomes in time order."""
        return grouped((line for line in self.of("answer") if line.role == "player"), lambda line: line.op_id or "")

    @cached_property
    def rows_by_answer(self) -> dict[tuple[str, str], list[Row]]:
        """(game, answer_id) -> rows."""
        return grouped(
            (row for game in self.final.values() for row in game.rows), lambda row: (row.game, row.answer_id)
        )

    @cached_property
    def ready_moments(self) -> list[Fault]:
        """The ends of faults after which nothing is broken any more."""
        ends = [fault for fault in self.faults if fault.phase == "stop"]
        return [end for end in ends if not any(start < end.t_ns < stop for start, stop in self.outages)]

    @cached_property
    def outages(self) -> list[tuple[int, int]]:
        """From the start of each fault to its stop."""
        return self.spans_of()

    def spans_of(self, name: str = "", target: str = "") -> list[tuple[int, int]]:
        """From start to stop of each fault, or of those of one name or target."""
        begun: dict[tuple[str, str], int] = {}
        spans = []
        for fault in self.faults:
            key = (fault.fault, fault.target)
            if name not in ("", fault.fault) or target not in ("", fault.target):
                continue
            if fault.phase == "start":
                begun[key] = fault.t_ns
            elif key in begun:
                spans.append((begun.pop(key), fault.t_ns))
        return spans + [(start, start) for start in begun.values()]

    @cached_property
    def played_ns(self) -> int:
        """When the games were over; what comes after it is for the final record."""
        return max((line.t_ns for line in self.of("played")), default=2**63)

    def undisturbed(self, start: int, end: int) -> bool:
        """Whether no fault overlaps the time between."""
        return not any(begin <= end and start <= stop for begin, stop in self.outages)

    @cached_property
    def open_spans(self) -> list[tuple[str, str, int, int]]:
        """(game, question, opened, closed) as first seen by any client."""
        opened: dict[tuple[str, str], int] = {}
        closed: dict[tuple[str, str], int] = {}
        for line in self.of("event"):
            key = (line.game, line.question or "")
            if line.more.get("event") == "question_opened":
                opened.setdefault(key, line.t_ns)
            elif line.more.get("event") == "question_closed":
                closed.setdefault(key, line.t_ns)
        return [(*key, start, closed[key]) for key, start in opened.items() if key in closed]


def grouped(values: Iterable[V], key: Callable[[V], K]) -> dict[K, list[V]]:
    """Values by key, in their order."""
    groups: dict[K, list[V]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return dict(groups)


def game_from_json(raw: str) -> FinalGame:
    """One line of `final.jsonl`."""
    data = json.loads(raw)
    return FinalGame(
        game=data["game"],
        quiz=data["quiz"],
        settings=data["settings"],
        entries=tuple(Entry(**entry) for entry in data["entries"]),
        rows=tuple(Row(**row) for row in data["rows"]),
        players=tuple(StoredPlayer(**player) for player in data["players"]),
        readings=data["readings"],
    )


class Recorder:
    """Writes the records of one run under `folder`. Every line is flushed, so that what was acknowledged is on file."""

    def __init__(self, folder: Path, run: str) -> None:
        self.folder, self.run = folder, run
        (folder / "clients").mkdir(parents=True, exist_ok=True)
        self._known: set[str] = set()
        self._open = ExitStack()
        self._payloads = self._file("payloads")
        self._nemesis = self._file("nemesis")

    def log(self, client: str, role: str) -> "ClientLog":
        """The log of one client; one file each."""
        return ClientLog(self, client, role, self._file(f"clients/{client}"))

    def payload(self, value: Any) -> str:
        """Keep a payload once and return its hash."""
        key = digest(value)
        if key not in self._known:
            self._known.add(key)
            write_line(self._payloads, {"hash": key, "data": value})
        return key

    def fault(self, fault: str, phase: str, target: str = "edtech", exit_code: int | None = None) -> None:
        """Note one edge of a fault."""
        line = {"t_ns": time.monotonic_ns(), "fault": fault, "target": target, "phase": phase, "exit_code": exit_code}
        write_line(self._nemesis, line)

    def final(self, game: FinalGame) -> None:
        """Note what the store says about one game."""
        with (self.folder / "final.jsonl").open("a", encoding="utf-8") as out:
            write_line(out, asdict(game))

    def close(self) -> None:
        """Close every file; nothing is written afterwards."""
        self._open.close()

    def _file(self, name: str) -> IO[str]:
        return self._open.enter_context((self.folder / f"{name}.jsonl").open("a", encoding="utf-8"))


class ClientLog:
    """The log of one client."""

    def __init__(self, recorder: Recorder, client: str, role: str, out: IO[str]) -> None:
        self.recorder, self.client, self.role = recorder, client, role
        self._out = out

    def write(
        self, kind: str, *, game: str, conn: int, server: str = "", more: Mapping[str, Any] | None = None, **fields: Any
    ) -> None:
        """Write one line now; fields that are None are left out."""
        line = {
            "t_ns": time.monotonic_ns(), "run": self.recorder.run, "client": self.client, "role": self.role,
            "game": game, "conn": conn, "server": server, "kind": kind,
        }  # fmt: skip
        line |= {name: value for name, value in fields.items() if value is not None}
        if more:
            line["more"] = more
        write_line(self._out, line)

    def close(self) -> None:
        self._out.close()


def write_line(out: IO[str], value: Mapping[str, Any]) -> None:
    out.write(orjson.dumps(value).decode() + "\n")
    out.flush()
