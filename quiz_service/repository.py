"""Rows of quizzes, files and reports. Nothing is reached without saying on whose behalf."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.common import Page, PageQuery
from edkit.contracts.files import File, FileLocation
from edkit.contracts.quizzes import Quiz, QuizFields, QuizSummary
from edkit.contracts.reports import GameReport
from edkit.db import found
from edkit.errors import Conflict, Invalid, NotFound
from edkit.message import Actor
from quiz_service.changes import changed_fields
from quiz_service.models import files, quizzes, report_people, reports, shown_files, versions
from quiz_service.reporting import without_person
from quiz_service.words import searchable, wanted

RESTORABLE_MS = 30 * 24 * 3_600_000
VERSIONS_KEPT = 50  # an editor that saves as one types writes many


class QuizNotFound(NotFound):
    """No quiz has this id, or it is somebody else's."""

    code = "quiz_not_found"
    message = "This quiz is not here, or it is not yours."


class FileNotFound(NotFound):
    """No file has this id, or it is somebody else's."""

    code = "file_not_found"
    message = "This file is not here, or it is not yours."


class ReportNotFound(NotFound):
    """No report of such a game of the actor's."""

    code = "game_not_found"
    message = "This game is not here, or it is not yours."


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


def moment(ms: int) -> datetime:
    """Epoch milliseconds as a time in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


class QuizRepository:
    """Quizzes of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def quiz_for(self, actor: Actor, quiz_id: str) -> Quiz:
        """The actor's quiz as it stands. `QuizNotFound` for everybody else's, and for deleted ones."""
        return _quiz(await self._row(actor, quiz_id))

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
            statement = statement.where(tuple_(quizzes.c.updated_at, quizzes.c.id) < tuple_(*_position(query.cursor)))
        statement = statement.order_by(quizzes.c.updated_at.desc(), quizzes.c.id.desc()).limit(query.limit + 1)
        rows = [row._mapping for row in await self._session.execute(statement)]
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        return Page(
            items=tuple(_summary(row) for row in shown),
            next_cursor=_cursor(shown[-1]["updated_at"], shown[-1]["id"]) if more else None,
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


class ReportRepository:
    """Reports of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def is_stored(self, game_id: str) -> bool:
        return (
            await self._session.execute(select(reports.c.game_id).where(reports.c.game_id == game_id))
        ).first() is not None

    async def report_for(self, actor: Actor, game_id: str) -> str:
        """The stored JSON. `ReportNotFound` unless the actor's game has one."""
        mine = (reports.c.game_id == game_id) & (reports.c.owner == actor.id)
        text = (await self._session.execute(select(reports.c.report).where(mine))).scalar()
        if text is None:
            raise ReportNotFound()
        return str(text)

    async def store(self, report: GameReport, text: str, *, owner: str, now: int) -> bool:
        """Keep `text`, the report's JSON, unless the same or a later version is kept already; whether it was kept."""
        values = {"version": report.version, "report": text, "stored_at": now}
        this = reports.c.game_id == report.game_id
        statement = select(reports.c.version).where(this).with_for_update()
        known = (await self._session.execute(statement)).scalar()
        if known is None:
            new = insert(reports).values(game_id=report.game_id, owner=owner, quiz_id=report.quiz_id, **values)
            await self._session.execute(new)
        elif known < report.version:
            await self._session.execute(update(reports).where(this).values(**values))
        else:
            return False
        await self._name_people(report)
        return True

    async def forget_person(self, user_id: str) -> None:
        """Remove this person's own reports, and their name from everybody else's; scores stay, nameless."""
        mine = select(reports.c.game_id).where(reports.c.owner == user_id)
        await self._session.execute(delete(report_people).where(report_people.c.game_id.in_(mine)))
        await self._session.execute(delete(reports).where(reports.c.owner == user_id))
        named = select(reports.c.game_id, reports.c.report).where(
            reports.c.game_id.in_(select(report_people.c.game_id).where(report_people.c.user_id == user_id))
        )
        for row in list(await self._session.execute(named)):
            report = without_person(GameReport.model_validate_json(row.report), user_id)
            this = update(reports).where(reports.c.game_id == row.game_id)
            await self._session.execute(this.values(report=report.model_dump_json()))
        await self._session.execute(delete(report_people).where(report_people.c.user_id == user_id))

    async def others_naming(self, actor: Actor) -> list[GameReport]:
        """Other people's reports in which the actor is a player."""
        games = select(report_people.c.game_id).where(report_people.c.user_id == actor.id)
        theirs = select(reports.c.report).where(reports.c.game_id.in_(games), reports.c.owner != actor.id)
        found = (await self._session.execute(theirs.order_by(reports.c.stored_at))).scalars()
        return [GameReport.model_validate_json(text) for text in found]

    async def _name_people(self, report: GameReport) -> None:
        await self._session.execute(delete(report_people).where(report_people.c.game_id == report.game_id))
        people = sorted({player.user_id for player in report.players if player.user_id})
        if people:
            rows = [{"game_id": report.game_id, "user_id": user_id} for user_id in people]
            await self._session.execute(insert(report_people), rows)


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


def _cursor(updated_at: int, quiz_id: str) -> str:
    return urlsafe_b64encode(f"{updated_at}.{quiz_id}".encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[int, str]:
    try:
        updated_at, _, quiz_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(".")
        return int(updated_at), quiz_id
    except ValueError as error:
        raise Invalid.on("cursor", "This cursor is not one of ours. Begin the list anew.") from error
