"""An answer that comes after the closing is stored all the same."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from game_server import models, submit
from game_server.answers import Answers, Ruling, Submission
from game_server.rules.answers import read_choice
from game_server.rules.rows import AnswerRow

CAUGHT_BY = {"A7"}


def plant() -> None:
    honest_receive, honest_rule = submit.receive, Answers.rule

    def receive(game: Any, player_id: str, sent: Any, received_at: int, credit_ms: int) -> Any:
        told = honest_receive(game, player_id, sent, received_at, credit_ms)
        question = game.question(sent.question_id)
        if getattr(told, "status", "") not in ("late", "closed") or question is None:
            return told
        choice = read_choice(question, sent)
        return told if choice is None else _row(game, question.id, player_id, sent, choice, received_at)

    async def rule(self: Answers, submission: Submission) -> Ruling:
        ruling = await honest_rule(self, submission)
        if ruling.status not in ("late", "closed"):
            return ruling
        row = {name: getattr(submission, name) for name in submission.__dataclass_fields__}
        try:
            async with self._database.write() as session:
                await session.execute(insert(models.answers).values({**row, "received_ms": 1000, "seq": ruling.seq}))
        except IntegrityError:
            return ruling
        return Ruling("accepted", ruling.seq, 1000)

    submit.receive, Answers.rule = receive, rule


def _row(game: Any, question: str, player: str, sent: Any, choice: Any, received_at: int) -> AnswerRow:
    return AnswerRow(
        question_id=question, player_id=player, answer_id=sent.answer_id, choice=choice, seq=game.seq,
        received_at=received_at, received_ms=1000, credit_ms=0,
    )  # fmt: skip
