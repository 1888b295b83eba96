"""The results of a game in full, for reports: folded anew from the rows, as they stand by the keys in force."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edkit.contracts.games import Counts
from game_server.rules.board import Board, Standing, count, publish, taking_part
from game_server.rules.entries import FrozenQuestion, Key
from game_server.rules.game import Game
from game_server.rules.rows import AnswerRow, PlayerRow, Rows
from game_server.rules.scoring import Result


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """A closed question: how it was asked, how it is judged, what was answered."""

    question: FrozenQuestion
    key: Key
    counts: Counts
    answered: int
    of: int


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """A player and one closed question. `row` is None where nothing was answered."""

    question_id: str
    result: Result
    row: AnswerRow | None


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """A player's place and their answers to the closed questions, in order of closing."""

    player: PlayerRow
    standing: Standing
    answers: tuple[AnswerReport, ...]


def questions_of(game: Game) -> tuple[QuestionReport, ...]:
    """The closed questions, in order of closing."""
    by_id = {question.id: question for question in game.questions}
    return tuple(
        QuestionReport(by_id[question_id], game.keys[question_id], closed.counts, closed.answered, closed.of)
        for question_id, closed in game.closed.items()
    )


def players_of(game: Game, players: Sequence[PlayerRow], rows: Rows) -> tuple[PlayerReport, ...]:
    """Everybody who took part and was not kicked, in order of rank. `rows` holds the rows of every closed question."""
    there = taking_part(game, players, game.seq + 1)
    board, results = Board(), {}
    for question_id in game.closed:
        board = count(replace(board, results={}), game, question_id, rows.get(question_id, ()), there)
        results[question_id] = board.results[question_id]
    board = publish(board, game, there, game.seq, len(there))
    found = {(row.question_id, row.player_id): row for of in rows.values() for row in of}
    by_id = {player.player_id: player for player in there}
    return tuple(
        PlayerReport(
            by_id[standing.player_id],
            standing,
            tuple(
                AnswerReport(question_id, of[standing.player_id], found.get((question_id, standing.player_id)))
                for question_id, of in results.items()
            ),
        )
        for standing in board.standings
    )
