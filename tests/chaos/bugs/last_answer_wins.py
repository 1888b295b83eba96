"""A second answer replaces the first."""

from sqlalchemy import update

from game_server import models
from game_server.answers import Answers, Ruling, Submission

CAUGHT_BY = {"A6", "A1"}


def plant() -> None:
    honest, table = Answers.rule, models.answers

    async def rule(self: Answers, submission: Submission) -> Ruling:
        ruling = await honest(self, submission)
        if ruling.status != "duplicate":
            return ruling
        mine = (table.c.question_id == submission.question_id) & (table.c.player_id == submission.player_id)
        new = {"answer_id": submission.answer_id, "choice": submission.choice}
        async with self._database.write() as session:
            await session.execute(update(table).where(table.c.game_id == submission.game_id, mine).values(new))
        return Ruling("accepted", ruling.seq, ruling.received_ms)

    Answers.rule = rule
