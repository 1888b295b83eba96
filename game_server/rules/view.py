"""What each viewer sees: the one projection from which snapshots and events come.

A client that applies the events of entries 1 to n holds what the snapshot at n says, but for durations, presence,
roster and counters. Before a question is closed nothing here gives a player its solution or another player's answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from edkit.contracts import games as wire
from edkit.contracts.questions import Media
from game_server.rules import entries
from game_server.rules.answers import own_answer
from game_server.rules.board import PODIUM, Board, Standing
from game_server.rules.entries import Entry, FrozenQuestion, Key
from game_server.rules.game import Game, Shown
from game_server.rules.match import Match
from game_server.rules.rows import AnswerRow, PlayerRow
from game_server.rules.scoring import Result

MediaUrl = Callable[[str, str], str]
"""(question id, url in the quiz) -> the url to send: the same for every viewer of a game."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom something is said. A player without `player_id` stands for all players that `apart` does not name."""

    role: wire.GameRole
    player_id: str = ""


HOST = Viewer("host")
PLAYERS = Viewer("player")


def apart(entry: Entry, after: Game) -> frozenset[str]:
    """The players whose event differs from the one for `PLAYERS`."""
    match entry:
        case entries.PlayerKicked():
            return frozenset({entry.player_id})
        case entries.QuestionExtended(player_ids=tuple() as named):
            return frozenset(named)
        case entries.QuestionExtended() | entries.GameUnpaused() if after.phase == "question" and after.shown:
            return frozenset(after.shown.extra)
        case _:
            return frozenset()


def event_for(viewer: Viewer, entry: Entry, after: Match, *, now: int, media_url: MediaUrl) -> wire.Sequenced:
    """The one sequenced event that this entry sends this viewer; `after` is the match right after the entry."""
    game, board = after.game, after.board
    head = _head(game)
    match entry:
        case entries.GameStarted():
            return wire.GameStarted(**head, title=game.title, question_count=len(game.questions))
        case entries.QuestionOpened():
            return _opened(viewer, game, head, now, media_url)
        case entries.QuestionExtended() if viewer.role == "host" or _concerns(entry, viewer):
            named = entry.player_ids if viewer.role == "host" else None
            left = max(_remaining(game, Viewer("player", player), now) for player in named or (viewer.player_id,))
            return wire.QuestionExtended(**head, question_id=entry.question_id, remaining_ms=left, player_ids=named)
        case entries.QuestionClosed():
            return wire.QuestionClosed(
                **head, **dict(_result(game, entry.question_id)), leaderboard=_top(game, board), **_teams(game, board)
            )
        case entries.QuestionRegraded():
            solution = solution_of(game.keys[entry.question_id])
            podium = _podium(game, board) if game.phase == "ended" else None
            return wire.QuestionRegraded(
                **head,
                question_id=entry.question_id,
                solution=solution,
                leaderboard=_top(game, board),
                podium=podium,
                **_teams(game, board),
            )
        case entries.GamePaused():
            return wire.GamePaused(**head, reason=entry.reason)
        case entries.GameUnpaused():
            return wire.GameUnpaused(**head, **_durations(game, viewer, now))
        case entries.GameLocked():
            return wire.GameLocked(**head, locked=entry.locked)
        case entries.PlayerKicked() if viewer.role == "host":
            return wire.PlayerKicked(**head, player_id=entry.player_id, ban=entry.ban)
        case entries.PlayerKicked() if viewer.player_id == entry.player_id:
            return wire.Kicked(**head, ban=entry.ban)
        case entries.GameEnded():
            return wire.GameEnded(
                **head,
                podium=_podium(game, board),
                leaderboard=_top(game, board),
                report_id=game.game_id,
                **_teams(game, board),
            )
        case _:
            return wire.StateAdvanced(**head)


def results_for(player_id: str, entry: Entry, before: Board, after: Match) -> tuple[wire.YourResult, ...]:
    """The `your_result` events that go to a player before the event of this entry.

    A closing: one. A regrade: the regraded question, then the one on show, whose streak bonus it may have moved. The
    end: one if the player's standing changed by it.
    """
    game, board = after.game, after.board
    match entry:
        case entries.QuestionClosed():
            return (_your_result(game, board, player_id, entry.question_id),)
        case entries.QuestionRegraded():
            shown = game.shown.question_id if game.shown is not None and game.phase == "result" else None
            questions = dict.fromkeys([entry.question_id, shown or entry.question_id])
            return tuple(_your_result(game, board, player_id, question) for question in questions)
        case entries.GameEnded() if game.closed and _standing(before, player_id) != _standing(board, player_id):
            return (_your_result(game, board, player_id, list(game.closed)[-1]),)
        case _:
            return ()


def state_for_player(
    match: Match,
    player: PlayerRow,
    answer: AnswerRow | None,
    *,
    player_count: int,
    now: int,
    media_url: MediaUrl,
) -> wire.State:
    """The snapshot for a player. `answer`: their stored answer to the question on show, if there is one."""
    game, board = match.game, match.board
    viewer = Viewer("player", player.player_id)
    standing, shown = board.of(player.player_id), _on_show(game)
    own = own_answer(answer) if answer is not None and shown and answer.question_id == shown.question_id else None
    result = shown is not None and game.phase == "result"
    me = wire.Me(
        player_id=player.player_id,
        nickname=player.nickname,
        team=player.team,
        score=standing.score if standing else 0,
        rank=standing.rank if standing else 0,
        streak=standing.streak if standing else 0,
        answer=own,
        result=_your_result(game, board, player.player_id, shown.question_id) if shown and result else None,
    )
    return wire.State(**_state(viewer, match, player_count, now, media_url), me=me)


def state_for_host(
    match: Match,
    players: Sequence[wire.RosterPlayer],
    *,
    answered: int,
    of: int,
    host_key: str | None,
    now: int,
    media_url: MediaUrl,
) -> wire.State:
    """The snapshot for a host. `answered` and `of` are the live counters of an open question."""
    game = match.game
    shown = _on_show(game)
    closed = game.closed.get(shown.question_id) if shown is not None else None
    return wire.State(
        **_state(HOST, match, len(players), now, media_url),
        players=tuple(players),
        answered=0 if shown is None else closed.answered if closed else answered,
        of=0 if shown is None else closed.of if closed else of,
        solution=None if shown is None else solution_of(game.keys[shown.question_id]),
        host_key=host_key,
    )


def _head(game: Game) -> dict[str, Any]:
    return {"game_id": game.game_id, "seq": game.seq, "phase": game.phase}


def _on_show(game: Game) -> Shown | None:
    return game.shown if game.phase in ("question", "result") else None


def _state(viewer: Viewer, match: Match, player_count: int, now: int, media_url: MediaUrl) -> dict[str, Any]:
    """What snapshots of all viewers hold."""
    game, board, shown = match.game, match.board, _on_show(match.game)
    ended = game.phase == "ended"
    return {
        **_head(game),
        "pin": game.pin,
        "paused": game.paused,
        "pause_reason": game.pause_reason,
        "locked": game.locked,
        "title": game.title,
        "question_count": len(game.questions),
        "settings": game.settings,
        "player_count": player_count,
        "question": None if shown is None else _question(viewer, game, shown.index, media_url),
        **_durations(game, viewer, now),
        "result": _result(game, shown.question_id) if shown is not None and game.phase == "result" else None,
        "leaderboard": _top(game, board) if board.seq else None,
        **(_teams(game, board) if board.seq else {}),
        "podium": _podium(game, board) if ended else None,
        "report_id": game.game_id if ended else None,
    }


def _opened(viewer: Viewer, game: Game, head: dict[str, Any], now: int, media_url: MediaUrl) -> wire.QuestionOpened:
    shown = _on_show(game)
    if shown is None:
        raise ValueError("no question is on show")
    times = _durations(game, viewer, now)
    return wire.QuestionOpened(
        **head,
        question=_question(viewer, game, shown.index, media_url),
        opens_in_ms=times["opens_in_ms"],
        closes_in_ms=times["remaining_ms"],
        solution=solution_of(game.keys[shown.question_id]) if viewer.role == "host" else None,
    )


def _concerns(entry: entries.QuestionExtended, viewer: Viewer) -> bool:
    return entry.player_ids is None or viewer.player_id in entry.player_ids


def _durations(game: Game, viewer: Viewer, now: int) -> dict[str, int]:
    """While a question is open: until it opens, and until this viewer's deadline. Hosts see that of the class."""
    if game.phase != "question" or game.shown is None:
        return {}
    opens_in = max(0, game.shown.opens_at - game.running_time(now))
    return {"opens_in_ms": opens_in, "remaining_ms": _remaining(game, viewer, now)}


def _remaining(game: Game, viewer: Viewer, now: int) -> int:
    if game.shown is None:
        return 0
    return max(0, game.shown.deadline(viewer.player_id) - game.running_time(now))


def _question(viewer: Viewer, game: Game, index: int, media_url: MediaUrl) -> wire.GameQuestion:
    question = game.questions[index]
    whole = viewer.role == "host" or game.settings.question_on_phone
    texts = whole or question.type == "order"  # an order cannot be given without reading what is to be ordered
    options = tuple(
        wire.GameOption(
            id=option.id,
            text=option.text if texts else "",
            media=_media(question, option.media, media_url) if texts else None,
        )
        for option in question.options
    )
    return wire.GameQuestion(
        id=question.id,
        index=index,
        total=len(game.questions),
        type=question.type,
        text=question.text if whole else "",
        media=_media(question, question.media, media_url) if whole else None,
        options=options or None,
        time_limit_ms=question.time_limit_ms,
        points=question.points,
        min=question.min,
        max=question.max,
        step=question.step,
        unit=question.unit,
    )


def _media(question: FrozenQuestion, media: Media | None, media_url: MediaUrl) -> Media | None:
    return None if media is None else Media(url=media_url(question.id, media.url), alt=media.alt)


def solution_of(key: Key) -> wire.Solution:
    """The key as viewers are shown it once they may see it."""
    return wire.Solution(
        option_ids=key.option_ids or None,
        accepted=key.accepted or None,
        number=key.number,
        tolerance=key.tolerance if key.number is not None else None,
        order_ids=key.order_ids or None,
        void=True if key.void else None,
    )


def _result(game: Game, question_id: str) -> wire.QuestionResult:
    closed = game.closed[question_id]
    question = game.question(question_id)
    return wire.QuestionResult(
        question_id=question_id,
        solution=solution_of(game.keys[question_id]),
        explanation=question.explanation if question is not None else None,
        counts=closed.counts,
        answered=closed.answered,
        of=closed.of,
    )


def ranks_are_shown(game: Game) -> bool:
    """Whether anybody is sent a ranking of others."""
    return game.settings.show_leaderboard and game.settings.scoring != "survey"


def _rows(game: Game, board: Board, size: int) -> tuple[wire.LeaderboardRow, ...]:
    if not ranks_are_shown(game):
        return ()
    return tuple(
        wire.LeaderboardRow(player_id=s.player_id, nickname=s.nickname, score=s.score, rank=s.rank, delta=s.delta)
        for s in board.standings[:size]
    )


def _top(game: Game, board: Board) -> tuple[wire.LeaderboardRow, ...]:
    return _rows(game, board, game.settings.leaderboard_size)


def _podium(game: Game, board: Board) -> tuple[wire.LeaderboardRow, ...]:
    return _rows(game, board, PODIUM)


def _teams(game: Game, board: Board) -> dict[str, Any]:
    if not game.settings.teams or not ranks_are_shown(game):
        return {}
    return {"team_leaderboard": tuple(wire.TeamRow(**dict(placing)) for placing in board.teams)}


def _standing(board: Board, player_id: str) -> tuple[int, int, int] | None:
    standing = board.of(player_id)
    return None if standing is None else (standing.score, standing.rank, standing.streak)


def _your_result(game: Game, board: Board, player_id: str, question_id: str) -> wire.YourResult:
    """A player who came after the closing has a result, too: nothing answered, no rank yet."""
    result = board.results.get(question_id, {}).get(player_id) or Result("none")
    standing = board.of(player_id)
    return wire.YourResult(
        **{**_head(game), "seq": board.seq},
        question_id=question_id,
        status=result.status,
        points=result.points,
        parts=result.parts,
        score=standing.score if standing else 0,
        rank=standing.rank if standing else 0,
        streak=standing.streak if standing else 0,
        ahead=_ahead(game, board, standing),
    )


def _ahead(game: Game, board: Board, standing: Standing | None) -> wire.Ahead | None:
    above = board.ahead_of(standing) if standing is not None and ranks_are_shown(game) else None
    return (
        None
        if above is None or standing is None
        else wire.Ahead(nickname=above.nickname, gap=above.score - standing.score)
    )
