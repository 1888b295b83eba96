"""Housekeeping: what nobody can reach any more is removed."""

from edkit import log
from edkit.service import Runtime
from quiz_service.repository.drafts import DraftRepository
from quiz_service.repository.files import FileRepository
from quiz_service.repository.quizzes import QuizRepository

logger = log.get(__name__)
EVERY_S = 3600.0
STAGED_S = 24 * 3600


async def sweep_forever(runtime: Runtime) -> None:
    """Once an hour, until cancelled. A failure is logged and tried again the next hour."""
    while True:
        await runtime.clock.sleep(EVERY_S)
        try:
            await sweep(runtime)
        except Exception:
            logger.exception("sweep_failed")


async def sweep(runtime: Runtime) -> None:
    """Removes quizzes deleted 30 days ago with their drafts, drafts untouched for 90 days, uploads not used for a day,
    and bytes that no file row needs.

    Rows go first: a crash in between leaves bytes too many, never a row without its bytes.
    """
    now = runtime.clock.now()
    async with runtime.database.write() as session:
        purged = await QuizRepository(session).purge(now=now)
        drafts = await DraftRepository(session).purge(now=now)
        await FileRepository(session).forget_staged(before=now - STAGED_S * 1000)
        loose = await FileRepository(session).forget_deleted()
    for sha256 in loose:
        await runtime.blobs.delete("main", sha256)
    swept = await runtime.blobs.sweep_stage(STAGED_S)
    if purged or drafts or loose or swept:
        logger.info("swept", quizzes=purged, drafts=drafts, contents=len(loose), staged=swept)
