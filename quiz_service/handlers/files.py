"""Files: the gateway moves the bytes, this service owns the rows and says what they are and who may read them."""

from dataclasses import dataclass

from edkit.contracts.common import Nothing
from edkit.contracts.files import DeleteFile, File, FileLocation, PromoteFile, ReadFile, StageFile
from edkit.errors import Conflict, Invalid
from edkit.service import Context
from quiz_service.handlers.quizzes import check_writer
from quiz_service.pictures import PICTURE_MAX, NotAPicture, media_type_of
from quiz_service.repository.files import FileNotFound, FileRepository, StoredFile

PLAIN_BYTES = "application/octet-stream"
"""The type of everything that is no picture: saved by its owner, shown by no browser."""


async def stage_file(cmd: StageFile, ctx: Context) -> File:
    """Record that the actor's bytes lie in the stage area. The same id twice is the same file."""
    check_writer(ctx.actor)
    repository = FileRepository(ctx.session)
    if await repository.find(cmd.file_id) is None:
        await repository.add(
            StoredFile(
                id=cmd.file_id,
                owner=ctx.actor.id,
                name=cmd.name,
                size=cmd.size,
                sha256=cmd.sha256,
                media_type=cmd.media_type,
                area="stage",
                created_at=ctx.now,
            )
        )
    return (await repository.file_for(ctx.actor, cmd.file_id)).shown()


@dataclass(frozen=True)
class _Checked:
    file_id: str
    media_type: str


async def check_bytes(cmd: PromoteFile, ctx: Context) -> _Checked:
    """Before the transaction: look at the bytes themselves, and copy them to the main area if they may be kept."""
    async with ctx.runtime.database.read() as session:
        file = await FileRepository(session).file_for(ctx.actor, cmd.file_id)
    if file.area == "main":
        return _Checked(file.id, file.media_type)
    wanted = cmd.purpose == "quiz_media"
    if wanted and file.size > PICTURE_MAX:
        raise Invalid.on("file", f"A picture has at most {PICTURE_MAX // 1_000_000} MB. Make it smaller.")
    try:
        media_type = PLAIN_BYTES
        if file.size <= PICTURE_MAX:
            media_type = media_type_of(await ctx.blobs.read("stage", file.sha256))
    except NotAPicture as error:
        if wanted:
            raise Invalid.on("file", str(error)) from error
    except FileNotFoundError as error:
        raise FileNotFound("This upload was not used for a day and is gone. Upload it again.") from error
    try:
        await ctx.blobs.promote(file.sha256)
    except FileNotFoundError as error:
        raise FileNotFound("This upload was not used for a day and is gone. Upload it again.") from error
    return _Checked(file.id, media_type)


async def promote_file(cmd: PromoteFile, ctx: Context) -> File:
    """The actor's staged file is checked and lies in the main area."""
    checked: _Checked = ctx.prepared
    repository = FileRepository(ctx.session)
    await repository.file_for(ctx.actor, cmd.file_id)
    await repository.mark_checked(checked.file_id, checked.media_type)
    return (await repository.file_for(ctx.actor, cmd.file_id)).shown()


async def read_file(cmd: ReadFile, ctx: Context) -> FileLocation:
    """Where the bytes lie: for the owner, or for whoever holds a capability that the gateway has verified.

    A capability opens pictures only.
    """
    repository = FileRepository(ctx.session)
    if not cmd.by_capability:
        return (await repository.file_for(ctx.actor, cmd.file_id)).location()
    file = await repository.find(cmd.file_id)
    if file is None or file.area != "main" or file.media_type == PLAIN_BYTES:
        raise FileNotFound()
    return file.location()


async def delete_file(cmd: DeleteFile, ctx: Context) -> Nothing:
    """Forget the actor's file. Conflict `file_in_use` while one of the actor's quizzes shows it."""
    repository = FileRepository(ctx.session)
    file = await repository.file_for(ctx.actor, cmd.file_id)
    title = await repository.quiz_showing(ctx.actor, file.id)
    if title is not None:
        raise Conflict(f"The quiz “{title}” shows this file. Take it out there first.", code="file_in_use")
    await repository.mark_deleted(file.id, now=ctx.now)
    return Nothing()
