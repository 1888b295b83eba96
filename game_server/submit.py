"""A submitted answer, from the session that sent it to its receipt."""

from collections.abc import Sequence

from edkit.contracts import games as wire
from edkit.errors import Conflict
from game_server.answers import Ruling, Submission
from game_server.doors import kicked
from game_server.follow import Followed
from game_server.play import Play
from game_server.rules.answers import duplicate, receipt_of, receive
from game_server.rules.game import GRACE_MS
from game_server.rules.refusal import Refusal
from game_server.rules.rows import AnswerRow
from game_server.rules.scoring import latency_credit


async def submit(
    play: Play, followed: Followed, player_id: str, sent: wire.SubmitAnswer, received_at: int, trips: Sequence[int]
) -> wire.Receipt:
    """The receipt, after the commit of what it says. `trips` are the player's round trips in ms, the latest last.

    Raises Conflict `paused` and Forbidden `kicked`: nothing was stored, and the `answer_id` stays free.
    """
    receipt = await _judge(play, followed, player_id, sent, received_at, trips)
    match receipt.status:
        case "late":
            return await _late(play, followed, player_id, receipt)
        case "closed":
            return await _standing(play, followed, player_id, receipt)
    return receipt


async def _judge(
    play: Play, followed: Followed, player_id: str, sent: wire.SubmitAnswer, received_at: int, trips: Sequence[int]
) -> wire.Receipt:
    first = _receive(followed, player_id, sent, received_at, trips)
    if isinstance(first, AnswerRow):
        return await _store(play, followed, sent, first)
    stored = await play.roster.answer(followed.game_id, sent.question_id, player_id)
    if stored is not None:
        return _of(stored, sent.answer_id)
    await play.follower.catch_up(followed)  # refused by what is known here, which may be old
    second = _receive(followed, player_id, sent, received_at, trips)
    if isinstance(second, AnswerRow):
        return await _store(play, followed, sent, second)
    if isinstance(second, Refusal):
        raise kicked() if second.code == "kicked" else Conflict(second.message, code=second.code)
    return second


async def _late(play: Play, followed: Followed, player_id: str, receipt: wire.Receipt) -> wire.Receipt:
    """`late` is said for good, and what was received in time may still be on its way through another server.

    It is given until the end of the grace. Then no answer of this player to this question is stored any more.
    """
    shown = followed.match.game.shown
    if shown is not None and shown.question_id == receipt.question_id:
        left_ms = shown.deadline(player_id) + GRACE_MS - play.time.now()
        await play.clock.sleep(min(max(0, left_ms), GRACE_MS) / 1000)
    await play.roster.shut(receipt.question_id, player_id)
    return await _standing(play, followed, player_id, receipt)


async def _standing(play: Play, followed: Followed, player_id: str, refusal: wire.Receipt) -> wire.Receipt:
    """The receipt of the answer that stands, now that none can come any more; `refusal` if there is none."""
    stored = await play.roster.answer(followed.game_id, refusal.question_id, player_id)
    return refusal if stored is None else _of(stored, refusal.answer_id)


def _of(stored: AnswerRow, answer_id: str) -> wire.Receipt:
    return receipt_of(stored) if stored.answer_id == answer_id else duplicate(stored, answer_id)


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
