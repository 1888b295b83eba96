"""A1 to A7, A16: what becomes of an answer."""

from collections.abc import Iterator

from tests.chaos.history import History, Line, Row, Violation, grouped

GRACE_MS = 500
REFUSED = frozenset({"late", "duplicate", "closed", "kicked"})
IN_TIME_SLACK_MS = 1500


def a1_durable_ack(history: History) -> Iterator[Violation]:
    """An `accepted` receipt has exactly one row in R with the same answer_id, question, player, choice."""
    for line in history.of("answer", "ok"):
        if line.status != "accepted" or line.game not in history.final:
            continue
        rows = history.rows_by_answer.get((line.game, line.op_id or ""), [])
        if len(rows) != 1:
            yield Violation("A1", line.game, f"accepted, but {len(rows)} rows", (line.raw,))
        elif (rows[0].question, rows[0].player, rows[0].choice) != (line.question, line.player, line.choice):
            yield Violation("A1", line.game, f"accepted, but the row says otherwise: {rows[0]}", (line.raw,))


def a2_at_most_once(history: History) -> Iterator[Violation]:
    """At most one row per (game, question, player), and its answer_id was sent by that player's client."""
    for game in history.final.values():
        for key, rows in grouped(game.rows, lambda row: (row.question, row.player)).items():
            if len(rows) > 1:
                yield Violation("A2", game.game, f"{len(rows)} rows for {key}: {rows}")
        for row in game.rows:
            sent = history.attempts.get(row.answer_id, [])
            if not any(line.phase == "invoke" and line.player == row.player for line in sent):
                yield Violation("A2", game.game, f"nobody sent this as that player: {row}", raws(sent))


def a3_unknown_closes(history: History) -> Iterator[Violation]:
    """Once any snapshot, receipt or result showed an answer accepted, it is never absent later."""
    known: dict[tuple[str, str | None, str | None], tuple[str, Line]] = {}
    for line in history.lines:
        place = (line.game, line.player, line.question)
        if line.kind == "answer" and line.phase == "ok" and line.status == "accepted":
            known.setdefault(place, (line.op_id or "", line))
        elif line.kind == "snapshot" and line.question and line.role == "player":
            shown, before = line.more.get("shown"), known.get(place)
            if before is not None and line.more["asked_ns"] > before[1].t_ns and shown != before[0]:
                yield Violation("A3", line.game, f"shown {shown} after {before[0]}", (before[1].raw, line.raw))
            if shown:
                known.setdefault(place, (shown, line))
                if not history.rows_by_answer.get((line.game, shown)) and line.game in history.final:
                    yield Violation("A3", line.game, "shown, but there is no row", (line.raw,))
    yield from _results_agree(history)


def _results_agree(history: History) -> Iterator[Violation]:
    """`your_result` says `none` exactly to those without a row."""
    answered = {(g.game, row.question, row.player) for g in history.final.values() for row in g.rows}
    for line in history.of("event"):
        if line.more.get("event") != "your_result" or line.game not in history.final:
            continue
        if history.final[line.game].question(line.question or "")["type"] == "slide":
            continue
        has_row = (line.game, line.question, line.player) in answered
        if has_row == (line.more["status"] == "none"):
            yield Violation("A3", line.game, f"result {line.more['status']}, row: {has_row}", (line.raw,))


def a4_refusal_is_final(history: History) -> Iterator[Violation]:
    """`late`, `duplicate`, `closed`, kicked: no row with that answer_id, ever."""
    for answer_id, lines in history.attempts.items():
        refusals = [line for line in lines if line.status in REFUSED and line.phase in ("ok", "fail")]
        if not refusals or not history.rows_by_answer.get((lines[0].game, answer_id)):
            continue
        # Who is kicked is told so whatever became of an earlier attempt.
        earlier = lines[: lines.index(refusals[0])]
        if refusals[0].status == "kicked" and any(line.phase in ("ok", "info") for line in earlier):
            continue
        yield Violation("A4", lines[0].game, "refused, but there is a row", raws(refusals))


def a5_stable_receipt(history: History) -> Iterator[Violation]:
    """All `accepted` receipts of one answer_id are identical; what was refused stays refused."""
    for lines in history.attempts.values():
        final = [line for line in lines if line.phase == "ok" and line.status not in ("early", "invalid")]
        accepted = [line for line in final if line.status == "accepted"]
        if len({str(sorted(line.more["receipt"].items())) for line in accepted}) > 1:
            yield Violation("A5", lines[0].game, "two receipts for one answer", raws(accepted))
        # Between late, closed and duplicate the reason given may move on with the game.
        if accepted and len(accepted) != len(final):
            yield Violation("A5", lines[0].game, "accepted and refused", raws(final))


def a6_first_wins(history: History) -> Iterator[Violation]:
    """Of several answer_ids for one (question, player) exactly one is accepted and stored, the others are refused."""
    answers = [line for line in history.of("answer", "ok") if line.role == "player"]
    rows = {(g.game, row.question, row.player): row for g in history.final.values() for row in g.rows}
    for (game, question, player), lines in grouped(
        answers, lambda line: (line.game, line.question, line.player)
    ).items():
        if game not in history.final:
            continue
        winners = {line.op_id for line in lines if line.status == "accepted"}
        stored = rows.get((game, question or "", player or ""))
        if len(winners) > 1:
            yield Violation("A6", game, f"{len(winners)} answers accepted", raws(lines))
        elif winners and (stored is None or stored.answer_id not in winners):
            yield Violation("A6", game, f"the winner is not what is stored: {stored}", raws(lines))
        duplicates = [line for line in lines if line.status == "duplicate"]
        if duplicates and (stored is None or any(line.op_id == stored.answer_id for line in duplicates)):
            yield Violation("A6", game, f"a duplicate of nothing: {stored}", raws(lines))


def a7_deadline(history: History) -> Iterator[Violation]:
    """Rows lie between opening and deadline + grace; what is sent after `question_closed` arrived is refused."""
    for game in history.final.values():
        for row in game.rows:
            limit = game.question(row.question)["time_limit_ms"] + _extension(history, row)
            if not 0 <= row.received_ms <= limit + GRACE_MS:
                yield Violation("A7", game.game, f"received outside of its time ({limit} ms): {row}")
            closed = game.entry("question_closed", row.question)
            if closed is not None and row.seq >= closed.seq:
                yield Violation("A7", game.game, f"accepted after the closing at seq {closed.seq}: {row}")
    closings: dict[tuple[str, str | None], int] = {}
    for line in history.lines:
        if line.kind == "event" and line.more.get("event") == "question_closed":
            closings.setdefault((line.client, line.question), line.t_ns)
    for lines in history.attempts.values():
        first, ok = lines[0], [line for line in lines if line.phase == "ok"]
        closed_ns = closings.get((first.client, first.question))
        if closed_ns is not None and first.t_ns > closed_ns and any(line.status == "accepted" for line in ok):
            yield Violation("A7", first.game, "sent after the closing was seen, and accepted", raws(lines))
        for line in ok:
            in_time = line.more.get("left_ms", 0) > IN_TIME_SLACK_MS
            if line.status == "late" and in_time and history.undisturbed(first.t_ns - 10**9, line.t_ns):
                yield Violation("A7", first.game, "acknowledged in time, but late", raws(lines))


def _extension(history: History, row: Row) -> int:
    return sum(
        entry.data["ms"]
        for entry in history.final[row.game].entries
        if entry.event == "question_extended"
        and entry.data["question_id"] == row.question
        and row.player in (entry.data.get("player_ids") or [row.player])
    )


def a16_identity(history: History) -> Iterator[Violation]:
    """A row's player is the subject of the token on that socket, whatever a body claims; forgeries do nothing."""
    for line in history.of("forgery"):
        if line.phase == "ok":
            yield Violation("A16", line.game, "a forgery was believed", (line.raw,))
        if line.op_id and history.rows_by_answer.get((line.game, line.op_id)):
            yield Violation("A16", line.game, "a forgery made a row", (line.raw,))
    for answer_id, lines in history.attempts.items():
        forged = [line for line in lines if line.more.get("forged")]
        for row in history.rows_by_answer.get((lines[0].game, answer_id), []) if forged else []:
            if row.player != forged[0].player:
                yield Violation("A16", row.game, f"the body's player was believed: {row}", raws(forged))
    for line in history.of("snapshot"):
        if line.role == "player" and line.player and line.more.get("me") != line.player:
            yield Violation("A16", line.game, "a token gave another player's state", (line.raw,))


def raws(lines: list[Line]) -> tuple[str, ...]:
    """The lines as they lie in the files."""
    return tuple(line.raw for line in lines)
