"""The receipt goes out at once; the row is written a moment later."""

import asyncio

from game_server.answers import Answers, Ruling, Submission

CAUGHT_BY = {"A1", "A3"}
NEEDS_KILLS = True


def plant() -> None:
    honest = Answers.rule
    beside: set[asyncio.Task[Ruling]] = set()

    async def later(self: Answers, submission: Submission) -> Ruling:
        await asyncio.sleep(0.3)
        return await honest(self, submission)

    async def rule(self: Answers, submission: Submission) -> Ruling:
        task = asyncio.create_task(later(self, submission))
        beside.add(task)
        task.add_done_callback(beside.discard)
        return Ruling("accepted", 3, 0)

    Answers.rule = rule
