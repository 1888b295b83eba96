"""Rows of drafts, and of the texts they are made of."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.common import Page, PageQuery
from edkit.contracts.drafts import DraftSummary, QuizDraft, QuizWish
from edkit.db import found
from edkit.errors import Conflict, NotFound
from edkit.message import Actor
from quiz_service.models import draft_jobs, draft_texts, drafts, quizzes
from quiz_service.repository.editions import moment
from quiz_service.repository.quizzes import cursor_at, position_of
from quiz_service.words import folded, wanted

UNTOUCHED_MS = 90 * 24 * 3_600_000
"""After which a draft that nobody makes a quiz of is let go."""

OPENING = 300
"""Characters of a pasted text that a draft shows: the whole would travel with every key that the teacher presses."""

_IN_A_LIST = [drafts.c[name] for name in DraftSummary.model_fields]


class DraftNotFound(NotFound):
    """No draft has this id, or it is somebody else's."""

    code = "draft_not_found"
    message = "This draft is not here, or it is not yours."


class StaleDraft(Conflict):
    """Somebody has changed it meanwhile."""

    code = "stale_version"
    message = "This draft was changed meanwhile, in another window or by a job. Nothing was changed. Look at it again."


class DraftRepository:
    """Drafts of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, draft: QuizDraft, *, owner: str, now: int) -> None:
        """Store a new draft; the whole of its text apart, so that lists and looks stay light."""
        values = {"id": draft.id, "owner": owner, "job_id": draft.job_id, "version": draft.version}
        wish = _opening(draft.wish).model_dump(mode="json")
        times = {"created_at": now, "updated_at": now}
        await self._session.execute(insert(drafts).values(**values, **times, wish=wish, **_columns(draft)))
        if draft.wish.text is not None:
            await self._session.execute(insert(draft_texts).values(draft_id=draft.id, text=draft.wish.text))

    async def is_taken(self, draft_id: str) -> bool:
        """Whether any draft, anybody's, has this id."""
        return (await self._session.execute(select(drafts.c.id).where(drafts.c.id == draft_id))).first() is not None

    async def draft_for(self, actor: Actor, draft_id: str, *, lock: bool = False) -> QuizDraft:
        """The actor's draft, of a pasted text the beginning. `DraftNotFound` for everybody else's.

        With `lock` nobody else changes it, or what is known of its jobs, before this transaction has ended.
        """
        query = select(drafts).where(drafts.c.id == draft_id, drafts.c.owner == actor.id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).first()
        if row is None:
            raise DraftNotFound()
        return _draft(row)

    async def wish_of(self, draft: QuizDraft) -> QuizWish:
        """The wish with the whole of its text, as long as that is kept."""
        query = select(draft_texts.c.text).where(draft_texts.c.draft_id == draft.id)
        text = (await self._session.execute(query)).scalar()
        return draft.wish if text is None else draft.wish.model_copy(update={"text": text})

    async def store(self, draft: QuizDraft, *, now: int) -> QuizDraft:
        """Write the draft as the version after the one it says. `StaleDraft` unless that one stands."""
        this = update(drafts).where(drafts.c.id == draft.id, drafts.c.version == draft.version)
        version = draft.version + 1
        if found(await self._session.execute(this.values(version=version, updated_at=now, **_columns(draft)))) != 1:
            raise StaleDraft()
        return draft.model_copy(update={"version": version, "updated_at": moment(now), **_counted(draft)})

    async def forget_text(self, draft_id: str) -> None:
        """What it was made of is not needed any more."""
        await self._session.execute(delete(draft_texts).where(draft_texts.c.draft_id == draft_id))

    async def page(self, actor: Actor, query: PageQuery) -> Page[DraftSummary]:
        """The actor's drafts that are no quiz yet and hold every word of the search, the latest changed first."""
        statement = select(*_IN_A_LIST).where(drafts.c.owner == actor.id, drafts.c.quiz_id.is_(None))
        for word in wanted(query.q):
            statement = statement.where(drafts.c.words.contains(word, autoescape=True))
        if query.cursor:
            statement = statement.where(tuple_(drafts.c.updated_at, drafts.c.id) < tuple_(*position_of(query.cursor)))
        statement = statement.order_by(drafts.c.updated_at.desc(), drafts.c.id.desc()).limit(query.limit + 1)
        rows = (await self._session.execute(statement)).all()
        shown, more = rows[: query.limit], len(rows) > query.limit
        return Page(
            items=tuple(DraftSummary.model_validate({**row._mapping, **_times(row)}) for row in shown),
            next_cursor=cursor_at(shown[-1].updated_at, shown[-1].id) if more else None,
        )

    async def all_of(self, actor: Actor) -> AsyncIterator[QuizDraft]:
        """Everything the actor has had made, the latest changed first, with the whole of each text that is kept."""
        query = select(drafts.c.id).where(drafts.c.owner == actor.id)
        ids = (await self._session.execute(query.order_by(drafts.c.updated_at.desc(), drafts.c.id.desc()))).scalars()
        for draft_id in list(ids):
            draft = await self.draft_for(actor, draft_id)
            yield draft.model_copy(update={"wish": await self.wish_of(draft)})

    async def remove(self, actor: Actor, draft_id: str) -> None:
        """The actor's draft is gone. `DraftNotFound` for everybody else's."""
        await self.draft_for(actor, draft_id, lock=True)
        await self._remove([draft_id])

    async def purge(self, *, now: int, limit: int = 500) -> int:
        """Remove drafts untouched for 90 days, and those whose quiz was removed for good; how many.

        As long as the quiz is there, its draft says from which sentence each question comes.
        """
        untouched = drafts.c.quiz_id.is_(None) & (drafts.c.updated_at <= now - UNTOUCHED_MS)
        orphaned = drafts.c.quiz_id.is_not(None) & drafts.c.quiz_id.not_in(select(quizzes.c.id))
        query = select(drafts.c.id).where(untouched | orphaned).limit(limit)
        return await self._remove(list((await self._session.execute(query)).scalars()))

    async def forget_owner(self, owner: str) -> None:
        """Remove all that this person has had made."""
        query = select(drafts.c.id).where(drafts.c.owner == owner)
        await self._remove(list((await self._session.execute(query)).scalars()))

    async def _remove(self, draft_ids: Sequence[str]) -> int:
        for column in (draft_jobs.c.draft_id, draft_texts.c.draft_id, drafts.c.id):
            await self._session.execute(delete(column.table).where(column.in_(draft_ids)))
        return len(draft_ids)


def _opening(wish: QuizWish) -> QuizWish:
    if wish.text is None or len(wish.text) <= OPENING:
        return wish
    return wish.model_copy(update={"text": f"{wish.text[:OPENING].rstrip()}…"})


def _counted(draft: QuizDraft) -> dict[str, int]:
    return {"item_count": len(draft.items), "decided": sum(item.state != "proposed" for item in draft.items)}


def _columns(draft: QuizDraft) -> dict[str, Any]:
    """What may change from version to version."""
    return {
        "title": draft.title,
        "status": draft.status,
        "engine": draft.engine and draft.engine[:100],
        "language": draft.language,
        "source_names": list(draft.source_names),
        "remarks": list(draft.remarks),
        "items": [item.model_dump(mode="json", exclude_defaults=True) for item in draft.items],
        "words": folded("\n".join((draft.title, *draft.source_names))),
        "quiz_id": draft.quiz_id,
        **_counted(draft),
    }


def _times(row: Any) -> dict[str, Any]:
    return {"created_at": moment(row.created_at), "updated_at": moment(row.updated_at)}


def _draft(row: Any) -> QuizDraft:
    return QuizDraft.model_validate({name: getattr(row, name) for name in QuizDraft.model_fields} | _times(row))
