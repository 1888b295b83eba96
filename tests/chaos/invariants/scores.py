"""A8, A9, A20: points, boards, and that the end is final."""

from collections.abc import Iterator
from typing import Any

from tests.chaos.history import Entry, FinalGame, History, Line, Violation
from tests.chaos.scoring import PUBLISHING, Place, board_at, results_at

CLOCK_SLACK_MS = 250


def a8_server_time(history: History) -> Iterator[Violation]:
    """Points are recomputed from the stored rows; the stored time is the server's, whatever a client claims."""
    for game in history.final.values():
        yield from _points_follow_rows(history, game)
        yield from _times_add_up(game)
    epochs = {line.run: line.more["epoch_ms"] - line.t_ns / 1e6 for line in history.of("run")}
    for lines in history.attempts.values():
        first = lines[0]
        done = next((line for line in lines if line.phase == "ok" and line.status == "accepted"), None)
        for row in history.rows_by_answer.get((first.game, first.op_id or ""), []):
            sent, told = (None if line is None else line.t_ns / 1e6 + epochs[line.run] for line in (first, done))
            if sent is not None and row.received_at < sent - CLOCK_SLACK_MS:
                yield Violation("A8", first.game, f"stored as received before it was sent: {row}", (first.raw,))
            if told is not None and done is not None and row.received_at > told + CLOCK_SLACK_MS:
                yield Violation("A8", first.game, f"stored as received after the receipt: {row}", (done.raw,))


def _times_add_up(game: FinalGame) -> Iterator[Violation]:
    """`received_ms` counts from the opening; a pause makes it less, never more."""
    paused = any(entry.event == "game_paused" for entry in game.entries)
    for row in game.rows:
        opened = game.entry("question_opened", row.question)
        since = None if opened is None else row.received_at - opened.data["opens_at"]
        if since is None or row.received_ms > since or (row.received_ms != since and not paused):
            yield Violation("A8", game.game, f"received {since} ms after opening: {row}")


def _points_follow_rows(history: History, game: FinalGame) -> Iterator[Violation]:
    folds: dict[int, tuple[dict[str, Any], dict[str, Place]]] = {}
    for line in history.of("event"):
        if line.game != game.game or line.more.get("event") != "your_result" or line.seq is None:
            continue
        if line.seq not in folds:
            places = {place.player: place for place in board_at(game, line.seq)}
            folds[line.seq] = (results_at(game, line.seq, [p.player for p in game.players]), places)
        results, places = folds[line.seq]
        player = line.player or ""
        if player not in places:
            continue
        if line.question not in results:
            continue
        result, _ = results[line.question][player]
        told = (line.more["status"], line.points, line.more["score"], line.more["streak"], line.more["rank"])
        place = places[player]
        due = (result.status, result.points, place.score, place.streak, place.rank)
        if told != due:
            yield Violation("A8", game.game, f"told {told}, the rows say {due}", (line.raw,))


def a9_one_score(history: History) -> Iterator[Violation]:
    """The board at (game, seq) is one everywhere, and equals the fold of the rows of questions closed by then."""
    for final in history.final.values():
        for entry in final.entries:
            if "board" in entry.data:
                yield from _entry_is_the_fold(final, entry)
    folds: dict[tuple[str, int], list[list[Any]]] = {}
    for line in history.of("board"):
        game = history.final.get(line.game)
        published = game and [e.seq for e in game.entries if e.event in PUBLISHING and e.seq <= (line.seq or 0)]
        if not game or not published:
            continue
        key = (line.game, published[-1])
        if key not in folds:
            folds[key] = [[p.player, p.nickname, p.score, p.rank] for p in board_at(game, published[-1])]
        size = 3 if line.more["list"] == "podium" else game.settings["leaderboard_size"]
        if history.payloads[line.hash or ""] != folds[key][:size]:
            yield Violation(
                "A9", line.game, f"at seq {key[1]} the rows say {folds[key][:size]}", board_raws(history, line)
            )


def _entry_is_the_fold(game: FinalGame, entry: Entry) -> Iterator[Violation]:
    """What the log recorded of rows, players and the top of the board is what the rows say."""
    board = entry.data["board"]
    joined = sum(player.joined_seq < entry.seq for player in game.players)
    if board["joined"] != joined:
        yield Violation("A9", game.game, f"{joined} had joined before seq {entry.seq}: {board}")
    top = [[place["player_id"], place["score"], place["rank"]] for place in board["top"]]
    due = [[place.player, place.score, place.rank] for place in board_at(game, entry.seq)]
    if top != due[: len(top)] or (due and not top):
        yield Violation("A9", game.game, f"the log says {top} at seq {entry.seq}, the rows say {due}")
    if entry.event == "question_closed":
        rows = sum(row.question == entry.data["question_id"] for row in game.rows)
        if entry.data["rows"] != rows:
            yield Violation("A9", game.game, f"seq {entry.seq} counted {entry.data['rows']} rows, there are {rows}")


def a20_end_is_final(history: History) -> Iterator[Violation]:
    """After `game_ended` the results never change but by a recorded regrade, whichever way they are read."""
    for game in history.final.values():
        end = game.entry("game_ended")
        if end is None:
            continue
        for entry in game.entries:
            if entry.seq > end.seq and entry.event not in ("question_regraded", "host_key_rotated", "player_kicked"):
                yield Violation("A20", game.game, f"{entry.event} at seq {entry.seq}, after the end at {end.seq}")
        last = [entry.seq for entry in game.entries if entry.event in PUBLISHING][-1]
        due = [[p.player, p.score, p.rank] for p in board_at(game, last)]
        for way, board in game.readings.items():
            if [list(place) for place in board] != due:
                yield Violation("A20", game.game, f"{way} reads {board}, the rows say {due}")


def board_raws(history: History, line: Line) -> tuple[str, ...]:
    """The line and the board it names."""
    return (line.raw, str(history.payloads[line.hash or ""]))
