"""The scoreboard: a pure fold over the answer rows of closed questions, in the order of their closing.

Tallies move at every closing and regrade; places are given out only where a board is published: at closing, regrading
and ending. Between two of these a board stands still, whoever joins or leaves.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from edkit.contracts.games import ScoreChange
from game_server.rules.entries import Placing, Published, TeamPlacing, canonical
from game_server.rules.game import Game
from game_server.rules.rows import AnswerRow, PlayerRow, Rows
from game_server.rules.scoring import Result, counts_for_score, round_half_up, score

PODIUM = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """What one player has gathered over the closed questions."""

    score: int = 0
    time_ms: int = 0
    streak: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One player's place on a published board."""

    player_id: str
    nickname: str
    team: str | None
    score: int
    time_ms: int
    streak: int
    rank: int
    delta: int

    @property
    def placing(self) -> Placing:
        return Placing(player_id=self.player_id, score=self.score, rank=self.rank, delta=self.delta)


@dataclass(frozen=True, slots=True)
class Board:
    """The board as last published, by entry `seq` (0: not yet).

    `standings` in order of rank; `places` finds a player in them. `results` holds each player's result of the question
    on show and, after a regrade, of the one regraded. `limit_ms` is the answer time of who answered nothing.
    """

    seq: int = 0
    standings: tuple[Standing, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    teams: tuple[TeamPlacing, ...] = ()
    joined: int = 0
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    limit_ms: int = 0
    results: Mapping[str, Mapping[str, Result]] = field(default_factory=dict)

    def of(self, player_id: str) -> Standing | None:
        """The player's place, if they are on the board."""
        place = self.places.get(player_id)
        return None if place is None else self.standings[place]

    def ahead_of(self, standing: Standing) -> Standing | None:
        """Who is one rank higher."""
        return self.standings[standing.rank - 2] if standing.rank > 1 else None

    def published(self, size: int) -> Published:
        """As an entry records it."""
        return Published(
            joined=self.joined,
            top=tuple(standing.placing for standing in self.standings[: max(size, PODIUM)]),
            teams=self.teams,
            scores_hash=scores_hash(self),
        )


def taking_part(game: Game, players: Iterable[PlayerRow], seq: int) -> list[PlayerRow]:
    """Whom a board published by entry `seq` ranks, in order of joining."""
    there = (player for player in players if player.joined_seq < seq and player.player_id not in game.kicked)
    return sorted(there, key=lambda player: (player.joined_at, player.player_id))


def count(board: Board, game: Game, question_id: str, rows: Sequence[AnswerRow], players: list[PlayerRow]) -> Board:
    """The board's tallies after one more closed question, judged by the key in force; no places are given yet."""
    question, key = next(q for q in game.questions if q.id == question_id), game.keys[question_id]
    by_player = {row.player_id: row for row in rows}
    new = Tally(time_ms=board.limit_ms)
    tallies: dict[str, Tally] = {}
    results: dict[str, Result] = {}
    for player in players:
        tally = board.tallies.get(player.player_id, new)
        result, streak = score(question, key, game.settings, by_player.get(player.player_id), tally.streak)
        results[player.player_id] = result
        tallies[player.player_id] = Tally(tally.score + result.points, tally.time_ms + result.t_ms, streak)
    limit_ms = board.limit_ms + (question.time_limit_ms if counts_for_score(question, key, game.settings) else 0)
    return replace(board, tallies=tallies, limit_ms=limit_ms, results={**board.results, question_id: results})


def recount(board: Board, game: Game, rows: Rows, players: list[PlayerRow], keep: frozenset[str]) -> Board:
    """All tallies folded anew with the keys in force; results are kept of the questions named."""
    fresh = replace(board, tallies={}, limit_ms=0, results={})
    for question_id in game.closed:
        fresh = count(fresh, game, question_id, rows.get(question_id, ()), players)
    return replace(fresh, results={q: found for q, found in fresh.results.items() if q in keep})


def publish(board: Board, game: Game, players: list[PlayerRow], seq: int, joined: int) -> Board:
    """The board with places given out: by score, then total answer time, then order of joining.

    While no question was closed there is nothing to rank, and the board stays empty.
    """
    if not game.closed:
        return replace(board, seq=seq, joined=joined)
    new = Tally(time_ms=board.limit_ms)
    tallied = [(player, board.tallies.get(player.player_id, new)) for player in players]
    tallied.sort(key=lambda one: (-one[1].score, one[1].time_ms))  # stable: equals stay in order of joining
    standings = tuple(
        Standing(
            player.player_id,
            player.nickname,
            player.team,
            tally.score,
            tally.time_ms,
            tally.streak,
            rank,
            _gained(board, player.player_id, rank),
        )
        for rank, (player, tally) in enumerate(tallied, start=1)
    )
    return replace(
        board,
        seq=seq,
        joined=joined,
        standings=standings,
        places={standing.player_id: place for place, standing in enumerate(standings)},
        teams=_teams(game, standings, board.teams),
    )


def _gained(before: Board, player_id: str, rank: int) -> int:
    standing = before.of(player_id)
    return 0 if standing is None else standing.rank - rank


def _teams(game: Game, standings: Sequence[Standing], before: Sequence[TeamPlacing]) -> tuple[TeamPlacing, ...]:
    """By the exact mean of the members' scores, then in the order of the settings; without members 0."""
    names = game.settings.teams or ()
    scores = {team: [s.score for s in standings if s.team == team] for team in names}
    means = {team: Fraction(sum(of), len(of)) if of else Fraction(0) for team, of in scores.items()}
    ranks = {placing.team: placing.rank for placing in before}
    return tuple(
        TeamPlacing(
            team=team,
            score=round_half_up(means[team].numerator, means[team].denominator),
            rank=rank,
            delta=ranks.get(team, rank) - rank,
        )
        for rank, team in enumerate(sorted(names, key=lambda team: -means[team]), start=1)
    )


def scores_hash(board: Board) -> str:
    """SHA-256 over every place in order of rank: player, score, answer time, streak. Hexadecimal."""
    places = [[s.player_id, s.score, s.time_ms, s.streak] for s in board.standings]
    return hashlib.sha256(canonical(places)).hexdigest()


def changes(before: Board, after: Board) -> tuple[ScoreChange, ...]:
    """Whose score or rank differs, in the order of the later board."""
    found = []
    for now in after.standings:
        was = before.of(now.player_id)
        if was is None or (was.score, was.rank) != (now.score, now.rank):
            found.append(
                ScoreChange(
                    player_id=now.player_id,
                    nickname=now.nickname,
                    score_before=0 if was is None else was.score,
                    score_after=now.score,
                    rank_before=None if was is None else was.rank,
                    rank_after=now.rank,
                )
            )
    return tuple(found)
