"""Everything held about one account, gathered from the services into one zip."""

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable
from typing import IO, Any

import orjson

from edkit.contracts.accounts import ExportAccount, ExportQuizData
from edkit.contracts.common import PageQuery
from edkit.contracts.files import FileLocation, ReadFile
from edkit.contracts.game_messages import ListGames
from edkit.contracts.quizzes import GetQuiz, ListQuizzes
from edkit.contracts.reports import GetGameReport
from edkit.errors import Conflict, NotFound, TooMany
from edkit.message import Request
from gateway.desk import Visit

IN_MEMORY = 4 * 2**20
"""Bytes of a zip that are not written to a temporary file."""

PIECE = 256 * 1024

AT_ONCE = 2
"""Exports gathered at the same time: each may read and write gigabytes of uploads."""

README = """This is everything the product holds about your account.

account.json, classes_*.json, sign_ins.json  who you are here, your classes, where you are signed in
quizzes/       your quizzes, as they are written; each can be imported again
files/         what you uploaded; files.json lists it
drafts.json    quizzes that were proposed to you, with the texts they were made of
games/         the games you hosted, with their reports
results.json   your own results in games of others where you were signed in
"""


async def zip_of(visit: Visit) -> AsyncIterator[bytes]:
    """The zip in pieces. Raises, before the first piece, when a service does not answer: it is whole or not at all.

    TooMany while one of the same account is gathered, or `AT_ONCE` of others.
    """
    gathering: set[str] = visit.desk.runtime.state.setdefault("exports", set())
    if visit.actor.id in gathering or len(gathering) >= AT_ONCE:
        raise TooMany("Data is being gathered already. Wait a moment, then ask again.", retry_after_ms=15_000)
    gathering.add(visit.actor.id)
    try:
        return _pieces(await _gathered(visit))
    finally:
        gathering.discard(visit.actor.id)


async def _gathered(visit: Visit) -> IO[bytes]:
    store = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by `_pieces`
    try:
        with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as archive:
            async for name, content in _held(visit):
                packed = (
                    zipfile.ZIP_STORED if name.startswith("files/") else zipfile.ZIP_DEFLATED
                )  # pictures are packed
                await asyncio.to_thread(archive.writestr, name, content, packed)
    except BaseException:
        store.close()
        raise
    return store


async def _pieces(store: IO[bytes]) -> AsyncIterator[bytes]:
    with store:
        store.seek(0)
        while piece := await asyncio.to_thread(store.read, PIECE):
            yield piece


async def _held(visit: Visit) -> AsyncIterator[tuple[str, bytes]]:
    """Names and contents of all files of the zip."""
    yield "README.txt", README.encode()
    for sent in (ExportAccount(), ExportQuizData()):
        for file in orjson.loads(await visit.raw(sent)):
            yield file["name"], _json(file["content"])
            if file["name"] == "files.json":
                async for upload in _uploads(visit, file["content"]):
                    yield upload
    async for quiz in _pages(visit, lambda query: ListQuizzes(query=query)):
        if (whole := await _one(visit, GetQuiz(quiz_id=quiz["id"]))) is not None:
            yield f"quizzes/{quiz['id']}.json", _json(whole)
    async for game in _pages(visit, lambda query: ListGames(query=query)):
        yield f"games/{game['id']}.json", _json(game)
        if (report := await _one(visit, GetGameReport(game_id=game["id"]))) is not None:
            yield f"games/{game['id']}-report.json", _json(report)


async def _uploads(visit: Visit, files: list[dict[str, Any]]) -> AsyncIterator[tuple[str, bytes]]:
    for file in files:
        try:
            location = FileLocation.model_validate_json(await visit.raw(ReadFile(file_id=file["file_id"])))
            content = await visit.desk.runtime.blobs.read(location.area, location.sha256)
        except (NotFound, FileNotFoundError):
            continue  # deleted meanwhile, or an upload that was never used and has been swept
        yield f"files/{file['file_id']}-{file['name']}", content


async def _one(visit: Visit, sent: Request[Any]) -> Any:
    try:
        return orjson.loads(await visit.raw(sent))
    except (NotFound, Conflict):
        return None  # gone meanwhile, or a game that has not ended


async def _pages(visit: Visit, make: Callable[[PageQuery], Request[Any]]) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = orjson.loads(await visit.raw(make(PageQuery(limit=100, cursor=cursor))))
        for item in page["items"]:
            yield item
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _json(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)
