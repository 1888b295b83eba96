"""The final record R: what the store says about each game, read from the database file and through the server."""

import contextlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.chaos.history import Entry, FinalGame, Row, StoredPlayer
from tests.chaos.hosts import Api
from tests.chaos.scoring import PUBLISHING, board_at


def read_games(data: Path) -> dict[str, FinalGame]:
    """Every game of the game server's SQLite file. Safe while the server runs: the file is opened for reading only."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'game_server.db'}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        games = [row["id"] for row in database.execute("SELECT id FROM games")]
        return {game: _read_game(database, game) for game in games}


def _read_game(database: sqlite3.Connection, game: str) -> FinalGame:
    def rows(table: str, order: str) -> list[sqlite3.Row]:
        return list(database.execute(f"SELECT * FROM {table} WHERE game_id = ? ORDER BY {order}", (game,)))

    bodies = [(row["seq"], json.loads(row["body"])) for row in rows("entries", "seq")]
    created = bodies[0][1]
    kicked = {body["player_id"]: seq for seq, body in bodies if body["type"] == "player_kicked"}
    return FinalGame(
        game=game,
        quiz={"questions": [_question(question) for question in created["questions"]]},
        settings=created["settings"],
        entries=tuple(Entry(seq, body["type"], body["at"], body) for seq, body in bodies),
        rows=tuple(
            Row(
                game=game,
                question=row["question_id"],
                player=row["player_id"],
                answer_id=row["answer_id"],
                choice=json.loads(row["choice"]),
                received_ms=row["received_ms"],
                credit_ms=row["credit_ms"],
                received_at=row["received_at"],
                seq=row["seq"],
            )
            for row in rows("answers", "question_id, player_id")
        ),
        players=tuple(
            StoredPlayer(row["id"], row["nickname"], order, row["joined_seq"], kicked.get(row["id"]))
            for order, row in enumerate(rows("players", "joined_at, id"), start=1)
        ),
    )


def _question(frozen: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": frozen["id"],
        "type": frozen["type"],
        "points": frozen["points"],
        "time_limit_ms": frozen["time_limit_ms"],
        "options": {option["id"]: option["text"] for option in frozen.get("options", [])},
        "key": frozen["key"],
    }


async def read_report(api: Api, token: str, game: str) -> list[list[Any]]:
    """[player, score, rank] of everybody as the report tells it over HTTP."""
    report = await api.ask("GET", f"/api/games/{game}/report?format=json", token=token)
    return [[row["player_id"], row["score"], row["rank"]] for row in report["players"]]


def board_of_rows(game: FinalGame) -> list[list[Any]]:
    """[player, score, rank] of everybody, worked out from the rows."""
    last = [entry.seq for entry in game.entries if entry.event in PUBLISHING][-1]
    return [[place.player, place.score, place.rank] for place in board_at(game, last)]
