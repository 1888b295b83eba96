"""Rows of classes and of who is in them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from edkit.contracts.classes import ClassMember, MembershipChanged, SchoolClass
from edkit.contracts.common import Page, PageQuery
from edkit.errors import Conflict, Forbidden, NotFound
from edkit.message import Actor
from gateway.models import classes, memberships, users
from gateway.repository.rows import moment, touched
from gateway.rules import codes
from gateway.rules.cursors import read_cursor, write_cursor
from gateway.rules.folding import name_key

MOST_MEMBERS = 500


class ClassNotFound(NotFound):
    """No class has this id, or the actor is not in it."""

    code = "class_not_found"
    message = "This class is not here, or you are not in it."


class ClassFull(Conflict):
    """The class has as many students as one may have."""

    code = "class_full"
    message = f"This class is full: it has {MOST_MEMBERS} students. Ask the teacher."


@dataclass(frozen=True)
class StoredClass:
    """A row of `classes` with its teacher's name and the number of its students."""

    id: str
    name: str
    teacher_id: str
    join_code: str
    version: int
    created_at: int
    teacher: str
    member_count: int

    def shown_to(self, actor: Actor) -> SchoolClass:
        """What a member sees; the code only if they teach it."""
        code = codes.shown(self.join_code) if actor.id == self.teacher_id else None
        return SchoolClass(
            id=self.id,
            name=self.name,
            teacher=self.teacher,
            join_code=code,
            member_count=self.member_count,
            created_at=moment(self.created_at),
        )


_COUNT = select(func.count()).select_from(memberships).where(memberships.c.class_id == classes.c.id).scalar_subquery()
_CLASS = select(
    classes.c.id,
    classes.c.name,
    classes.c.teacher_id,
    classes.c.join_code,
    classes.c.version,
    classes.c.created_at,
    users.c.name,
    _COUNT,
).join(users, users.c.id == classes.c.teacher_id)


def _seen_by(actor: Actor) -> Any:
    member = select(memberships.c.class_id).where(memberships.c.user_id == actor.id)
    return or_(classes.c.teacher_id == actor.id, classes.c.id.in_(member))


class ClassRepository:
    """Classes of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def class_for(self, actor: Actor, class_id: str) -> StoredClass:
        """A class the actor teaches or is in. Raises ClassNotFound."""
        return await self._one((classes.c.id == class_id) & _seen_by(actor))

    async def taught_by(self, actor: Actor, class_id: str) -> StoredClass:
        """A class the actor teaches. Raises Forbidden for its students, ClassNotFound for everybody else."""
        found = await self.class_for(actor, class_id)
        if found.teacher_id != actor.id:
            raise Forbidden("Only the teacher of this class may do this.")
        return found

    async def by_code(self, join_code: str) -> StoredClass:
        """Raises ClassNotFound, code `unknown_code`."""
        try:
            return await self._one(classes.c.join_code == join_code)
        except ClassNotFound:
            message = "No class has this code. Check it with your teacher."
            raise ClassNotFound(message, code="unknown_code") from None

    async def _one(self, condition: Any) -> StoredClass:
        row = (await self._session.execute(_CLASS.where(condition))).first()
        if row is None:
            raise ClassNotFound()
        return StoredClass(*row)

    async def list_for(self, actor: Actor, query: PageQuery) -> Page[SchoolClass]:
        """The newest first."""
        wanted = _CLASS.where(_seen_by(actor))
        if query.q:
            wanted = wanted.where(classes.c.name_key.contains(name_key(query.q), autoescape=True))
        if query.cursor:
            created_at, class_id = read_cursor(query.cursor, 2)
            wanted = wanted.where(tuple_(classes.c.created_at, classes.c.id) < (_number(created_at), class_id))
        wanted = wanted.order_by(classes.c.created_at.desc(), classes.c.id.desc()).limit(query.limit + 1)
        found = [StoredClass(*row) for row in await self._session.execute(wanted)]
        more = len(found) > query.limit
        found = found[: query.limit]
        cursor = write_cursor(str(found[-1].created_at), found[-1].id) if more else None
        return Page(items=tuple(one.shown_to(actor) for one in found), next_cursor=cursor)

    async def taught(self, user_id: str) -> list[str]:
        """The ids of the classes that somebody teaches."""
        return list(
            (await self._session.execute(select(classes.c.id).where(classes.c.teacher_id == user_id))).scalars()
        )

    async def joined(self, user_id: str) -> list[str]:
        """The ids of the classes that somebody is a student of."""
        query = select(memberships.c.class_id).where(memberships.c.user_id == user_id)
        return list((await self._session.execute(query)).scalars())

    async def add(self, class_id: str, name: str, *, teacher_id: str, join_code: str, now: int) -> bool:
        """False when it is there already, made by the same teacher. Raises Conflict when the id is another's."""
        owner = select(classes.c.teacher_id).where(classes.c.id == class_id)
        if (other := (await self._session.execute(owner)).scalar()) is not None:
            if other != teacher_id:
                raise Conflict("This id is taken.", code="id_taken")
            return False
        values = {
            "id": class_id,
            "name": name,
            "name_key": name_key(name),
            "teacher_id": teacher_id,
            "join_code": join_code,
            "version": 1,
            "created_at": now,
        }
        await self._session.execute(insert(classes).values(values))
        return True

    async def code_is_free(self, join_code: str) -> bool:
        query = select(classes.c.id).where(classes.c.join_code == join_code)
        return (await self._session.execute(query)).first() is None

    async def change(self, class_id: str, *, name: str | None = None, join_code: str | None = None) -> None:
        """Write what is given, and the next version. Raises ClassNotFound when it has gone meanwhile."""
        values: dict[str, Any] = {"version": classes.c.version + 1}
        if name is not None:
            values |= {"name": name, "name_key": name_key(name)}
        if join_code is not None:
            values["join_code"] = join_code
        if not await touched(self._session, update(classes).where(classes.c.id == class_id).values(values)):
            raise ClassNotFound()

    async def put_member(self, class_id: str, user_id: str, now: int) -> bool:
        """Whether they were not in it before. Raises ClassFull. Joins to one class wait for each other."""
        await self.change(class_id)
        query = select(memberships.c.user_id).where(memberships.c.class_id == class_id)
        members = set((await self._session.execute(query)).scalars())
        if user_id in members:
            return False
        if len(members) >= MOST_MEMBERS:
            raise ClassFull()
        values = {"class_id": class_id, "user_id": user_id, "joined_at": now}
        await self._session.execute(insert(memberships).values(values))
        return True

    async def drop_member(self, class_id: str, user_id: str) -> bool:
        """Whether they were in it."""
        one = (memberships.c.class_id == class_id) & (memberships.c.user_id == user_id)
        if not await touched(self._session, delete(memberships).where(one)):
            return False
        await self.change(class_id)
        return True

    async def delete(self, class_id: str) -> None:
        await self._session.execute(delete(memberships).where(memberships.c.class_id == class_id))
        await self._session.execute(delete(classes).where(classes.c.id == class_id))

    async def members_for(self, actor: Actor, stored: StoredClass, query: PageQuery) -> Page[ClassMember]:
        """By name. E-mail addresses are for the teacher."""
        wanted = (
            select(users.c.id, users.c.name, users.c.role, users.c.email, memberships.c.joined_at, users.c.name_key)
            .join(memberships, memberships.c.user_id == users.c.id)
            .where(memberships.c.class_id == stored.id)
        )
        if query.q:
            wanted = wanted.where(users.c.name_key.contains(name_key(query.q), autoescape=True))
        if query.cursor:
            name, user_id = read_cursor(query.cursor, 2)
            wanted = wanted.where(tuple_(users.c.name_key, users.c.id) > (name, user_id))
        wanted = wanted.order_by(users.c.name_key, users.c.id).limit(query.limit + 1)
        rows = (await self._session.execute(wanted)).all()
        more, rows = len(rows) > query.limit, rows[: query.limit]
        items = tuple(
            ClassMember(
                user_id=row.id,
                name=row.name,
                role=row.role,
                email=row.email if actor.id == stored.teacher_id else None,
                joined_at=moment(row.joined_at),
            )
            for row in rows
        )
        return Page(items=items, next_cursor=write_cursor(rows[-1].name_key, rows[-1].id) if more else None)

    async def is_student_of(self, class_id: str, user_id: str) -> bool:
        query = select(users.c.id).join(memberships, memberships.c.user_id == users.c.id)
        one = (memberships.c.class_id == class_id) & (users.c.id == user_id) & (users.c.role == "student")
        return (await self._session.execute(query.where(one))).first() is not None

    async def state(self, class_id: str, *, deleted: bool = False) -> MembershipChanged:
        """The class as other services are told of it. Told of a deletion before the rows go."""
        query = select(classes.c.version, classes.c.name, classes.c.teacher_id).where(classes.c.id == class_id)
        row = (await self._session.execute(query)).one()
        members = select(memberships.c.user_id).where(memberships.c.class_id == class_id)
        students = () if deleted else tuple((await self._session.execute(members.order_by("user_id"))).scalars())
        return MembershipChanged(
            class_id=class_id,
            version=row.version + deleted,
            name=row.name,
            teacher_id=row.teacher_id,
            student_ids=students,
            deleted=deleted,
        )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
