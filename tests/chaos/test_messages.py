"""The checker of messages is checked: a clean history passes all of it, and each way to break it is seen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.calls.history import RequestHistory
from tests.chaos.history import Fault
from tests.chaos.invariants import messages, requests
from tests.chaos.tasks.history import Asked, Handled, Stored, TaskHistory

S = 1_000_000_000
PLANS = {"a": "plain", "b": "plain", "p": "poison", "r": "rollback"}
VERSIONS = {"a": 1, "b": 2, "p": 3}


def _asked(op: str, second: float, phase: str, **more: Any) -> Asked:
    return Asked(int(second * S), "book", op, phase, plan=PLANS[op], **more)


def _handled(message: str, second: float, phase: str, pid: int = 1, **more: Any) -> Handled:
    kind, op = message.split("-")
    service = "ledger" if kind == "WorkDone" else "worker"
    return Handled(int(second * S), f"{service}-1", pid, phase, message, service, kind, op, **more)


def story() -> TaskHistory:
    """Two plain operations, a poison and a rollback, all as they should be. One delivery died with its process."""
    answer = {op: {"op": op, "account": "x", "version": version} for op, version in VERSIONS.items()}
    asked = [_asked(op, 0, "invoke") for op in PLANS]
    asked += [_asked(op, 0.1, "ok", answer=answer[op]) for op in VERSIONS] + [_asked("r", 0.1, "fail")]
    asked += [Asked(S, "ask", "m", "invoke"), Asked(S, "ask", "m", "ok", answer={"mark": "m"})]
    handled = [_handled("Work-a", 1, "begin"), _handled("Work-a", 1.1, "dies", where="after the commit")]
    for message in ("Work-a", "Work-b", "AccountChanged-a", "AccountChanged-b", "AccountChanged-p", "WorkDone-a"):
        handled += [_handled(message, 2, "begin", 2), _handled(message, 2.01, "ok", 2)]
    handled += [_handled("WorkDone-b", 2.2, "begin", 2), _handled("WorkDone-b", 2.3, "ok", 2)]
    for attempt in range(5):
        handled += [_handled("Work-p", 3 + attempt, "begin", 2), _handled("Work-p", 3.1 + attempt, "fail", 2)]
    sent = {"status": "sent", "changed_at": 1_000_000}
    told = [
        {"id": f"{kind}-{op}", "type": kind, "op": op} | sent for kind in ("Work", "AccountChanged") for op in VERSIONS
    ]
    done = [{"id": f"WorkDone-{op}", "type": "WorkDone", "op": op} | sent for op in "ab"]
    stored = Stored(
        entries=tuple({"op": op, "account": "x", "version": version} for op, version in VERSIONS.items()),
        ledger_outbox=tuple(told),
        worker_outbox=tuple(done),
        effects=tuple({"message_id": row["id"], "type": row["type"], "op": row["op"]} for row in told[:2] + told[3:]),
        heard=tuple({"message_id": row["id"], "op": row["op"]} for row in done),
        accounts=({"id": "x", "version": 3},),
        copies=({"id": "x", "version": 3},),
        account_writes=tuple({"id": n, "account": "x", "version": n} for n in (1, 2, 3)),
        dead=({"id": "Work-p", "queue": "worker", "type": "Work", "reason": "planted: never"},),
    )
    faults = [Fault(int(1.05 * S), "kill", "worker-1", "start"), Fault(int(1.9 * S), "kill", "worker-1", "stop")]
    return TaskHistory(asked, handled, faults, stored, last_fault_ms=990_000)


def without(name: str, **which: Any) -> Callable[[TaskHistory], None]:
    """Takes the rows of a table that look like `which` away."""

    def change(told: TaskHistory) -> None:
        rows = getattr(told.stored, name)
        kept = tuple(row for row in rows if any(row.get(key) != value for key, value in which.items()))
        assert len(kept) < len(rows)
        told.stored = replace(told.stored, **{name: kept})

    return change


def with_row(name: str, **row: Any) -> Callable[[TaskHistory], None]:
    def change(told: TaskHistory) -> None:
        told.stored = replace(told.stored, **{name: (*getattr(told.stored, name), row)})

    return change


def both(*changes: Callable[[TaskHistory], None]) -> Callable[[TaskHistory], None]:
    def change(told: TaskHistory) -> None:
        for one in changes:
            one(told)

    return change


def handling(*lines: Handled) -> Callable[[TaskHistory], None]:
    return lambda told: told.handled.extend(lines)


def unheard(message: str, *phases: str) -> Callable[[TaskHistory], None]:
    def change(told: TaskHistory) -> None:
        told.handled = [line for line in told.handled if line.message != message or line.phase not in phases]

    return change


def asking(*lines: Asked) -> Callable[[TaskHistory], None]:
    return lambda told: told.asked.extend(lines)


def one_failure_less(told: TaskHistory) -> None:
    told.handled = [line for line in told.handled if line.t_ns < 7 * S]


def slow_neighbours(told: TaskHistory) -> None:
    told.asked = [replace(line, slice="control" if line.op == "a" else "poisons") for line in told.asked]
    told.handled = [
        replace(line, t_ns=9 * S) if (line.message, line.phase) == ("Work-b", "ok") else line for line in told.handled
    ]


OUT_OF_ORDER = both(
    without("account_writes", id=2), with_row("account_writes", id=4, account="x", version=2, message_id="m")
)
SENT_LATE = {"id": "Work-a", "type": "Work", "op": "a", "status": "sent", "changed_at": 1_060_001}
OTHERS = {"op": "b", "account": "x", "version": 1}

BREACHES: list[tuple[str, str, Callable[[TaskHistory], None]]] = [
    ("M1", "an entry without an outbox row", without("ledger_outbox", id="Work-a")),
    ("M1", "two outbox rows of one entry", with_row("ledger_outbox", **SENT_LATE | {"changed_at": 0})),
    ("M1", "an outbox row without an entry", without("entries", op="b")),
    ("M1", "an effect without its announcement", without("worker_outbox", op="a")),
    ("M1", "never sent", both(without("worker_outbox", op="a"), with_row(
        "worker_outbox", id="WorkDone-a", type="WorkDone", op="a", status="claimed", changed_at=0))),
    ("M1", "sent late", both(without("ledger_outbox", id="Work-a"), with_row("ledger_outbox", **SENT_LATE))),
    ("M1", "a rollback that was sent", handling(_handled("Work-r", 5, "begin", 2), _handled("Work-r", 5, "ok", 2))),
    ("M2", "a lost effect", without("effects", message_id="Work-b")),
    ("M2", "a lost event", without("heard", op="a")),
    ("M2", "an effect twice", with_row("effects", message_id="Work-a", type="Work", op="a")),
    ("M2", "an event heard twice", with_row("heard", message_id="WorkDone-b", op="b")),
    ("M2", "an effect of a poison", with_row("effects", message_id="Work-p", type="Work", op="p")),
    ("M2", "an effect of nothing", with_row("heard", message_id="WorkDone-z", op="z")),
    ("M3", "a death that nobody made good", handling(_handled("Work-b", 9, "dies", 3))),
    ("M3", "a delivery that ended nowhere", unheard("WorkDone-b", "ok")),
    ("M4", "a poison without a letter", without("dead", id="Work-p")),
    ("M4", "two letters of one poison", with_row("dead", id="Work-p", queue="worker", type="Work", reason="planted")),
    ("M4", "a letter that is no poison", with_row("dead", id="Work-a", queue="worker", type="Work", reason="x")),
    ("M4", "another reason", both(without("dead", id="Work-p"), with_row(
        "dead", id="Work-p", queue="worker", type="Work", reason="delivered too often"))),
    ("M4", "dead after four failures", one_failure_less),
    ("M4", "dead after six failures", handling(_handled("Work-p", 9, "begin", 2), _handled("Work-p", 9, "fail", 2))),
    ("M4", "neighbours that wait", slow_neighbours),
    ("M5", "a version that goes back", OUT_OF_ORDER),
    ("M5", "not the newest version", both(without("copies", id="x"), with_row("copies", id="x", version=2))),
    ("M6", "an operation without an end", asking(replace(_asked("b", 8, "invoke"), op="c"))),
    ("M6", "the answer of another", asking(_asked("a", 8, "ok", answer=OTHERS))),
    ("M6", "another answer the second time", asking(_asked("a", 8, "ok", answer={"op": "a", "version": 9}))),
    ("M6", "a mark of another", asking(Asked(S, "ask", "n", "ok", answer={"mark": "m"}))),
    ("M6", "acknowledged and not there", without("entries", op="a")),
]  # fmt: skip


def test_a_clean_history_passes() -> None:
    told = story()
    assert [str(found) for invariant in messages.INVARIANTS.values() for found in invariant(told)] == []


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, _, change in BREACHES], ids=[b[1] for b in BREACHES]
)
def test_a_breach_is_seen(name: str, change: Callable[[TaskHistory], None]) -> None:
    told = story()
    change(told)
    assert list(messages.INVARIANTS[name](told))


def test_two_of_a_poison_are_no_breach_when_it_was_sent_twice() -> None:
    told = story()
    told.handled += [_handled("Work-p", second, "sends", 4) for second in (2, 9)]
    told.handled += [_handled("Work-p", 10 + attempt, phase, 2) for attempt in range(5) for phase in ("begin", "fail")]
    assert list(messages.INVARIANTS["M4"](told)) == []


OWN = {"marks": ["u1"], "digest": "d"}


def _ask(kind: str, op: str, phase: str, second: float = 1, **more: Any) -> Asked:
    return Asked(int(second * S), kind, op, phase, **{"plan": "u1", "answer": OWN, "status": 201} | more)


def visits() -> RequestHistory:
    """A quiz made after a refusal and asked for again, another body refused, a read, and a broker gone for a while."""
    asked = [
        _ask("create", "q", "invoke"),
        _ask("create", "q", "info", status=503, answer=None),
        _ask("create", "q", "ok"),
        _ask("create", "q", "ok"),
        _ask("other_body", "q", "ok", status=422, code="idempotency_mismatch"),
        _ask("read", "r", "ok", status=200, answer={"marks": ["u1"]}),
        _ask("read", "s", "cancelled", answer=None),
        _ask("probe", "x", "info", 10, slice="down", status=503, retry_after=True, seconds=0.1),
        _ask("probe", "y", "ok", 60, slice="up", seconds=0.1),
    ]
    faults = [Fault(9 * S, "kill", "rabbitmq", "start"), Fault(20 * S, "kill", "rabbitmq", "stop")]
    return RequestHistory(asked, faults, {"q": 1})


WRONG: list[tuple[str, str, Asked | None, dict[str, int]]] = [
    ("M6 one effect", "two effects", None, {"q": 2}),
    ("M6 one effect", "no effect", None, {}),
    ("M6 one effect", "never answered", _ask("create", "p", "info"), {"q": 1, "p": 1}),
    ("M6 same answer", "another answer", _ask("create", "q", "ok", answer=OWN | {"digest": "e"}), {"q": 1}),
    ("M6 other body", "taken", _ask("other_body", "q", "ok", status=201), {"q": 1}),
    ("M6 other body", "stored", None, {"q": 1, "q-other": 1}),
    ("M6 own only", "another's", _ask("read", "t", "ok", answer={"marks": ["u1", "u2"]}), {"q": 1}),
    ("M6 own only", "nothing of one's own", _ask("read", "t", "ok", answer={"marks": []}), {"q": 1}),
    ("M6 refused in time", "no answer", _ask("probe", "z", "info", slice="down", status=0), {"q": 1}),
    ("M6 refused in time", "no hint", _ask("probe", "z", "info", slice="down", status=503), {"q": 1}),
    ("M6 refused in time", "late", _ask("probe", "z", "ok", slice="up", seconds=6.1), {"q": 1}),
    ("M6 heals", "still away", _ask("probe", "z", "info", 51, slice="up", status=503), {"q": 1}),
]


def test_clean_visits_pass() -> None:
    told = visits()
    assert [str(found) for invariant in requests.INVARIANTS.values() for found in invariant(told)] == []


@pytest.mark.parametrize(("name", "line", "stored"), [(w[0], *w[2:]) for w in WRONG], ids=[w[1] for w in WRONG])
def test_a_wrong_visit_is_seen(name: str, line: Asked | None, stored: dict[str, int]) -> None:
    told = visits()
    told.stored = stored
    if line is not None:
        told.asked.append(line)
    assert list(requests.INVARIANTS[name](told))
