"""Rows of quizzes and their versions."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.common import Page, PageQuery
from edkit.contracts.quizzes import Quiz, QuizFields, QuizSummary
from edkit.db import found
from edkit.errors import Conflict, Invalid, NotFound
from edkit.message import Actor
from quiz_service.changes import changed_fields
from quiz_service.models import quizzes, shown_files, versions
from quiz_service.repository.editions import Edition, moment
from quiz_service.words import searchable, wanted

RESTORABLE_MS = 30 * 24 * 3_600_000
VERSIONS_KEPT = 50  # an editor that saves as one types writes many


class QuizNotFound(NotFound):
    """No quiz has this id, or it is somebody else's."""

    code = "quiz_not_found"
    message = "This quiz is not here, or it is not yours."


def edition_of(quiz: Quiz) -> Edition:
    """The state that was read."""
    return Edition("quiz", quiz.id, quiz.version, round(quiz.updated_at.timestamp() * 1000))


async def editions(session: AsyncSession, quiz_ids: Sequence[str]) -> dict[str, tuple[str, Edition]]:
    """Owner and present state of those quizzes that are there."""
    columns = quizzes.c.id, quizzes.c.owner, quizzes.c.version, quizzes.c.updated_at
    query = select(*columns).where(quizzes.c.id.in_(quiz_ids), quizzes.c.deleted_at.is_(None))
    return {
        row.id: (row.owner, Edition("quiz", row.id, row.version, row.updated_at))
        for row in (await session.execute(query))
    }


class QuizRepository:
    """Quizzes of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def quiz_for(self, actor: Actor, quiz_id: str) -> Quiz:
        """The actor's quiz as it stands. `QuizNotFound` for everybody else's, and for deleted ones."""
        return _quiz(await self._row(actor, quiz_id))

    async def edition_for(self, actor: Actor, quiz_id: str) -> Edition:
        """Which state of the actor's quiz `quiz_for` would give. Raises as it does."""
        statement = select(quizzes.c.version, quizzes.c.updated_at).where(*_owned(actor, quiz_id))
        row = (await self._session.execute(statement)).first()
        if row is None:
            raise QuizNotFound()
        return Edition("quiz", quiz_id, row.version, row.updated_at)

    async def is_taken(self, quiz_id: str) -> bool:
        """Whether any quiz, anybody's, deleted or not, has this id."""
        return (await self._session.execute(select(quizzes.c.id).where(quizzes.c.id == quiz_id))).first() is not None

    async def add(self, quiz_id: str, fields: QuizFields, *, owner: str, now: int) -> None:
        """Store a new quiz as version 1."""
        values = {"id": quiz_id, "owner": owner, "version": 1, "created_at": now, "updated_at": now}
        await self._session.execute(insert(quizzes).values(**values, **_columns(fields)))
        await self._write_version(quiz_id, 1, fields, now)

    async def replace(self, actor: Actor, quiz_id: str, version: int, fields: QuizFields, *, now: int) -> None:
        """Write the next version. `Conflict` `stale_version`, telling what changed since, unless `version` stands."""
        statement = (
            update(quizzes)
            .where(*_owned(actor, quiz_id), quizzes.c.version == version)
            .values(version=version + 1, updated_at=now, **_columns(fields))
        )
        if await self._changed(statement) == 0:
            raise await self._stale(await self.quiz_for(actor, quiz_id), version)
        await self._write_version(quiz_id, version + 1, fields, now)
        old = (versions.c.quiz_id == quiz_id) & (versions.c.version <= version + 1 - VERSIONS_KEPT)
        await self._session.execute(delete(versions).where(old))

    async def mark_deleted(self, actor: Actor, quiz_id: str, *, now: int) -> None:
        """Take it out of sight."""
        if await self._changed(update(quizzes).where(*_owned(actor, quiz_id)).values(deleted_at=now)) == 0:
            raise QuizNotFound()

    async def restore(self, actor: Actor, quiz_id: str, *, now: int) -> None:
        """Take back a deletion of the last 30 days. Restoring what is there changes nothing."""
        mine = (quizzes.c.id == quiz_id) & (quizzes.c.owner == actor.id)
        recent = quizzes.c.deleted_at > now - RESTORABLE_MS
        await self._session.execute(update(quizzes).where(mine, recent).values(deleted_at=None))

    async def mark_played(self, quiz_id: str, *, at: int) -> None:
        """Remember when its latest game ended."""
        earlier = quizzes.c.played_at.is_(None) | (quizzes.c.played_at < at)
        await self._session.execute(update(quizzes).where(quizzes.c.id == quiz_id, earlier).values(played_at=at))

    async def page(self, actor: Actor, query: PageQuery) -> Page[QuizSummary]:
        """The actor's quizzes that hold every word of the search, the latest changed first."""
        statement = select(quizzes).where(quizzes.c.owner == actor.id, quizzes.c.deleted_at.is_(None))
        for word in wanted(query.q):
            statement = statement.where(quizzes.c.words.contains(word, autoescape=True))
        if query.cursor:
            statement = statement.where(tuple_(quizzes.c.updated_at, quizzes.c.id) < tuple_(*position_of(query.cursor)))
        statement = statement.order_by(quizzes.c.updated_at.desc(), quizzes.c.id.desc()).limit(query.limit + 1)
        rows = [row._mapping for row in await self._session.execute(statement)]
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        return Page(
            items=tuple(_summary(row) for row in shown),
            next_cursor=cursor_at(shown[-1]["updated_at"], shown[-1]["id"]) if more else None,
        )

    async def purge(self, *, now: int, limit: int = 100) -> int:
        """Remove for good what was deleted more than 30 days ago; how many quizzes that were."""
        return await self._remove(quizzes.c.deleted_at <= now - RESTORABLE_MS, limit)

    async def forget_owner(self, owner: str) -> None:
        """Remove for good all that this person wrote."""
        await self._remove(quizzes.c.owner == owner)

    async def _remove(self, which: ColumnElement[bool], limit: int | None = None) -> int:
        ids = list((await self._session.execute(select(quizzes.c.id).where(which).limit(limit))).scalars())
        for table, column in (
            (versions, versions.c.quiz_id),
            (shown_files, shown_files.c.quiz_id),
            (quizzes, quizzes.c.id),
        ):
            await self._session.execute(delete(table).where(column.in_(ids)))
        return len(ids)

    async def show_files(self, quiz_id: str, file_ids: Iterable[str]) -> None:
        """Remember which files the quiz shows now."""
        await self._session.execute(delete(shown_files).where(shown_files.c.quiz_id == quiz_id))
        rows = [{"quiz_id": quiz_id, "file_id": file_id} for file_id in file_ids]
        if rows:
            await self._session.execute(insert(shown_files), rows)

    async def _row(self, actor: Actor, quiz_id: str) -> Mapping[str, Any]:
        joined = (versions.c.quiz_id == quizzes.c.id) & (versions.c.version == quizzes.c.version)
        statement = select(quizzes, versions.c.content).join(versions, joined).where(*_owned(actor, quiz_id))
        row = (await self._session.execute(statement)).mappings().first()
        if row is None:
            raise QuizNotFound()
        return dict(row)

    async def _write_version(self, quiz_id: str, version: int, fields: QuizFields, now: int) -> None:
        content = fields.model_dump(mode="json", exclude_defaults=True)
        row = {"quiz_id": quiz_id, "version": version, "content": content, "written_at": now}
        await self._session.execute(insert(versions).values(row))

    async def _stale(self, current: Quiz, version: int) -> Conflict:
        statement = select(versions.c.content).where(versions.c.quiz_id == current.id, versions.c.version == version)
        base = (await self._session.execute(statement)).scalar()
        changed = changed_fields(QuizFields.model_validate(base), current) if base else None
        return Conflict(
            "This quiz was changed elsewhere. Your changes were not stored. Load it again and redo them.",
            code="stale_version",
            extra={"version": current.version, "changed": changed},
        )

    async def _changed(self, statement: Executable) -> int:
        return found(await self._session.execute(statement))


def _owned(actor: Actor, quiz_id: str) -> tuple[Any, ...]:
    return quizzes.c.id == quiz_id, quizzes.c.owner == actor.id, quizzes.c.deleted_at.is_(None)


def _columns(fields: QuizFields) -> dict[str, Any]:
    return {
        "title": fields.title,
        "description": fields.description,
        "language": fields.language,
        "tags": list(fields.tags),
        "question_count": len(fields.questions),
        "words": searchable(fields),
    }


def _quiz(row: Mapping[str, Any]) -> Quiz:
    return Quiz.model_validate(
        {
            **row["content"],
            "id": row["id"],
            "version": row["version"],
            "created_at": moment(row["created_at"]),
            "updated_at": moment(row["updated_at"]),
        }
    )


def _summary(row: Mapping[Any, Any]) -> QuizSummary:
    return QuizSummary(
        id=row["id"],
        title=row["title"],
        description=row["description"],
        language=row["language"],
        tags=tuple(row["tags"]),
        question_count=row["question_count"],
        version=row["version"],
        created_at=moment(row["created_at"]),
        updated_at=moment(row["updated_at"]),
        played_at=None if row["played_at"] is None else moment(row["played_at"]),
    )


def cursor_at(updated_at: int, quiz_id: str) -> str:
    return urlsafe_b64encode(f"{updated_at}.{quiz_id}".encode()).decode().rstrip("=")


def position_of(cursor: str) -> tuple[int, str]:
    try:
        updated_at, _, quiz_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(".")
        return int(updated_at), quiz_id
    except ValueError as error:
        raise Invalid.on("cursor", "This cursor is not one of ours. Begin the list anew.") from error
