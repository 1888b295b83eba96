"""`/api/games`: finding a live game by its PIN; lists, reports and logs for who hosted them."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import orjson
from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from edkit.contracts.common import Id, Page, PageQuery
from edkit.contracts.game_messages import (
    FindGame,
    GameDetails,
    GameFound,
    GameRegrade,
    GameSummary,
    GetGame,
    ListGames,
    ReadGameLog,
    RegradeGame,
)
from edkit.contracts.games import RegradeQuestion
from edkit.contracts.reports import GameReport, GetGameReport
from edkit.errors import NotFound
from edkit.message import ANONYMOUS
from gateway.desk import SignedInVisit, Visit, bearer, visit_of
from gateway.routes.route import ALWAYS, FOR_SIGNED_IN, KEYED, WITH_BODY, family, refusals

router = family("/api/games", "games", *ALWAYS)
MISSING = refusals(*FOR_SIGNED_IN, "Forbidden", "NotFound")


class GamesQuery(PageQuery):
    """A page of one's games, or the one live game with a PIN."""

    pin: str | None = Field(default=None, max_length=20, description="Six digits: look up the live game that has them.")


@router.get(
    "",
    response_model=GameFound | Page[GameSummary],
    responses=refusals("Unauthenticated", "TimedOut", "NotFound", "Forbidden", "Invalid"),
    openapi_extra={"security": [{}, {bearer.scheme_name: []}]},
)
async def find_or_list_games(request: Request, query: Annotated[GamesQuery, Query()]) -> Response:
    """With `pin`: the live game that has it, for anyone. Without: one's games, past and live, the newest first."""
    if query.pin is None:
        asked = PageQuery(limit=query.limit, cursor=query.cursor, q=query.q)
        return await (await bearer(request)).ask(ListGames(query=asked))
    visit = visit_of(request, ANONYMOUS)
    digits = "".join(letter for letter in query.pin if not letter.isspace())
    await visit.desk.limits.before_pin(visit.address, digits)
    try:
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise NotFound("A PIN has six digits. Check the board.", code="game_not_found")
        found = await visit.ask(FindGame(pin=digits))
    except NotFound:
        await visit.desk.limits.wrong_pin(visit.address)
        raise
    await visit.desk.limits.right_pin(visit.address, digits)
    return found


@router.get("/{game_id}", response_model=GameDetails, responses=MISSING)
async def get_game(visit: SignedInVisit, game_id: Id) -> Response:
    """One of one's games."""
    return await visit.ask(GetGame(game_id=game_id))


@router.get("/{game_id}/report", response_model=GameReport, responses={**MISSING, **refusals("Conflict", "Invalid")})
async def get_report(
    visit: SignedInVisit, game_id: Id, format: Annotated[Literal["json"], Query()] = "json"
) -> Response:
    """The report of an ended game. 409 `report_pending` with `Retry-After` until it is stored."""
    return await visit.ask(GetGameReport(game_id=game_id))


_LINES = {"description": "JSON lines: entries with their hash chain, the answers after each closing."}


@router.get(
    "/{game_id}/log",
    response_class=Response,
    responses={200: {**_LINES, "content": {"application/x-ndjson": {}}}, **MISSING},
)
async def read_log(visit: SignedInVisit, game_id: Id) -> Response:
    """The log of a game as JSON lines, one page of it in memory at a time."""
    first = await visit.raw(ReadGameLog(game_id=game_id))
    headers = {"Content-Disposition": f'attachment; filename="game-{game_id}.jsonl"', "Cache-Control": "no-store"}
    return StreamingResponse(_lines(visit, game_id, first), headers=headers, media_type="application/x-ndjson")


async def _lines(visit: Visit, game_id: str, page: bytes) -> AsyncIterator[bytes]:
    while True:
        read: dict[str, Any] = orjson.loads(page)
        if read["items"]:
            yield b"".join(orjson.dumps(line) + b"\n" for line in read["items"])
        if read["next_cursor"] is None:
            return
        page = await visit.raw(ReadGameLog(game_id=game_id, cursor=read["next_cursor"]))


@router.post(
    "/{game_id}/regrade",
    response_model=GameRegrade,
    responses={**MISSING, **refusals(*WITH_BODY, "Conflict")},
    openapi_extra=KEYED,
)
async def regrade_game(visit: SignedInVisit, game_id: Id, body: RegradeQuestion) -> Response:
    """Give a closed question a new key; every score is computed anew."""
    return await visit.do(lambda _: RegradeGame(game_id=game_id, regrade=body))
