"""Rows of files, and which of them are shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.files import File, FileLocation
from edkit.errors import NotFound
from edkit.message import Actor
from quiz_service.models import files, quizzes, shown_files
from quiz_service.repository.editions import moment


class FileNotFound(NotFound):
    """No file has this id, or it is somebody else's."""

    code = "file_not_found"
    message = "This file is not here, or it is not yours."


@dataclass(frozen=True)
class StoredFile:
    """A row of `files`."""

    id: str
    owner: str
    name: str
    size: int
    sha256: str
    media_type: str
    area: str
    created_at: int

    def shown(self) -> File:
        return File(
            file_id=self.id,
            name=self.name,
            size=self.size,
            sha256=self.sha256,
            media_type=self.media_type,
            url=f"/api/files/{self.id}",
            created_at=moment(self.created_at),
        )

    def location(self) -> FileLocation:
        return FileLocation.model_validate(
            {key: getattr(self, key) for key in ("sha256", "area", "name", "size", "media_type")}
        )


class FileRepository:
    """Files of one transaction. Rows only: the bytes lie in the blob store."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, file_id: str) -> StoredFile | None:
        """The file, whoever owns it. For capabilities and for repeated uploads; everything else asks `file_for`."""
        columns = [files.c[name] for name in StoredFile.__dataclass_fields__]
        statement = select(*columns).where(files.c.id == file_id, files.c.deleted_at.is_(None))
        row = (await self._session.execute(statement)).first()
        return StoredFile(*row) if row else None

    async def file_for(self, actor: Actor, file_id: str) -> StoredFile:
        """The actor's file. `FileNotFound` for everybody else's."""
        found = await self.find(file_id)
        if found is None or found.owner != actor.id:
            raise FileNotFound()
        return found

    async def all_of(self, actor: Actor) -> list[StoredFile]:
        """Everything the actor has uploaded and not deleted, in that order."""
        columns = [files.c[name] for name in StoredFile.__dataclass_fields__]
        mine = select(*columns).where(files.c.owner == actor.id, files.c.deleted_at.is_(None))
        return [StoredFile(*row) for row in await self._session.execute(mine.order_by(files.c.created_at, files.c.id))]

    async def add(self, file: StoredFile) -> None:
        await self._session.execute(insert(files).values(**vars(file)))

    async def mark_checked(self, file_id: str, media_type: str) -> None:
        """Its bytes lie in the main area and are what `media_type` says."""
        await self._session.execute(
            update(files).where(files.c.id == file_id).values(area="main", media_type=media_type)
        )

    async def mark_deleted(self, file_id: str, *, now: int) -> None:
        await self._session.execute(update(files).where(files.c.id == file_id).values(deleted_at=now))

    async def forget_owner(self, owner: str, *, now: int) -> None:
        """Mark all this person's files as deleted; the next sweep removes the bytes."""
        await self._session.execute(update(files).where(files.c.owner == owner).values(deleted_at=now))

    async def quiz_showing(self, actor: Actor, file_id: str) -> str | None:
        """The title of one of the actor's quizzes that shows the file."""
        statement = (
            select(quizzes.c.title)
            .join(shown_files, shown_files.c.quiz_id == quizzes.c.id)
            .where(shown_files.c.file_id == file_id, quizzes.c.owner == actor.id, quizzes.c.deleted_at.is_(None))
        )
        return (await self._session.execute(statement.limit(1))).scalar()

    async def checked_of(self, actor: Actor, file_ids: Iterable[str]) -> set[str]:
        """Those of the files that are the actor's, there, and checked."""
        mine = (files.c.owner == actor.id) & (files.c.area == "main") & (files.c.deleted_at.is_(None))
        statement = select(files.c.id).where(files.c.id.in_(list(file_ids)), mine)
        return set((await self._session.execute(statement)).scalars())

    async def forget_staged(self, *, before: int) -> None:
        """Drop rows of uploads that were never used."""
        await self._session.execute(delete(files).where(files.c.area == "stage", files.c.created_at < before))

    async def forget_deleted(self, *, limit: int = 100) -> list[str]:
        """Drop rows of deleted files; the contents (sha256) that no other file needs any more."""
        statement = select(files.c.id, files.c.sha256).where(files.c.deleted_at.is_not(None)).limit(limit)
        rows = list(await self._session.execute(statement))
        await self._session.execute(delete(files).where(files.c.id.in_([row.id for row in rows])))
        hashes = {row.sha256 for row in rows}
        kept = set((await self._session.execute(select(files.c.sha256).where(files.c.sha256.in_(hashes)))).scalars())
        return sorted(hashes - kept)
