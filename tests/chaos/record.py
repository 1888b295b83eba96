"""The final record R: what the store says about each game, read from the database and through the servers."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, create_engine, text

from tests.chaos.history import Entry, FinalGame, Row, StoredPlayer
from tests.chaos.hosts import Api
from tests.chaos.scoring import PUBLISHING, board_at
from tests.chaos.stage import Stage
from tests.chaos.wire import Wire


def read_games(url: str) -> dict[str, FinalGame]:
    """Every game of the game server's database; safe while servers run. Blocking."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            games = [row["id"] for row in connection.execute(text("SELECT id FROM games")).mappings()]
            return {game: _read_game(connection, game) for game in games}
    finally:
        engine.dispose()


def _read_game(connection: Connection, game: str) -> FinalGame:
    def rows(table: str, order: str) -> Sequence[RowMapping]:
        query = text(f"SELECT * FROM {table} WHERE game_id = :game ORDER BY {order}")
        return connection.execute(query, {"game": game}).mappings().all()

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


async def read_boards(stage: Stage, base: str, token: str, games: Sequence[str]) -> dict[str, list[list[Any]]]:
    """[player, score, rank] of everybody in these games, as one server shows their owner; nothing if it shows none."""
    wire = Wire(stage.http, base, lambda *_: None)
    boards = {}
    await wire.open({"token": token}, patience_s=30)
    try:
        for game in games:
            ack = await wire.ask("resume_game", {"game_id": game}, patience_s=30)
            while not ack["ok"] and (wait := ack["error"].get("retry_after_ms")):
                await asyncio.sleep(wait / 1000)
                ack = await wire.ask("resume_game", {"game_id": game}, patience_s=30)
            board = ack["state"].get("leaderboard", [])
            boards[game] = [[place["player_id"], place["score"], place["rank"]] for place in board]
    finally:
        await wire.close()
    return boards


def board_of_rows(game: FinalGame) -> list[list[Any]]:
    """[player, score, rank] of everybody, worked out from the rows."""
    last = [entry.seq for entry in game.entries if entry.event in PUBLISHING][-1]
    return [[place.player, place.score, place.rank] for place in board_at(game, last)]
