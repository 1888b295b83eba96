"""The answers of a question are read, appended to and written back: of two at the same moment one is lost."""

import asyncio

from sqlalchemy import delete, select

from game_server import models
from game_server.answers import Answers, Ruling, Submission

CAUGHT_BY = {"A1", "A3"}


def plant() -> None:
    honest, table = Answers.rule, models.answers

    async def rule(self: Answers, submission: Submission) -> Ruling:
        here = (table.c.game_id == submission.game_id) & (table.c.question_id == submission.question_id)
        async with self._database.read() as session:
            known = set((await session.execute(select(table.c.player_id).where(here))).scalars())
        await asyncio.sleep(0.03)
        ruling = await honest(self, submission)
        if ruling.status == "accepted":
            keep = known | {submission.player_id}
            async with self._database.write() as session:
                await session.execute(delete(table).where(here, table.c.player_id.not_in(keep)))
        return ruling

    Answers.rule = rule
