"""A10 to A13, A15: order, agreement, convergence, liveness, phases, continuity."""

from collections.abc import Iterator
from typing import Any

from tests.chaos.history import Entry, FinalGame, History, Line, Violation, grouped
from tests.chaos.invariants.answers import raws
from tests.chaos.scoring import PUBLISHING, board_at

CONVERGE_NS = 5 * 10**9
CLOSE_NS = 10 * 10**9
CLOSE_AFTER_BROKER_NS = 30 * 10**9
BROKER = "rabbitmq"
BROKEN = ("internal", "no_error_given")
SHOWING = ("question", "result")


def a10_order_and_agreement(history: History) -> Iterator[Violation]:
    """Per connection seq grows by one; the same (game, seq) reads the same everywhere; snapshots are folds."""
    seen = [line for line in history.lines if line.kind in ("event", "snapshot") and line.seq is not None]
    for lines in grouped(seen, lambda line: (line.client, line.conn)).values():
        yield from _grows_by_one(lines)
    events = [line for line in seen if line.kind == "event" and line.hash]
    yours = [line for line in events if line.more["event"] == "your_result"]
    shared = [line for line in events if line.more["event"] != "your_result"]
    groups = grouped(shared, lambda line: (line.game, line.seq, line.more["event"], line.role))
    groups |= grouped(yours, lambda line: (line.game, line.seq, line.player, line.question))  # type: ignore[arg-type]
    for lines in groups.values():
        if len({line.hash for line in lines}) > 1:
            other = next(line for line in lines if line.hash != lines[0].hash)
            texts = tuple(str(history.payloads.get(line.hash or "")) for line in (lines[0], other))
            yield Violation("A10", lines[0].game, "two payloads for one seq", (lines[0].raw, other.raw, *texts))
    for game in history.final.values():
        yield from _snapshots_are_folds(history, game, [line for line in seen if line.game == game.game], events)
    yield from _counters_are_true(history)


def _grows_by_one(lines: list[Line]) -> Iterator[Violation]:
    """An event follows the last event, or the last snapshot; what a snapshot ran ahead of may still come."""
    last_event = last = None
    previous: Line | None = None
    for line in lines:
        assert line.seq is not None
        if line.kind == "snapshot":
            last = line.seq if last is None else max(last, line.seq)
        elif line.more["event"] in ("your_result", "kicked", "move"):
            continue
        else:
            follows_event = last_event is not None and line.seq == last_event + 1
            if not (last is None or line.seq == last + 1 or follows_event or (last_event is None and line.seq <= last)):
                where = (previous.raw,) if previous else ()
                yield Violation("A10", line.game, f"seq {line.seq} after {last}", (*where, line.raw))
            last_event, last = line.seq, line.seq if last is None else max(last, line.seq)
        previous = line


def _snapshots_are_folds(
    history: History, game: FinalGame, lines: list[Line], events: list[Line]
) -> Iterator[Violation]:
    questions: dict[str, Any] = {}
    closings: dict[str, Any] = {}
    for line in events:
        if line.game == game.game and line.more["event"] == "question_opened":
            questions.setdefault(line.question or "", history.payloads[line.hash or ""]["question"])
        elif line.game == game.game and line.more["event"] == "question_closed":
            closings.setdefault(line.question or "", history.payloads[line.hash or ""])
    states = _states(game)
    boards: dict[int, dict[str, Any]] = {}
    checked: set[tuple[str | None, str | None]] = set()
    for line in lines:
        if line.kind != "snapshot" or (line.hash, line.player) in checked:
            continue
        checked.add((line.hash, line.player))
        state = history.payloads[line.hash or ""]
        if (due := states.get(line.seq or 0)) is None:
            yield Violation("A10", game.game, f"a snapshot at seq {line.seq} that the log does not have", (line.raw,))
            continue
        told = {name: state.get(name) for name in due} | {"question": (state.get("question") or {}).get("id")}
        if state["phase"] not in SHOWING:
            told["question"] = due["question"]
        faults = [f"{name} is {told[name]}, the log says {due[name]}" for name in due if told[name] != due[name]]
        asked = (state.get("question") or {}).get("id")
        if asked in questions and state["question"] != questions[asked]:
            faults.append(f"the question is {state['question']}, opened as {questions[asked]}")
        if state.get("result") and (closing := closings.get(state["result"]["question_id"])):
            differing = [n for n in ("solution", "counts", "explanation") if state["result"].get(n) != closing.get(n)]
            regraded = any(e.event == "question_regraded" for e in game.entries)
            if differing and not (regraded and differing == ["solution"]):
                faults.append(f"the result differs from the closing in {differing}")
        if line.role == "player":
            faults += _own_score(game, boards, line, state)
        for fault in faults:
            yield Violation("A10", game.game, f"snapshot at seq {line.seq}: {fault}", (line.raw,))


def _states(game: FinalGame) -> dict[int, dict[str, Any]]:
    """seq -> what the log says a snapshot shows there."""
    state: dict[str, Any] = {"phase": "lobby", "paused": False, "locked": False, "question": None}
    states = {}
    for entry in game.entries:
        match entry.event:
            case "question_opened":
                state = state | {"phase": "question", "question": entry.data["question_id"]}
            case "question_closed":
                state = state | {"phase": "result"}
            case "game_ended":
                state = state | {"phase": "ended"}
            case "game_paused" | "game_unpaused":
                state = state | {"paused": entry.event == "game_paused"}
            case "game_locked":
                state = state | {"locked": entry.data["locked"]}
        states[entry.seq] = state
    return states


def _own_score(game: FinalGame, boards: dict[int, dict[str, Any]], line: Line, state: dict[str, Any]) -> list[str]:
    published = [entry.seq for entry in game.entries if entry.event in PUBLISHING and entry.seq <= (line.seq or 0)]
    if not published:
        return []
    if published[-1] not in boards:
        boards[published[-1]] = {place.player: place for place in board_at(game, published[-1])}
    place, me = boards[published[-1]].get(line.player or ""), state["me"]
    if place is None:
        return [f"score {me['score']} before any board"] if me["score"] else []
    told = (me["score"], me.get("rank"), me["streak"])
    due = (place.score, place.rank, place.streak)
    return [f"score, rank, streak are {told}, the rows say {due}"] if told != due else []


def _counters_are_true(history: History) -> Iterator[Violation]:
    answered = grouped((row for g in history.final.values() for row in g.rows), lambda row: (row.game, row.question))
    for line in history.of("count"):
        if line.game not in history.final or line.more.get("number") is None:
            continue
        if line.more["event"] == "answers_counted":
            truth = len(answered.get((line.game, line.question or ""), []))
        else:
            truth = len(history.final[line.game].players)
        if line.more["number"] > truth:
            yield Violation(
                "A10", line.game, f"{line.more['event']} says {line.more['number']} of {truth}", (line.raw,)
            )


def a11_convergence(history: History) -> Iterator[Violation]:
    """Within 5 s of readiness every live client stands at the highest seq known by then."""
    seqs = [line for line in history.lines if line.seq is not None and line.kind in ("event", "snapshot")]
    by_client = grouped(seqs, lambda line: (line.game, line.client))
    last_sign = {line.client: line.t_ns for line in history.lines}
    naps = grouped(history.of("sleep"), lambda line: line.client)
    for ready in calm_moments(history, CONVERGE_NS):
        until = ready + CONVERGE_NS
        highest: dict[str, int] = {}
        for line in seqs:
            if line.t_ns <= ready:
                highest[line.game] = max(highest.get(line.game, 0), line.seq or 0)
        for (game, client), lines in by_client.items():
            if lines[0].t_ns > ready or last_sign[client] < until or not lines[0].game:
                continue
            if any(ready - CONVERGE_NS < nap.t_ns < until + CONVERGE_NS for nap in naps.get(client, [])):
                continue
            stands = max((line.seq or 0 for line in lines if line.t_ns <= until), default=0)
            if stands < highest[game]:
                what = f"{client} stands at {stands}, not {highest[game]}, 5 s after readiness at {ready}"
                yield Violation("A11", game, what, (lines[-1].raw,))


def calm_moments(history: History, for_ns: int) -> list[int]:
    """When everything was ready, and then left alone for so long."""
    starts = [fault.t_ns for fault in history.faults if fault.phase == "start"]
    ends = [end.t_ns for end in history.ready_moments]
    return [end for end in ends if not any(end < start <= end + for_ns for start in starts)]


def a12_liveness(history: History) -> Iterator[Violation]:
    """Every pending operation closes within 10 s of readiness, and none is left open; every started game ends.

    It is 30 s where the broker was away in the last 30 s: until then others may still wait to try again.
    """
    broker = [fault.t_ns for fault in history.faults if fault.target == BROKER]
    calm = [(t, _close_ns(t, broker)) for t in calm_moments(history, CLOSE_NS)]
    kinds = ("answer", "host", "join", "resume")
    operations = [line for line in history.lines if line.kind in kinds and line.op_id]
    left = grouped((line for line in history.lines if _leaves(line)), lambda line: line.client)
    for (client, _), lines in grouped(operations, lambda line: (line.client, line.op_id)).items():
        done = [line for line in lines if line.phase in ("ok", "fail")]
        if not done or (done[-1].t_ns < lines[-1].t_ns and lines[-1].phase != "ok"):
            if not (lines[0].kind == "resume" and any(line.t_ns > lines[0].t_ns for line in left.get(client, []))):
                yield Violation("A12", lines[0].game, "an operation was left open", raws(lines))
        elif late := [t for t, within in calm if lines[0].t_ns < t and done[0].t_ns > t + within]:
            yield Violation("A12", lines[0].game, f"an operation took too long after readiness at {late}", raws(lines))
    for line in history.lines:
        if line.phase in ("fail", "info") and line.status in BROKEN:
            yield Violation("A12", line.game, f"the server answered {line.status}", (line.raw,))
    for game in history.final.values():
        if game.entry("game_started") and not game.ended:
            yield Violation("A12", game.game, f"the game never ended: {[entry.event for entry in game.entries[-3:]]}")


def _close_ns(ready: int, broker: list[int]) -> int:
    recently = any(ready - CLOSE_AFTER_BROKER_NS < t_ns <= ready for t_ns in broker)
    return CLOSE_AFTER_BROKER_NS if recently else CLOSE_NS


def _leaves(line: Line) -> bool:
    """Whether with this line the client closed a tab, or was out of its game."""
    return line.kind == "tab" or line.status == "kicked" or line.more.get("event") == "kicked"


def a13_phases(history: History) -> Iterator[Violation]:
    """lobby -> (open -> closed)* -> ended, each once per question; one click advances once."""
    clicks = [line for line in history.of("host", "invoke") if line.more.get("seen") is not None]
    for game in history.final.values():
        seen = {line.more["seen"] for line in clicks if line.game == game.game}
        open_question: str | None = None
        done: set[str] = set()
        ended = False
        for before, entry in zip((None, *game.entries), game.entries, strict=False):
            question = entry.data.get("question_id")
            if before is not None and entry.seq != before.seq + 1:
                yield Violation("A13", game.game, f"seq {entry.seq} after {before.seq} in the log")
            if entry.event == "question_opened":
                if open_question is not None or question in done or ended:
                    yield Violation("A13", game.game, f"{question} opened while {open_question} is open, or again")
                open_question = question
            elif entry.event == "question_closed":
                if open_question != question:
                    yield Violation("A13", game.game, f"{question} closed while {open_question} is open")
                done.add(question or "")
                open_question = None
            elif entry.event == "game_ended":
                if open_question is not None or ended:
                    yield Violation("A13", game.game, f"ended with {open_question} open, or twice")
                ended = True
            if seen and not _moments_before(game, entry) & seen:
                yield Violation("A13", game.game, f"{entry.event} at seq {entry.seq}, but nobody clicked just before")


def _moments_before(game: FinalGame, entry: Entry) -> set[int]:
    """The seqs at which a click can have caused this entry; all when no host caused it.

    Our clients always say what they see. One command may make several entries, decided at the same instant.
    """
    if entry.data.get("by") != "host" or entry.event in ("game_created", "host_key_rotated"):
        return set(range(len(game.entries) + 1))
    same = [one for one in game.entries if one.at == entry.at and one.data.get("by") == "host" and one.seq <= entry.seq]
    return {one.seq - 1 for one in same}


def a15_host_continuity(history: History) -> Iterator[Violation]:
    """A reload or a second tab shows the same game, and seq never falls; for players, too."""
    highest: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for line in history.lines:
        if line.kind not in ("event", "snapshot") or line.seq is None:
            continue
        before = highest.setdefault((line.client, line.game), [])
        if line.kind == "snapshot":
            asked = line.more["asked_ns"]
            known = max((seq for t_ns, seq in before if t_ns < asked), default=-1)
            if line.seq < known:
                yield Violation("A15", line.game, f"seq fell from {known} to {line.seq}", (line.raw,))
        if not before or line.seq > before[-1][1]:
            before.append((line.t_ns, line.seq))
