"""`edtech game verify GAME`: are the log and the rows of a game still what was played?"""

import argparse
import sys

from sqlalchemy import select

from edkit.db import Database
from edkit.service import Command, Runtime
from game_server import models
from game_server.roster import Roster
from game_server.rules.verify import Fault, LogLine, verify


async def verify_game(runtime: Runtime, game_id: str) -> list[str]:
    """What is wrong with a stored game, one sentence each; empty when every hash agrees."""
    database = runtime.database
    lines = await _lines(database, game_id)
    if not lines:
        return [f"There is no game {game_id}."]
    table = models.answers
    async with database.read() as session:
        used = select(table.c.question_id).where(table.c.game_id == game_id).distinct()
        questions = list((await session.execute(used)).scalars())
    roster = Roster(database)
    found = verify(lines, await roster.players(game_id), await roster.answers(game_id, questions))
    faults = [str(found)] if isinstance(found, Fault) else []
    return [*faults, *await _row_faults(database, game_id, lines)]


async def _lines(database: Database, game_id: str) -> list[LogLine]:
    table = models.entries
    query = select(table).where(table.c.game_id == game_id).order_by(table.c.seq)
    async with database.read() as session:
        return [LogLine(row.seq, row.body.encode(), row.hash) for row in (await session.execute(query)).all()]


async def _row_faults(database: Database, game_id: str, lines: list[LogLine]) -> list[str]:
    """The game's own row must say what its log says."""
    async with database.read() as session:
        row = (await session.execute(select(models.games).where(models.games.c.id == game_id))).first()
    if row is None:
        return [f"The row of game {game_id} is missing."]
    newest = lines[-1]
    if (row.seq, row.head) != (newest.seq, newest.hash):
        return [f"The row of the game stands at entry {row.seq}, its log ends with {newest.seq}."]
    return []


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("game", metavar="GAME", help="the game's id, as in its report")


async def _run(runtime: Runtime, chosen: argparse.Namespace) -> int:
    faults = await verify_game(runtime, chosen.game)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    if not faults:
        sys.stdout.write(f"Game {chosen.game} is as it was played: log, answers and scores agree.\n")
    return 1 if faults else 0


verify_command = Command("game verify", "check that a stored game is as it was played", _arguments, _run)
