"""Points are counted for every submission that comes in, also for one that was there before."""

from collections import Counter
from dataclasses import replace
from typing import Any

from game_server.answers import Answers, Ruling, Submission
from game_server.rules import board

CAUGHT_BY = {"A8", "A9"}


def plant() -> None:
    submissions: Counter[str] = Counter()
    honest_rule, honest_score = Answers.rule, board.score

    async def rule(self: Answers, submission: Submission) -> Ruling:
        submissions[submission.answer_id] += 1
        return await honest_rule(self, submission)

    def score(question: Any, key: Any, settings: Any, row: Any, streak: int) -> Any:
        result, streak = honest_score(question, key, settings, row, streak)
        times = submissions[row.answer_id] if row is not None else 1
        return replace(result, base=result.base * max(1, times)), streak

    Answers.rule, board.score = rule, score
