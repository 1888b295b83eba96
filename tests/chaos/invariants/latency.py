"""A21 and other figures: printed, never a verdict."""

from collections.abc import Sequence

from tests.chaos.history import History


def quantiles(values: Sequence[float]) -> str:
    """`p50 / p99 / max (n)` of some milliseconds."""
    if not values:
        return "none"
    ordered = sorted(values)
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * q))] for q in (0.5, 0.99))
    return f"p50 {p50:.0f}, p99 {p99:.0f}, max {ordered[-1]:.0f} ms of {len(ordered)}"


def a21_latency(history: History) -> dict[str, str]:
    """From an entry's decision by the server to its arrival at each client, apart for calm times and for faults."""
    starts = {line.run: line.more["epoch_ms"] - line.t_ns / 1e6 for line in history.of("run")}
    calm: list[float] = []
    stormy: list[float] = []
    at = {(game.game, entry.seq): entry.at for game in history.final.values() for entry in game.entries}
    for line in history.of("event"):
        decided = at.get((line.game, line.seq or 0))
        if decided is None or line.run not in starts or line.more.get("event") in ("your_result", "kicked"):
            continue
        delay = line.t_ns / 1e6 + starts[line.run] - decided
        undisturbed = history.undisturbed(line.t_ns - int(max(delay, 0) * 1e6) - 10**9, line.t_ns)
        (calm if undisturbed else stormy).append(delay)
    return {"decision to client, calm": quantiles(calm), "decision to client, around faults": quantiles(stormy)}


def receipts(history: History) -> dict[str, str]:
    """From the first send of an answer to its final acknowledgement."""
    calm, stormy = [], []
    for lines in history.attempts.values():
        done = next((line for line in lines if line.phase in ("ok", "fail") and line.status != "early"), None)
        if done is None or any(line.status == "early" for line in lines):
            continue
        delay = (done.t_ns - lines[0].t_ns) / 1e6
        (calm if history.undisturbed(lines[0].t_ns, done.t_ns) else stormy).append(delay)
    return {"answer to receipt, calm": quantiles(calm), "answer to receipt, around faults": quantiles(stormy)}


def comebacks(history: History) -> dict[str, str]:
    """From readiness after a kill to each client's being back with its state."""
    waits = comeback_ms(history)
    return {"back after readiness": quantiles(waits), "back later than 3 s": str(sum(wait > 3000 for wait in waits))}


def comeback_ms(history: History) -> list[float]:
    """One figure for every connection that a kill or a stop of the process ended."""
    ends = [fault.t_ns for fault in history.faults if fault.phase == "stop" and fault.fault in ("kill", "term")]
    starts = [fault.t_ns for fault in history.faults if fault.phase == "start" and fault.fault in ("kill", "term")]
    waits: list[float] = []
    for begin, ready in zip(starts, ends, strict=False):
        following = next((start for start in starts if start > ready), None)
        back: dict[tuple[str, str | None], int] = {}
        waiting = set()
        for line in history.of("resume"):
            key = (line.client, line.op_id)
            if begin < line.t_ns and line.phase in ("invoke", "info") and line.t_ns < ready:
                waiting.add(key)
            elif line.phase == "ok" and line.t_ns >= ready and key in waiting:
                back.setdefault(key, line.t_ns)
        waits += [(t_ns - ready) / 1e6 for t_ns in back.values() if following is None or t_ns < following]
    return waits


def quiet_turns(history: History) -> dict[str, str]:
    """Answers whose first, unacknowledged attempt was lost with a kill and whose repetition came too late."""
    late = [lines for lines in history.attempts.values() if lines[-1].status in ("late", "closed")]
    turned = [lines for lines in late if any(line.phase == "info" and line.status is None for line in lines)]
    return {"never acknowledged, then late": str(len(turned))}
