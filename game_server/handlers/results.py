"""The results of an ended game, by pages, for whoever keeps reports."""

import asyncio

from edkit.contracts.game_messages import (
    GameResults,
    GetGameResults,
    ResultAnswer,
    ResultOption,
    ResultPlayer,
    ResultQuestion,
)
from edkit.contracts.games import TeamRow
from edkit.errors import Conflict, Invalid
from edkit.service import Context
from game_server import server
from game_server.play import time_of
from game_server.rules.match import Match
from game_server.rules.report import AnswerReport, PlayerReport, QuestionReport, players_of, questions_of
from game_server.rules.rows import PlayerRow, Rows
from game_server.rules.view import solution_of


async def get_game_results(cmd: GetGameResults, ctx: Context) -> GameResults:
    """One page. Conflict `not_ended` before the end."""
    play = server.of(ctx.runtime).play
    followed = await play.follower.get(cmd.game_id)
    await play.follower.catch_up(followed)
    match = followed.match
    if match.game.phase != "ended":
        raise Conflict("This game has not ended yet. Its results come with its end.", code="not_ended")
    players = await play.roster.players(cmd.game_id)
    rows = await play.roster.answers(cmd.game_id, tuple(match.game.closed))
    start = int(cmd.cursor or 0) if (cmd.cursor or "0").isdigit() else None
    if start is None:
        raise Invalid.on("cursor", "Use next_cursor of the page before, as it was.")
    # Folding hundreds of players over dozens of questions takes a while: not on the event loop.
    return await asyncio.to_thread(_page, match, players, rows, start, cmd.limit)


def _page(match: Match, players: list[PlayerRow], rows: Rows, start: int, limit: int) -> GameResults:
    game = match.game
    everyone = players_of(game, players, rows)
    page = everyone[start : start + limit]
    return GameResults(
        game_id=game.game_id,
        version=game.version,
        owner_id=game.owner_id,
        quiz_id=game.quiz_id,
        quiz_version=game.quiz_version,
        title=game.title,
        settings=game.settings,
        started_at=None if game.started_at is None else time_of(game.started_at),
        ended_at=time_of(game.ended_at or 0),
        player_count=len(everyone),
        questions=tuple(_question(match, one) for one in questions_of(game)),
        teams=tuple(TeamRow(**dict(placing)) for placing in match.board.teams),
        players=tuple(_player(one) for one in page),
        next_cursor=str(start + limit) if start + limit < len(everyone) else None,
    )


def _question(match: Match, one: QuestionReport) -> ResultQuestion:
    question = one.question
    return ResultQuestion(
        question_id=question.id,
        index=match.game.questions.index(question),
        type=question.type,
        text=question.text,
        topic=question.topic,
        explanation=question.explanation,
        points=question.points,
        time_limit_ms=question.time_limit_ms,
        options=tuple(ResultOption(id=o.id, source_id=o.source_id, text=o.text) for o in question.options),
        solution=solution_of(one.key),
        counts=one.counts,
        answered=one.answered,
        of=one.of,
    )


def _player(one: PlayerReport) -> ResultPlayer:
    return ResultPlayer(
        player_id=one.player.player_id,
        nickname=one.player.nickname,
        team=one.player.team,
        user_id=one.player.user_id,
        identifier=one.player.identifier,
        score=one.standing.score,
        rank=one.standing.rank,
        time_ms=one.standing.time_ms,
        answers=tuple(_answer(answer) for answer in one.answers),
    )


def _answer(one: AnswerReport) -> ResultAnswer:
    choice = None if one.row is None else one.row.choice
    return ResultAnswer(
        question_id=one.question_id,
        status=one.result.status,
        share=float(one.result.part),
        points=one.result.points,
        parts=one.result.parts,
        received_ms=None if one.row is None else one.row.received_ms,
        option_ids=None if choice is None else choice.option_ids,
        text=None if choice is None else choice.text,
        number=None if choice is None else choice.number,
    )
