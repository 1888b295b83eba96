"""A submitted answer, from the session that sent it to its receipt."""

from collections.abc import Sequence

from edkit.contracts import games as wire
from edkit.errors import Conflict
from game_server.answers import Ruling, Submission
from game_server.doors import kicked
from game_server.follow import Followed
from game_server.play import Play
from game_server.rules.answers import duplicate, receipt_of, receive
from game_server.rules.refusal import Refusal
from game_server.rules.rows import AnswerRow
from game_server.rules.scoring import latency_credit


async def submit(
    play: Play, followed: Followed, player_id: str, sent: wire.SubmitAnswer, received_at: int, trips: Sequence[int]
) -> wire.Receipt:
    """The receipt, after the commit of what it says. `trips` are the player's round trips in ms, the latest last.

    Raises Conflict `paused` and Forbidden `kicked`: nothing was stored, and the `answer_id` stays free.
    """
    first = _receive(followed, player_id, sent, received_at, trips)
    if isinstance(first, AnswerRow):
        return await _store(play, followed, sent, first)
    stored = await play.roster.answer(followed.game_id, sent.question_id, player_id)
    if stored is not None:
        return receipt_of(stored) if stored.answer_id == sent.answer_id else duplicate(stored, sent)
    await play.follower.catch_up(followed)  # refused by what is known here, which may be old
    second = _receive(followed, player_id, sent, received_at, trips)
    if isinstance(second, AnswerRow):
        return await _store(play, followed, sent, second)
    if isinstance(second, Refusal):
        raise kicked() if second.code == "kicked" else Conflict(second.message, code=second.code)
    return second


def _receive(
    followed: Followed, player_id: str, sent: wire.SubmitAnswer, received_at: int, trips: Sequence[int]
) -> AnswerRow | wire.Receipt | Refusal:
    game = followed.match.game
    credit = latency_credit(trips, game.settings.latency_credit_ms_max)
    return receive(game, player_id, sent, received_at, credit)


async def _store(play: Play, followed: Followed, sent: wire.SubmitAnswer, row: AnswerRow) -> wire.Receipt:
    submission = Submission(
        game_id=followed.game_id,
        question_id=row.question_id,
        player_id=row.player_id,
        answer_id=row.answer_id,
        choice=row.choice.data(),
        received_at=row.received_at,
        credit_ms=row.credit_ms,
    )
    return _receipt(sent, await play.answers.rule(submission))


def _receipt(sent: wire.SubmitAnswer, ruling: Ruling) -> wire.Receipt:
    match ruling.status:
        case "kicked":
            raise kicked()
        case "paused":
            raise Conflict("The host has paused the game. Your answer is sent again when it goes on.", code="paused")
        case status:
            return wire.Receipt(
                answer_id=sent.answer_id,
                question_id=sent.question_id,
                status=status,
                seq=ruling.seq,
                received_ms=ruling.received_ms,
            )
