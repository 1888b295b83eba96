"""What is not done, and what to do instead."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not done, nothing changed. `message` says what to do."""

    code: str
    message: str


NOT_STARTED = Refusal("not_started", "The game has not started yet. Start it first.")
TIME_IS_UP = Refusal("closed", "The time for this question is up, so it cannot be extended.")
UNKNOWN_PLAYER = Refusal("unknown_player", "This player is not in the game. The list of players shows who is.")
