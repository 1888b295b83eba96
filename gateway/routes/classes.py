"""`/api/classes`: classes, their codes and their members."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from edkit.contracts.classes import (
    ClassFields,
    ClassMember,
    CreateClass,
    DeleteClass,
    GetClass,
    JoinClass,
    JoinFields,
    ListClasses,
    ListMembers,
    MakeResetCode,
    RemoveMember,
    RenameClass,
    RenewJoinCode,
    ResetCode,
    SchoolClass,
)
from edkit.contracts.common import Id, Page, PageQuery
from edkit.errors import NotFound
from gateway.desk import SignedInVisit
from gateway.routes.route import FOR_SIGNED_IN, KEYED, WITH_BODY, family, refusals

router = family("/api/classes", "classes", *FOR_SIGNED_IN, "Forbidden")
Paging = Annotated[PageQuery, Query()]
MISSING = refusals("NotFound")
MISSING_KEYED = refusals("NotFound", "Malformed", "Invalid")


@router.post("", status_code=201, response_model=SchoolClass, responses=refusals(*WITH_BODY), openapi_extra=KEYED)
async def create_class(visit: SignedInVisit, body: ClassFields) -> Response:
    """A new class of the teacher."""
    return await visit.do(lambda new_id: CreateClass(class_id=new_id, fields=body), status=201)


@router.post(
    "/join", response_model=SchoolClass, responses=refusals(*WITH_BODY, "NotFound", "Conflict"), openapi_extra=KEYED
)
async def join_class(visit: SignedInVisit, body: JoinFields) -> Response:
    """Come into a class with its code."""
    await visit.desk.limits.before_code(visit.actor.id)
    try:
        return await visit.do(lambda _: JoinClass(join_code=body.join_code))
    except NotFound:
        await visit.desk.limits.wrong_code(visit.actor.id)
        raise


@router.get("", response_model=Page[SchoolClass], responses=refusals("Invalid"))
async def list_classes(visit: SignedInVisit, query: Paging) -> Response:
    """The classes one teaches or is in, the newest first."""
    return await visit.ask(ListClasses(query=query))


@router.get("/{class_id}", response_model=SchoolClass, responses=MISSING)
async def get_class(visit: SignedInVisit, class_id: Id) -> Response:
    """One class."""
    return await visit.ask(GetClass(class_id=class_id))


@router.patch("/{class_id}", response_model=SchoolClass, responses=refusals(*WITH_BODY, "NotFound"))
async def rename_class(visit: SignedInVisit, class_id: Id, body: ClassFields) -> Response:
    """Give the class another name."""
    return await visit.ask(RenameClass(class_id=class_id, fields=body))


@router.delete("/{class_id}", status_code=204, responses=MISSING)
async def delete_class(visit: SignedInVisit, class_id: Id) -> Response:
    """Dissolve the class; accounts and results stay."""
    return await visit.ask(DeleteClass(class_id=class_id), status=204)


@router.post("/{class_id}/code", response_model=SchoolClass, responses=MISSING_KEYED, openapi_extra=KEYED)
async def renew_join_code(visit: SignedInVisit, class_id: Id) -> Response:
    """Another join code; the old one opens nothing any more."""
    return await visit.do(lambda _: RenewJoinCode(class_id=class_id))


@router.get("/{class_id}/members", response_model=Page[ClassMember], responses=refusals("NotFound", "Invalid"))
async def list_members(visit: SignedInVisit, class_id: Id, query: Paging) -> Response:
    """The students of the class, by name."""
    return await visit.ask(ListMembers(class_id=class_id, query=query))


@router.delete("/{class_id}/members/{user_id}", status_code=204, responses=MISSING)
async def remove_member(visit: SignedInVisit, class_id: Id, user_id: Id) -> Response:
    """Take a student out, or leave the class oneself."""
    return await visit.ask(RemoveMember(class_id=class_id, user_id=user_id), status=204)


@router.post(
    "/{class_id}/members/{user_id}/reset-code",
    response_model=ResetCode,
    responses={**MISSING_KEYED, **refusals("Conflict")},
    openapi_extra=KEYED,
)
async def make_reset_code(visit: SignedInVisit, class_id: Id, user_id: Id) -> Response:
    """A one-time code with which this student sets a new password."""
    return await visit.do(lambda _: MakeResetCode(class_id=class_id, user_id=user_id))
