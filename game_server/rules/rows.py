"""Players and answers as the rules see them. Storage makes these of its rows; the rules never store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """A player who joined.

    `joined_seq` is the game's seq at the join: entries with a greater one know this player. An entry that publishes a
    board may only be appended while the number of players with `joined_seq < its seq` is still its `board.joined`; then
    the fold is the same everywhere. Join order is (`joined_at`, `player_id`). Rows of kicked players stay; that they
    were kicked is in the log.
    """

    player_id: str
    nickname: str
    joined_seq: int
    joined_at: int
    team: str | None = None
    user_id: str | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What was answered: exactly one of the three is set."""

    option_ids: tuple[str, ...] | None = None
    text: str | None = None
    number: float | None = None

    def data(self) -> dict[str, Any]:
        """As JSON values, to store and to send."""
        if self.option_ids is not None:
            return {"option_ids": list(self.option_ids)}
        return {"text": self.text} if self.text is not None else {"number": self.number}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Choice":
        """The choice that `data()` was made of."""
        ids, number = data.get("option_ids"), data.get("number")
        return cls(None if ids is None else tuple(ids), data.get("text"), None if number is None else float(number))


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An accepted answer, as stored. At most one per question and player.

    `seq` is the game's at acceptance, `received_at` epoch milliseconds, `received_ms` the server time since opening
    without pauses, `credit_ms` the latency credit; all four are fixed at acceptance.
    """

    question_id: str
    player_id: str
    answer_id: str
    choice: Choice
    seq: int
    received_at: int
    received_ms: int
    credit_ms: int


Rows = Mapping[str, Sequence[AnswerRow]]
"""The answer rows of each question asked for, by question id, in any order."""
