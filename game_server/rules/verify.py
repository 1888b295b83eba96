"""Whether a stored game is still what was played: the chain of its log, its answer rows, its scores."""

from collections.abc import Sequence
from dataclasses import dataclass

from game_server.rules import entries
from game_server.rules.chain import GENESIS, MARK, answers_hash, link, row_hash, sorted_rows
from game_server.rules.entries import Entry, decode
from game_server.rules.match import Match, advance, begin
from game_server.rules.rows import AnswerRow, PlayerRow, Rows


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry as stored."""

    seq: int
    body: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing found that is not as it was. `where` names it: an entry, a question, or an answer."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verified:
    """All is as it was played: this many entries and answers agree with every hash, and lead to `match`."""

    entries: int
    answers: int
    match: Match


def verify(lines: Sequence[LogLine], players: Sequence[PlayerRow], rows: Rows) -> Verified | Fault:
    """Check the log in order, and at each closing, regrade and end the rows and scores that it vouches for.

    `rows` holds the answer rows of every question, open ones too. The rows of a question still open are vouched for by
    nothing yet and are not looked at.
    """
    previous, match, seen = GENESIS, None, 0
    for place, line in enumerate(lines, start=1):
        where = f"entry {place}"
        if line.seq != place:
            return Fault(where, f"is missing; the next in the log is {line.seq}")
        if link(previous, line.body) != line.hash:
            return Fault(where, "does not follow from the one before: it, or its hash, was changed")
        previous = line.hash
        try:
            entry = decode(line.body)
            match = _next(match, entry, players, rows)
        except (ValueError, KeyError, StopIteration) as error:
            return Fault(where, f"cannot be read as an entry of this log: {error}")
        fault = _answers_fault(entry, rows) or _board_fault(where, entry, match)
        if fault is not None:
            return fault
        seen += entry.rows if isinstance(entry, entries.QuestionClosed) else 0
    if match is None:
        return Fault("entry 1", "is missing; the log is empty")
    stray = set(rows) - {question.id for question in match.game.questions}
    if stray:
        return Fault(f"question {min(stray)}", "has answers but is not in the game")
    return Verified(len(lines), seen, match)


def _next(match: Match | None, entry: Entry, players: Sequence[PlayerRow], rows: Rows) -> Match:
    if match is not None:
        return advance(match, entry, players, rows)
    if not isinstance(entry, entries.GameCreated):
        raise ValueError(f"a log begins with game_created, not {entry.type}")
    return begin(entry)


def _answers_fault(entry: Entry, rows: Rows) -> Fault | None:
    if not isinstance(entry, entries.QuestionClosed):
        return None
    found = sorted_rows(rows.get(entry.question_id, ()))
    if answers_hash(found) == (entry.answers_hash, entry.marks):
        return None
    where = f"question {entry.question_id}"
    missing = entry.rows - len(found)
    tally = f" ({entry.rows} were counted, {len(found)} are stored)" if missing else ""
    row = _first_odd(found, entry.marks)
    if row is None:
        return Fault(where, "its answers are not those that were counted" + tally)
    name = f"{where}, answer {row.answer_id} of player {row.player_id}"
    odd = "is not as it was, or the one before it is gone" if missing > 0 else "was changed or added"
    return Fault(name, odd + tally)


def _first_odd(found: Sequence[AnswerRow], marks: str) -> AnswerRow | None:
    kept = [marks[at : at + MARK] for at in range(0, len(marks), MARK)]
    for place, row in enumerate(found):
        if place >= len(kept) or row_hash(row)[:MARK] != kept[place]:
            return row
    return None


def _board_fault(where: str, entry: Entry, match: Match) -> Fault | None:
    if not isinstance(entry, entries.QuestionClosed | entries.QuestionRegraded | entries.GameEnded):
        return None
    found, recorded = match.board.published(match.game.settings.leaderboard_size), entry.board
    if found.joined != recorded.joined:
        return Fault(where, f"{recorded.joined} players had joined then, {found.joined} are stored")
    if found != recorded:
        return Fault(where, "the scores folded from the answers are not those it published")
    return None
