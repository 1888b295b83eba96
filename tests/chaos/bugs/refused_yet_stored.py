"""One answer in ten is called late, although it was stored, and nobody looks again."""

from itertools import count

from edkit.contracts import games as wire
from game_server import submit
from game_server.answers import Answers, Ruling, Submission
from game_server.follow import Followed
from game_server.play import Play

CAUGHT_BY = {"A4", "A7"}


def plant() -> None:
    honest, numbers = Answers.rule, count()

    async def rule(self: Answers, submission: Submission) -> Ruling:
        ruling = await honest(self, submission)
        if ruling.status == "accepted" and next(numbers) % 10 == 5:
            return Ruling("late", ruling.seq, ruling.received_ms)
        return ruling

    async def believed(play: Play, followed: Followed, player_id: str, refusal: wire.Receipt) -> wire.Receipt:
        return refusal

    Answers.rule = rule
    submit._standing = believed
