"""What makes a changed log or a changed answer show: a hash chain over entries, and hashes over answer rows."""

import hashlib
from collections.abc import Iterable, Sequence

from game_server.rules.entries import canonical
from game_server.rules.rows import AnswerRow

GENESIS = "0" * 64
"""The hash before the first entry."""

MARK = 4
"""Hexadecimal digits kept of each row, enough to say which row of a changed set was changed."""


def link(previous: str, body: bytes) -> str:
    """The hash of an entry stored as `body` after one whose hash is `previous`: SHA-256 of both, hexadecimal."""
    return hashlib.sha256(previous.encode() + body).hexdigest()


def sorted_rows(rows: Iterable[AnswerRow]) -> list[AnswerRow]:
    """In the order in which they are hashed and marked."""
    return sorted(rows, key=lambda row: row.player_id)


def row_hash(row: AnswerRow) -> str:
    """SHA-256 over everything that is stored of an answer."""
    stored = [
        row.question_id,
        row.player_id,
        row.answer_id,
        row.choice.data(),
        row.seq,
        row.received_at,
        row.received_ms,
        row.credit_ms,
    ]
    return hashlib.sha256(canonical(stored)).hexdigest()


def answers_hash(rows: Sequence[AnswerRow]) -> tuple[str, str]:
    """The hash over all rows of a question, and the marks of the single rows in the same order."""
    hashes = [row_hash(row) for row in sorted_rows(rows)]
    return hashlib.sha256("".join(hashes).encode()).hexdigest(), "".join(one[:MARK] for one in hashes)
