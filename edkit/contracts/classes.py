"""Classes: who teaches whom. They belong to the gateway; other services keep a projection of `MembershipChanged`."""

from typing import Annotated

from pydantic import StringConstraints

from edkit.contracts.accounts import UserRole
from edkit.contracts.common import Id, Line, Nothing, Page, PageQuery, Time
from edkit.message import Event, Frozen, Request

JoinCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class ClassFields(Frozen):
    """What a teacher says about a class."""

    name: Line


class JoinFields(Frozen):
    """What a student types; spaces, dashes and case do not matter."""

    join_code: JoinCode


class SchoolClass(Frozen):
    """A class as one of its members sees it. `join_code` is there for its teacher only."""

    id: Id
    name: str
    teacher: str
    join_code: str | None = None
    member_count: int
    created_at: Time


class ClassMember(Frozen):
    """Somebody in a class. `email` is there for its teacher only."""

    user_id: Id
    name: str
    role: UserRole
    email: str | None = None
    joined_at: Time


class ResetCode(Frozen):
    """A one-time code with which a student sets a new password; `expires_in` seconds."""

    code: str
    expires_in: int


class CreateClass(Request[SchoolClass]):
    """A new class taught by the actor, who is a teacher. The same `class_id` twice is the same class."""

    service = "gateway"
    class_id: Id
    fields: ClassFields


class JoinClass(Request[SchoolClass]):
    """Put the actor, a student, into the class with this code; who is in it already stays so. NotFound otherwise."""

    service = "gateway"
    join_code: JoinCode


class ListClasses(Request[Page[SchoolClass]]):
    """The classes the actor teaches or is in, the newest first."""

    service = "gateway"
    query: PageQuery


class GetClass(Request[SchoolClass]):
    """A class the actor teaches or is in. NotFound otherwise."""

    service = "gateway"
    class_id: Id


class RenameClass(Request[SchoolClass]):
    """Give the actor's class another name."""

    service = "gateway"
    class_id: Id
    fields: ClassFields


class DeleteClass(Request[Nothing]):
    """Dissolve the actor's class. Nobody's account or results change."""

    service = "gateway"
    class_id: Id


class RenewJoinCode(Request[SchoolClass]):
    """Give the actor's class another code; the old one opens nothing any more."""

    service = "gateway"
    class_id: Id


class ListMembers(Request[Page[ClassMember]]):
    """The people of a class the actor teaches or is in, by name."""

    service = "gateway"
    class_id: Id
    query: PageQuery


class RemoveMember(Request[Nothing]):
    """Take a student out of the actor's class, or the actor out of a class they are in."""

    service = "gateway"
    class_id: Id
    user_id: Id


class MakeResetCode(Request[ResetCode]):
    """A one-time code for a student of the actor's class who has forgotten the password."""

    service = "gateway"
    class_id: Id
    user_id: Id


class MembershipChanged(Event):
    """The whole state of a class at `version`. A deleted class has no students."""

    class_id: Id
    version: int
    name: str
    teacher_id: Id
    student_ids: tuple[Id, ...]
    deleted: bool = False
