"""What a simulated game is to be: who plays, what is asked, how fast. The same seed plans the same game."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.chaos import canary

if TYPE_CHECKING:
    from tests.chaos.players import Player

TYPES = (
    "single_choice", "typed", "multiple_choice", "number", "true_false", "open", "order", "poll", "word_cloud", "slide",
)  # fmt: skip


@dataclass
class Plan:
    """One game of a run. The host fills in `game_id` and `pin` and sets `open`."""

    name: str
    seed: str
    player_count: int
    types: Sequence[str]
    time_limit_s: int = 5
    think_s: tuple[float, float] = (0.05, 2.0)
    wait_s: tuple[float, float] = (0.1, 0.5)
    settings: dict[str, Any] = field(default_factory=dict)
    impatience: float = 0.2
    repeats: float = 0.1
    kick: bool = False
    pause: bool = False
    regrade: bool = False
    game_id: str = ""
    pin: str = ""
    open: asyncio.Event = field(default_factory=asyncio.Event)
    players: list["Player"] = field(default_factory=list)
    any_question: str = "none"
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tag = f"{random.Random(self.seed + self.name).getrandbits(32):08x}"
        self.quiz = canary.quiz(self.tag, self.types, self.time_limit_s)

    def nickname(self, number: int) -> str:
        """Most are their own; players 1 and 2 differ only to the eye, and one is hard to print."""
        if number == 1:
            return "Zoe Ada"
        if number == 2:
            return "ＺＯＥ ａｄａ"
        return f"Nguyễn {number}" if number % 3 == 0 else f"robot {number}"

    def think(self, dice: random.Random) -> float:
        return dice.uniform(*self.think_s)

    def index_of(self, question: dict[str, Any]) -> int:
        """The place of a question in the quiz, read off its text."""
        return int(question["text"].split(" ", 1)[0][1:])

    def joined(self, player: "Player") -> None:
        if player not in self.players:
            self.players.append(player)

    def somebody(self, dice: random.Random) -> str:
        """The player id of one of those who joined."""
        known = [player.player for player in self.players if player.player]
        return dice.choice(known) if known else "nobody"

    def somebody_s_token(self, dice: random.Random) -> str:
        known = [player.auth["resume"] for player in self.players if player.auth.get("resume")]
        return dice.choice(known) if known else "nothing-to-forge-from"
