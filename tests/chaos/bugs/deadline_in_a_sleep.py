"""Deadlines live in the process that opened the question: after a restart nobody remembers them."""

from typing import Any

from game_server.play import Play
from game_server.rules import entries

CAUGHT_BY = {"A12"}
NEEDS_KILLS = True
COURSE = {"games": 4, "think_s": (0.5, 3.0), "impatience": 0.0, "minutes": 0.6, "linger_s": 12.0}
"""Questions stay open until their deadline or a late answer; and games that hang are not waited for."""


def plant() -> None:
    honest_look, honest_spread = Play.look, Play._spread
    mine: set[str] = set()

    async def look(self: Play, game_id: str) -> None:
        followed = await self.follower.get(game_id)
        question = followed.match.game.open_question
        if question is None or question.id in mine:
            await honest_look(self, game_id)

    async def spread(self: Play, followed: Any, stored: Any) -> None:
        mine.update(one.entry.question_id for one in stored if isinstance(one.entry, entries.QuestionOpened))
        await honest_spread(self, followed, stored)

    Play.look, Play._spread = look, spread
