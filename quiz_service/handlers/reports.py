"""The reports of ended games: fetched from the game server, stored by version, read by the game's owner."""

import asyncio
from dataclasses import dataclass

from edkit.cache import read_through
from edkit.contracts.game_messages import GameFinished, GameRegraded, GameResults, GetGame, GetGameResults
from edkit.contracts.reports import GameReport, GetGameReport
from edkit.errors import Conflict, Unavailable
from edkit.message import SYSTEM, Ready
from edkit.service import Context
from quiz_service.reporting import build_report
from quiz_service.repository.quizzes import QuizRepository
from quiz_service.repository.reports import ReportRepository

FETCH_SECONDS = 30.0  # one page
KEPT_S = 300.0
"""For how long a report stays in the cache, and the name of an erased person in it, out of everybody's reach."""
RESTARTS = 5  # a regrade in the middle of the pages begins them anew


@dataclass(frozen=True)
class Fetched:
    """A report ready to be stored."""

    report: GameReport
    owner: str
    text: str


async def fetch_results(event: GameFinished | GameRegraded, ctx: Context) -> Fetched:
    """Before the transaction: all pages of the results at one version, made into the report."""
    for _ in range(RESTARTS):
        pages = await _pages(event.game_id, ctx)
        if pages:
            return await asyncio.to_thread(_made, pages)
    raise Unavailable(f"The results of game {event.game_id} keep changing while they are read.")


async def record_results(event: GameFinished | GameRegraded, ctx: Context) -> None:
    """Store the report, unless one of the same or a later version is there. The quiz remembers that it was played."""
    fetched: Fetched = ctx.prepared
    await ReportRepository(ctx.session).store(fetched.report, fetched.text, owner=fetched.owner, now=ctx.now)
    ended_at = round(fetched.report.ended_at.timestamp() * 1000)
    await QuizRepository(ctx.session).mark_played(fetched.report.quiz_id, at=ended_at)


async def check_pending(cmd: GetGameReport, ctx: Context) -> None:
    """Before the transaction: where no report is stored, tell the owner of the game that it is on its way."""
    async with ctx.runtime.database.read() as session:
        if await ReportRepository(session).is_stored(cmd.game_id):
            return
    await ctx.bus.call(GetGame(game_id=cmd.game_id), actor=ctx.actor)
    raise Conflict(
        "The report is not ready. It comes within seconds of the game's end.",
        code="report_pending",
        retry_after_ms=2000,
    )


async def get_game_report(cmd: GetGameReport, ctx: Context) -> Ready:
    """The stored report of the actor's own game."""
    repository = ReportRepository(ctx.session)
    edition = await repository.edition_for(ctx.actor, cmd.game_id)

    async def make() -> tuple[str, bytes]:
        read, text = await repository.report_for(ctx.actor, cmd.game_id)
        return read.key, GameReport.model_validate_json(text).model_dump_json().encode()

    return Ready(await read_through(ctx.cache, edition.key, KEPT_S, make))


async def _pages(game_id: str, ctx: Context) -> list[GameResults] | None:
    """All pages, or nothing when the version changed between two of them."""
    pages: list[GameResults] = []
    cursor: str | None = None
    while not pages or cursor:
        request = GetGameResults(game_id=game_id, cursor=cursor)
        page = await ctx.bus.call(request, actor=SYSTEM, timeout=FETCH_SECONDS)
        if pages and page.version != pages[0].version:
            return None
        pages.append(page)
        cursor = page.next_cursor
    return pages


def _made(pages: list[GameResults]) -> Fetched:
    report = build_report(pages)
    return Fetched(report, pages[0].owner_id, report.model_dump_json())
