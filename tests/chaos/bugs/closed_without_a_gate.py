"""A question closes without freezing its answers first: what is accepted meanwhile is missing from the result."""

import asyncio
from typing import Any

from game_server.log import GameLog
from game_server.roster import Roster
from game_server.rules.entries import QuestionClosed
from game_server.rules.game import Game

CAUGHT_BY = {"A3", "A8", "A9"}
COURSE = {"impatience": 1.0, "think_s": (0.05, 2.0)}
"""The teacher closes while some still think."""


def plant() -> None:
    honest_append, honest_answers = GameLog.append, Roster.answers

    async def shut(self: GameLog, game: Game, question_id: str) -> None:
        """Nothing is frozen."""

    async def answers(self: Roster, game_id: str, question_ids: Any) -> Any:
        rows = await honest_answers(self, game_id, question_ids)
        await asyncio.sleep(0.3)
        return rows

    async def append(self: GameLog, game: Game, head: str, added: Any, *rest: Any, **named: Any) -> Any:
        if any(isinstance(entry, QuestionClosed) for entry in added) and game.open_question is not None:
            await honest_shut(self, game, game.open_question.id)
        return await honest_append(self, game, head, added, *rest, **named)

    honest_shut = GameLog.shut
    GameLog.shut, GameLog.append, Roster.answers = shut, append, answers
