"""Answers wait in Redis and are stored when the question closes: what Redis forgets is lost."""

import json
import os
from dataclasses import asdict
from typing import Any

from redis.asyncio import Redis

from game_server.answers import Answers, Ruling, Submission
from game_server.log import GameLog
from game_server.rules.game import Game

CAUGHT_BY = {"A1"}
SERVERS = 2
FAULTS = {"flush redis": 1}


def plant() -> None:
    honest_init, honest_rule, honest_shut = Answers.__init__, Answers.rule, GameLog.shut
    redis: Any = Redis.from_url(os.environ["EDTECH_HUB_URL"], decode_responses=True)
    rulers: list[Answers] = []

    def init(self: Answers, *given: Any) -> None:
        honest_init(self, *given)
        rulers.append(self)

    async def rule(self: Answers, submission: Submission) -> Ruling:
        await redis.hsetnx(submission.question_id, submission.player_id, json.dumps(asdict(submission)))
        first = json.loads(await redis.hget(submission.question_id, submission.player_id))
        return Ruling("accepted" if first["answer_id"] == submission.answer_id else "duplicate", 3, 0)

    async def shut(self: GameLog, game: Game, question_id: str) -> None:
        for held in (await redis.hgetall(question_id)).values():
            await honest_rule(rulers[0], Submission(**json.loads(held)))
        await honest_shut(self, game, question_id)

    Answers.__init__, Answers.rule, GameLog.shut = init, rule, shut
