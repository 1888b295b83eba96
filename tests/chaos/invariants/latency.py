"""A21 and other figures: printed, never a verdict."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.chaos.history import History, grouped


def quantiles(values: Sequence[float]) -> str:
    """`p50 / p99 / max (n)` of some milliseconds."""
    if not values:
        return "none"
    ordered = sorted(values)
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * q))] for q in (0.5, 0.99))
    return f"p50 {p50:.0f}, p99 {p99:.0f}, max {ordered[-1]:.0f} ms of {len(ordered)}"


def a21_latency(history: History) -> dict[str, str]:
    """From an entry's decision by the server to its arrival at each client, apart for calm times and for faults."""
    calm: list[float] = []
    stormy: list[float] = []
    for t_ns, delay in _deliveries(history):
        undisturbed = history.undisturbed(t_ns - int(max(delay, 0) * 1e6) - 10**9, t_ns)
        (calm if undisturbed else stormy).append(delay)
    return {"decision to client, calm": quantiles(calm), "decision to client, around faults": quantiles(stormy)}


def _deliveries(history: History) -> Iterator[tuple[int, float]]:
    """When an event reached a client, and how many ms after its decision."""
    starts = {line.run: line.more["epoch_ms"] - line.t_ns / 1e6 for line in history.of("run")}
    at = {(game.game, entry.seq): entry.at for game in history.final.values() for entry in game.entries}
    for line in history.of("event"):
        decided = at.get((line.game, line.seq or 0))
        if decided is not None and line.run in starts and line.more.get("event") not in ("your_result", "kicked"):
            yield line.t_ns, line.t_ns / 1e6 + starts[line.run] - decided


def without_redis(history: History) -> dict[str, str]:
    """Deliveries before the first fault, while Redis was away, and otherwise; of a run in which it was."""
    spans = [span for fault in ("kill", "freeze") for span in history.spans_of(fault, "redis")]
    if not spans:
        return {}
    first = min(fault.t_ns for fault in history.faults)
    control: list[float] = []
    away: list[float] = []
    there: list[float] = []
    for t_ns, delay in _deliveries(history):
        decided = t_ns - int(max(delay, 0) * 1e6)
        down = any(start <= t_ns and decided <= stop for start, stop in spans)
        (control if t_ns < first else away if down else there).append(delay)
    told = {"before any fault": control, "Redis away": away, "Redis there": there}
    return {f"decision to client, {when}": quantiles(delays) for when, delays in told.items()}


def herds(history: History) -> dict[str, str]:
    """Connections that clients asked for, by the second."""
    invoked = [line.t_ns for line in history.of("resume", "invoke") if line.t_ns < history.played_ns]
    seconds = Counter(t_ns // 10**9 for t_ns in invoked)
    if not seconds:
        return {}
    mean = sum(seconds.values()) / (max(seconds) - min(seconds) + 1)
    return {"connects per second": f"mean {mean:.1f}, peak {max(seconds.values())}"}


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


GONE = ("kill", "term")
BACK_WITHIN_NS = 3 * 10**9


def comebacks(history: History) -> dict[str, str]:
    """From readiness after a kill to each client's being back with its state."""
    waits = comeback_ms(history)
    return {"back after readiness": quantiles(waits), "back later than 3 s": str(sum(wait > 3000 for wait in waits))}


def comeback_ms(history: History) -> list[float]:
    """From readiness to the client's state, for every connection that an end of the process ended.

    The next fault ends the measurement: who was not back by then counts with the time until it, if that is over 3 s.
    """
    every_start = [fault.t_ns for fault in history.faults if fault.phase == "start"]
    begins = [fault.t_ns for fault in history.faults if fault.phase == "start" and fault.fault in GONE]
    readies = [fault.t_ns for fault in history.faults if fault.phase == "stop" and fault.fault in GONE]
    episodes = grouped(history.of("resume"), lambda line: (line.client, line.op_id))
    waits: list[float] = []
    for begin, ready in zip(begins, readies, strict=False):
        following = next((start for start in every_start if start > ready), ready + 60 * 10**9)
        for lines in episodes.values():
            back = next((line.t_ns for line in lines if line.phase == "ok" and line.t_ns >= ready), None)
            if back is None or not any(begin < line.t_ns < ready for line in lines):
                continue
            if back < following or following - ready > BACK_WITHIN_NS:
                waits.append((min(back, following) - ready) / 1e6)
    return waits


def lost_to_found(history: History) -> dict[str, str]:
    """From the first try to come back until there is a state again, of every connection that was lost."""
    episodes = grouped(history.of("resume"), lambda line: (line.client, line.op_id)).values()
    waits = [
        (lines[-1].t_ns - lines[0].t_ns) / 1e6 for lines in episodes if lines[-1].phase == "ok" and lines[0].conn > 1
    ]
    return {"lost until back": quantiles(waits)}


def quiet_turns(history: History) -> dict[str, str]:
    """Answers whose first, unacknowledged attempt was lost with a kill and whose repetition came too late."""
    late = [lines for lines in history.attempts.values() if lines[-1].status in ("late", "closed")]
    turned = [lines for lines in late if any(line.phase == "info" and line.status is None for line in lines)]
    share = 100 * len(turned) / max(1, len(history.attempts))
    return {"never acknowledged, then late": f"{len(turned)}, {share:.2f} %"}
