"""M1 to M6: what is told is what was done, once, in the end, and to the one who asked."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from tests.chaos.history import Violation, grouped
from tests.chaos.tasks.history import Asked, Handled, Row, TaskHistory

MAX_FAILURES = 5
SENT_WITHIN_MS = 60_000
NOISE_S, NOISE_OF_FEW_S, FEW = 0.05, 0.5, 300
"""Delays of neighbours that differ by less than this are not told apart; the delays of few neighbours say less."""


def m1_outbox(history: TaskHistory) -> Iterator[Violation]:
    """A committed row <=> exactly one outbox id of each kind, sent within 60 s of the last fault; else nothing."""
    stored = history.stored
    announced = Counter((row["type"], row["op"]) for row in stored.ledger_outbox)
    for entry in stored.entries:
        for kind in ("Work", "AccountChanged"):
            count = announced.pop((kind, entry["op"]), 0)
            if count != 1:
                yield Violation("M1", entry["op"], f"committed, with {count} outbox rows of {kind}", (str(entry),))
    for (kind, op), count in announced.items():
        yield Violation("M1", op, f"{count} outbox rows of {kind} and no entry")
    done = Counter(row["op"] for row in stored.worker_outbox)
    made = {row["op"] for row in stored.effects if row["type"] == "Work"}
    for op in made | set(done):
        if (done[op] == 1) != (op in made):
            yield Violation("M1", op, f"{done[op]} outbox rows of WorkDone; effect committed: {op in made}")
    for row in (*stored.ledger_outbox, *stored.worker_outbox):
        if row["status"] != "sent":
            yield Violation("M1", row["op"], f"an outbox row is still {row['status']}", (str(row),))
        elif history.last_fault_ms and row["changed_at"] > history.last_fault_ms + SENT_WITHIN_MS:
            late = (row["changed_at"] - history.last_fault_ms) / 1000
            yield Violation("M1", row["op"], f"sent {late:.0f} s after the last fault", (str(row),))
    committed = {entry["op"] for entry in stored.entries}
    for line in history.handled:
        if line.phase == "begin" and line.type in ("Work", "AccountChanged") and line.op not in committed:
            yield Violation("M1", line.op or "", "sent, although its transaction was rolled back", (line.raw,))


def _sent(history: TaskHistory) -> Iterator[tuple[str, Row, Counter[str]]]:
    """(consumer, outbox row, effects by message id) of everything that was told."""
    stored = history.stored
    at_worker = Counter(row["message_id"] for row in stored.effects)
    at_ledger = Counter(row["message_id"] for row in stored.heard)
    for row in stored.ledger_outbox:
        yield "worker", row, at_worker
    for row in stored.worker_outbox:
        yield "ledger", row, at_ledger


def m2_once(history: TaskHistory) -> Iterator[Violation]:
    """Per consumer and message id exactly one effect; none of a poison."""
    plans, known = history.plans, set()
    for consumer, row, effects in _sent(history):
        known.add(row["id"])
        wanted = 0 if row["type"] == "Work" and plans.get(row["op"]) == "poison" else 1
        if effects[row["id"]] != wanted:
            story = tuple(line.raw for line in history.by_message.get(row["id"], []))
            what = f"{effects[row['id']]} effects of {row['type']} {row['id']} at {consumer}, not {wanted}"
            yield Violation("M2", row["op"], what, story)
    for row in (*history.stored.effects, *history.stored.heard):
        if row["message_id"] not in known:
            yield Violation("M2", row["op"], "an effect of a message that nobody decided to send", (str(row),))


def m3_acknowledged_after(history: TaskHistory) -> Iterator[Violation]:
    """A message whose handling was cut short by a death is delivered again."""
    for message, lines in history.by_message.items():
        for index, line in enumerate(lines):
            later = lines[index + 1 :]
            cut_short = line.phase == "begin" and not any(_ends(line, other) for other in later)
            if not cut_short and line.phase != "dies":
                continue
            if not any(other.phase in ("ok", "fail") and other.pid != line.pid for other in later):
                what = f"{line.type} {message} was cut short and never delivered again"
                yield Violation("M3", line.op or "", what, tuple(each.raw for each in lines))
                break


def _ends(begin: Handled, line: Handled) -> bool:
    return (line.replica, line.pid) == (begin.replica, begin.pid) and line.phase in ("ok", "fail")


def m4_poison(history: TaskHistory) -> Iterator[Violation]:
    """A poison is a dead letter after exactly five handled failures, with its reason; nothing else is; no neighbour
    waits more than twice as long as where there is no poison.

    Where a fault may have kept the bus from noting a failure, or a relay from noting that it had sent the message,
    there may be two of it, and each has five.
    """
    dead = grouped(history.stored.dead, lambda row: row["id"])
    works = {row["id"]: row["op"] for row in history.stored.ledger_outbox if row["type"] == "Work"}
    poisons = {message: op for message, op in works.items() if history.plans.get(op) == "poison"}
    for message, op in poisons.items():
        lines = history.by_message.get(message, [])
        fails = [line for line in lines if line.phase == "fail"]
        unsure = sum(history.excused(line) for line in fails)
        story = tuple(line.raw for line in lines)
        letters = dead.get(message, [])
        copies = max(1, sum(line.phase == "sends" for line in lines)) + unsure
        if not 1 <= len(letters) <= copies:
            yield Violation("M4", op, f"a poison with {len(letters)} dead letters, sent {copies} times at most", story)
        if letters and not MAX_FAILURES <= len(fails) <= MAX_FAILURES * copies:
            yield Violation("M4", op, f"dead after {len(fails)} failures, sent {copies} times at most", story)
        for letter in letters:
            if "planted" not in letter["reason"]:
                yield Violation("M4", op, f"the reason is not the planted one: {letter['reason']}", story)
    for message, letters in dead.items():
        if message not in poisons:
            story = tuple(line.raw for line in history.by_message.get(message, []))
            yield Violation("M4", works.get(message, ""), f"a dead letter without poison: {letters[0]}", story)
    calm, among = delays(history, "control"), delays(history, "poisons")
    noise_s = NOISE_S if min(len(calm), len(among)) >= FEW else NOISE_OF_FEW_S
    if calm and among and p95(among) > max(2 * p95(calm), p95(calm) + noise_s):
        what = f"neighbours of poisons wait {p95(among):.3f} s at p95, {p95(calm):.3f} s without poisons"
        yield Violation("M4", "", what)


def delays(history: TaskHistory, slice_: str) -> list[float]:
    """Seconds from asking to the effect, of the plain operations of the slices of one kind."""
    done = {line.op: line.t_ns for line in reversed(history.handled) if (line.type, line.phase) == ("Work", "ok")}
    found = []
    for op, lines in history.bookings.items():
        if lines[0].plan == "plain" and lines[0].slice == slice_ and op in done:
            found.append((done[op] - lines[0].t_ns) / 1e9)
    return found


def p95(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[int(0.95 * (len(ordered) - 1))]


def m5_versions(history: TaskHistory) -> Iterator[Violation]:
    """Per account the copy never goes back to an older version, and ends at the newest."""
    for account, writes in grouped(history.stored.account_writes, lambda row: row["account"]).items():
        ordered = sorted(writes, key=lambda row: row["id"])
        for before, after in itertools.pairwise(ordered):
            if after["version"] <= before["version"]:
                what = f"went back from {before['version']} to {after['version']}"
                yield Violation("M5", account, what, (str(before), str(after)))
    newest = {row["id"]: row["version"] for row in history.stored.accounts}
    for row in history.stored.copies:
        if row["version"] != newest[row["id"]]:
            yield Violation("M5", row["id"], f"ended at version {row['version']}, the newest is {newest[row['id']]}")


def m6_answers(history: TaskHistory) -> Iterator[Violation]:
    """Everything asked is answered in the end, to the one who asked, and the same again when asked again."""
    for op, lines in grouped(history.asked, lambda line: line.op).items():
        answers = [line for line in lines if line.phase == "ok"]
        ended = answers or any(line.phase in ("fail", "cancelled") for line in lines)
        if lines[0].kind == "book" and not ended:
            yield Violation("M6", op, "never answered", tuple(line.raw for line in lines[-3:]))
        for answer in answers:
            if _mark(answer) != op:
                yield Violation("M6", op, "answered with what somebody else asked for", (answer.raw,))
            if answer.answer != answers[0].answer:
                yield Violation("M6", op, "two answers to one question", (answers[0].raw, answer.raw))
        if lines[0].kind == "book" and answers and len(_entries(history, op)) != 1:
            what = f"acknowledged, and {len(_entries(history, op))} entries"
            yield Violation("M6", op, what, (answers[0].raw,))


def _mark(line: Asked) -> object:
    return line.answer.get("op" if line.kind == "book" else "mark") if isinstance(line.answer, dict) else None


def _entries(history: TaskHistory, op: str) -> list[Row]:
    return history.entries_of.get(op, [])


INVARIANTS: dict[str, Callable[[TaskHistory], Iterable[Violation]]] = {
    "M1": m1_outbox,
    "M2": m2_once,
    "M3": m3_acknowledged_after,
    "M4": m4_poison,
    "M5": m5_versions,
    "M6": m6_answers,
}
