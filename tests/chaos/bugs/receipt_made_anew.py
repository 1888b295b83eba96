"""The receipt of a repeated answer is made of the repetition, not of what is stored."""

from dataclasses import replace

from game_server.answers import Answers, Ruling, Submission

CAUGHT_BY = {"A5"}


def plant() -> None:
    honest = Answers.rule
    seen: set[str] = set()

    async def rule(self: Answers, submission: Submission) -> Ruling:
        ruling = await honest(self, submission)
        if ruling.status == "accepted" and submission.answer_id in seen:
            return replace(ruling, received_ms=ruling.received_ms + 1)
        seen.add(submission.answer_id)
        return ruling

    Answers.rule = rule
