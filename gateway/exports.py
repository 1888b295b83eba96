"""Everything held about one account, gathered from the services into one zip."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import orjson

from edkit.contracts.accounts import ExportAccount
from edkit.contracts.common import PageQuery
from edkit.contracts.game_messages import ListGames
from edkit.contracts.quizzes import GetQuiz, ListQuizzes
from edkit.contracts.reports import GetGameReport
from edkit.errors import Conflict, Forbidden, NotFound
from edkit.message import Request
from gateway.desk import Visit

README = """This is everything the product holds about your account.

account.json, classes_*.json, sign_ins.json  who you are here, your classes, where you are signed in
quizzes/   your quizzes, as they are written; each can be imported again
games/     the games you hosted, with their reports

Answers that you gave in games of others belong to the reports of their teachers.
"""


async def zip_of(visit: Visit) -> bytes:
    """The zip. Raises Unavailable or TimedOut when a service does not answer: an export is whole or not at all."""
    files: dict[str, Any] = {"README.txt": README}
    for file in orjson.loads(await visit.raw(ExportAccount())):
        files[file["name"]] = file["content"]
    async for name, content in _taught(visit):
        files[name] = content
    return await asyncio.to_thread(_zipped, files)


async def _taught(visit: Visit) -> AsyncIterator[tuple[str, Any]]:
    """What only those have who may write quizzes."""
    if visit.actor.role == "student":
        return
    async for quiz in _pages(visit, lambda query: ListQuizzes(query=query)):
        yield f"quizzes/{quiz['id']}.json", await _one(visit, GetQuiz(quiz_id=quiz["id"]))
    async for game in _pages(visit, lambda query: ListGames(query=query)):
        yield f"games/{game['id']}.json", game
        if (report := await _one(visit, GetGameReport(game_id=game["id"]))) is not None:
            yield f"games/{game['id']}-report.json", report


async def _one(visit: Visit, sent: Request[Any]) -> Any:
    try:
        return orjson.loads(await visit.raw(sent))
    except (NotFound, Conflict):
        return None  # gone meanwhile, or a game that has not ended


async def _pages(visit: Visit, make: Any) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        try:
            page = orjson.loads(await visit.raw(make(PageQuery(limit=100, cursor=cursor))))
        except Forbidden:
            return
        for item in page["items"]:
            yield item
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _zipped(files: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else orjson.dumps(content, option=orjson.OPT_INDENT_2)
            archive.writestr(name, data)
    return buffer.getvalue()
