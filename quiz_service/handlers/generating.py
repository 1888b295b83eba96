"""Quizzes that a job makes: what is asked for, what the job gets to work with, what it brings back, how it ends."""

from edkit.contracts.drafts import (
    GenerateQuiz,
    Generating,
    GetWishSource,
    QuizDraft,
    QuizWish,
    RegenerateItem,
    SavedDraft,
    SaveGeneratedQuiz,
    WishSource,
    arguments_of,
)
from edkit.contracts.jobs import GetQuizIntent, Job, JobEnded, RunJob
from edkit.errors import Conflict, Invalid, NotFound
from edkit.message import Actor
from edkit.service import Context
from quiz_service.handlers.quizzes import check_writer
from quiz_service.proposals import cut, item_of, offered, proposed, title_of, with_item
from quiz_service.repository.draft_jobs import DraftJob, DraftJobRepository, JobNotFound
from quiz_service.repository.drafts import DraftNotFound, DraftRepository
from quiz_service.repository.editions import moment
from quiz_service.repository.files import FileNotFound, FileRepository


class DocumentNotFound(NotFound):
    """No document has this id."""

    code = "document_not_found"
    message = "This document is not here, or it is not yours. Upload the file itself instead."


class NothingUsable(Invalid):
    """Not one of the proposed questions can be played."""

    code = "nothing_usable"
    message = "Not one of the proposed questions can be played, so none was stored. Try again, or with another text."


class DraftAccepted(Conflict):
    """The draft has become a quiz."""

    code = "draft_accepted"
    message = "This draft has become a quiz, and is not changed any more. Change the quiz instead."


class DraftNotReady(Conflict):
    """The questions of the draft are not there."""

    code = "draft_not_ready"
    message = "The questions of this draft are not there. Wait until they are, or try again if they could not be made."


class Decided(Conflict):
    """The teacher has changed, kept or dropped the question in whose place another was being made."""

    code = "decided"
    message = "You decided on this question while another one was being made, so yours was left as it is."


async def generate_quiz(cmd: GenerateQuiz, ctx: Context) -> Generating:
    """See GenerateQuiz. Students: Forbidden. NotFound naming the field of a file that is not the actor's."""
    check_writer(ctx.actor)
    if await _is_known(ctx, cmd.job_id, cmd.draft_id, None):
        return Generating(job_id=cmd.job_id, draft_id=cmd.draft_id)
    wish = cmd.wish.model_copy(update={"file_ids": tuple(dict.fromkeys(cmd.wish.file_ids))})
    names = await _file_names(wish, ctx)
    title = title_of(wish, names)
    await _begin(ctx, DraftJob(cmd.job_id, cmd.draft_id, ctx.actor.id, title, ctx.now))
    draft = QuizDraft(
        id=cmd.draft_id,
        job_id=cmd.job_id,
        title=wish.title or title,
        status="generating",
        item_count=0,
        decided=0,
        created_at=moment(ctx.now),
        updated_at=moment(ctx.now),
        wish=wish,
        source_names=names,
        language=wish.language,
        version=1,
    )
    await DraftRepository(ctx.session).add(draft, owner=ctx.actor.id, now=ctx.now)
    return Generating(job_id=cmd.job_id, draft_id=cmd.draft_id)


async def regenerate_item(cmd: RegenerateItem, ctx: Context) -> Generating:
    """See RegenerateItem. The question is undecided from now on: what is decided until the new one comes, stays."""
    check_writer(ctx.actor)
    repository = DraftRepository(ctx.session)
    draft = await repository.draft_for(ctx.actor, cmd.draft_id, lock=True)
    if not await _is_known(ctx, cmd.job_id, cmd.draft_id, cmd.item_id):
        check_ready(draft)
        item = item_of(draft, cmd.item_id)
        if item.job_id is not None:
            says = "Another question is being made in place of this one already. Wait for it, or decide on this one."
            raise Conflict(says, code="under_way")
        title = cut(f"Another question for {draft.title}")
        job = DraftJob(cmd.job_id, draft.id, ctx.actor.id, title, ctx.now, item.id, proposed(item))
        await _begin(ctx, job)
        waiting = item.model_copy(update={"state": "proposed", "job_id": cmd.job_id})
        await repository.store(with_item(draft, waiting), now=ctx.now)
    return Generating(job_id=cmd.job_id, draft_id=cmd.draft_id)


async def get_quiz_intent(cmd: GetQuizIntent, ctx: Context) -> Job:
    """See GetQuizIntent. Once the service has heard how the job ended, it says so."""
    job = await DraftJobRepository(ctx.session).job_for(cmd.job_id, ctx.actor.id)
    return Job(
        id=job.job_id,
        kind=job.kind,
        title=job.title,
        status=job.ended or "pending",
        progress=1 if job.ended == "completed" else 0,
        error=job.error,
        created_at=moment(job.created_at),
        updated_at=moment(job.created_at),
        version=job.ended_version,
    )


async def get_wish_source(cmd: GetWishSource, ctx: Context) -> WishSource:
    """See GetWishSource. Conflict `draft_accepted` or `decided` when nothing that the job brings would be taken."""
    job = await _job(ctx, cmd.job_id)
    repository = DraftRepository(ctx.session)
    draft = await repository.draft_for(ctx.actor, job.draft_id)
    if job.saved_at is None:
        _check_wanted(draft, job)
    files = []
    for file_id in draft.wish.file_ids:
        try:
            files.append((await FileRepository(ctx.session).file_for(ctx.actor, file_id)).location())
        except FileNotFound as error:
            raise FileNotFound("The file that this quiz is made from was deleted. Upload it and begin anew.") from error
    return WishSource(
        wish=await repository.wish_of(draft),
        files=tuple(files),
        taken=tuple(item.question for item in draft.items),
        instead_of=job.instead_of,
    )


async def save_generated_quiz(cmd: SaveGeneratedQuiz, ctx: Context) -> SavedDraft:
    """See SaveGeneratedQuiz. The first to come is stored. What cannot be played is left out, and said so.

    Invalid `nothing_usable` when nothing is left; Conflict `draft_accepted` or `decided` when it came too late.
    """
    repository = DraftRepository(ctx.session)
    draft = await repository.draft_for(ctx.actor, (await _job(ctx, cmd.job_id)).draft_id, lock=True)
    job = await _job(ctx, cmd.job_id)  # as it stands now that nobody else can store
    if job.saved_at is None:
        _check_wanted(draft, job)
        draft = await repository.store(_filled(draft, cmd, job, ctx), now=ctx.now)
        await DraftJobRepository(ctx.session).mark_saved(job.job_id, now=ctx.now)
    return SavedDraft(draft_id=draft.id, item_count=draft.item_count)


async def note_end(event: JobEnded, ctx: Context) -> None:
    """The draft says how its job ended. What has brought its questions is ready, whatever happened afterwards."""
    jobs, repository = DraftJobRepository(ctx.session), DraftRepository(ctx.session)
    job = await jobs.find(event.job_id)
    if job is None or job.owner != event.owner:
        return  # its draft was thrown away, or it is no job of this service
    try:
        draft = await repository.draft_for(Actor(id=job.owner, role="system"), job.draft_id, lock=True)
    except DraftNotFound:
        return
    if await jobs.mark_ended(job.job_id, event.status, event.version, event.error):
        changed = _ended(draft, event)
        if changed != draft:
            await repository.store(changed, now=ctx.now)


def check_ready(draft: QuizDraft) -> None:
    """Raise Conflict unless the draft can be looked through."""
    if draft.status == "accepted":
        raise DraftAccepted()
    if draft.status != "ready":
        raise DraftNotReady()


def _check_wanted(draft: QuizDraft, job: DraftJob) -> None:
    """Raise Conflict if there is no place any more for what the job makes."""
    if draft.status == "accepted":
        raise DraftAccepted()
    if job.item_id is not None:
        item = item_of(draft, job.item_id)
        if item.state != "proposed" or proposed(item) != job.instead_of:
            raise Decided()


def _filled(draft: QuizDraft, cmd: SaveGeneratedQuiz, job: DraftJob, ctx: Context) -> QuizDraft:
    """The draft with what the job has brought."""
    language = draft.wish.language or cmd.language
    count = draft.wish.count if job.item_id is None else 1
    items, left_out = offered(cmd.items, count, language, ctx.ids)
    if not items:
        raise NothingUsable()
    if job.item_id is not None:
        return with_item(draft, items[0].model_copy(update={"id": job.item_id}))
    return draft.model_copy(
        update={
            "title": draft.wish.title or cmd.title,
            "status": "ready",
            "engine": cmd.engine,
            "language": language,
            "source_names": cmd.source_names or draft.source_names,
            "remarks": (*cmd.remarks, *left_out),
            "items": items,
        }
    )


def _ended(draft: QuizDraft, event: JobEnded) -> QuizDraft:
    """The draft once nothing is being made for it by this job."""
    if draft.job_id != event.job_id:
        waiting = [item for item in draft.items if item.job_id == event.job_id]
        return with_item(draft, waiting[0].model_copy(update={"job_id": None})) if waiting else draft
    if draft.status in ("ready", "accepted"):
        return draft
    status = "ready" if event.status == "completed" else event.status
    return draft.model_copy(update={"status": status, "remarks": (event.error.message,) if event.error else ()})


async def _begin(ctx: Context, job: DraftJob) -> None:
    """Count the job, note it, and have it done, if and only if this transaction commits."""
    jobs = DraftJobRepository(ctx.session)
    await jobs.count(job, per_day=ctx.settings.generations_per_day, now=ctx.now)
    await jobs.add(job)
    arguments = arguments_of(job.draft_id, job.item_id)
    ctx.announce(RunJob(job_id=job.job_id, job_kind=job.kind, owner=job.owner, title=job.title, arguments=arguments))


async def _is_known(ctx: Context, job_id: str, draft_id: str, item_id: str | None) -> bool:
    """Whether just this was asked for before. NotFound if the ids stand for something else.

    The draft is looked for first: if it comes in between, its job is found.
    """
    taken = item_id is None and await DraftRepository(ctx.session).is_taken(draft_id)
    job = await DraftJobRepository(ctx.session).find(job_id)
    if job is None and taken:
        raise DraftNotFound()
    if job is not None and (job.owner, job.draft_id, job.item_id) != (ctx.actor.id, draft_id, item_id):
        raise JobNotFound()
    return job is not None


async def _job(ctx: Context, job_id: str) -> DraftJob:
    """The job that works for the actor. A job that was asked for is gone only with its draft."""
    try:
        return await DraftJobRepository(ctx.session).job_for(job_id, ctx.actor.id)
    except JobNotFound as error:
        raise DraftNotFound("The draft that this was made for was thrown away, so nothing was stored.") from error


async def _file_names(wish: QuizWish, ctx: Context) -> tuple[str, ...]:
    for place, _ in enumerate(wish.document_ids):
        raise DocumentNotFound.on(f"document_ids.{place}", DocumentNotFound.message)
    names = []
    for place, file_id in enumerate(wish.file_ids):
        try:
            names.append((await FileRepository(ctx.session).file_for(ctx.actor, file_id)).name)
        except FileNotFound as error:
            raise FileNotFound.on(f"file_ids.{place}", f"{error.message} Upload it again.") from error
    return tuple(names)
