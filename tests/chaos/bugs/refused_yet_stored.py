"""One answer in ten is called late, although it was stored."""

from itertools import count

from game_server.answers import Answers, Ruling, Submission

CAUGHT_BY = {"A4", "A7"}


def plant() -> None:
    honest, numbers = Answers.rule, count()

    async def rule(self: Answers, submission: Submission) -> Ruling:
        ruling = await honest(self, submission)
        if ruling.status == "accepted" and next(numbers) % 10 == 5:
            return Ruling("late", ruling.seq, ruling.received_ms)
        return ruling

    Answers.rule = rule
