"""Whether an answer was there before is asked of Redis alone: after it forgot, the same answer is taken anew."""

import os
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import delete

from game_server import models
from game_server.answers import Answers, Ruling, Submission

CAUGHT_BY = {"A3", "A5"}
SERVERS = 2
FAULTS = {"flush redis": 1}
COURSE = {"repeats": 0.5, "think_s": (0.05, 2.5)}
"""Answers come again while others still think, and the question is open."""
REMEMBERS_MS = 50
"""It is small, and drops what is old."""


def plant() -> None:
    honest, table = Answers.rule, models.answers
    redis: Any = Redis.from_url(os.environ["EDTECH_HUB_URL"])

    async def rule(self: Answers, submission: Submission) -> Ruling:
        if await redis.set(f"seen:{submission.answer_id}", "1", nx=True, px=REMEMBERS_MS):
            mine = (table.c.game_id == submission.game_id) & (table.c.answer_id == submission.answer_id)
            await self._database.single(delete(table).where(mine))
        return await honest(self, submission)

    Answers.rule = rule
