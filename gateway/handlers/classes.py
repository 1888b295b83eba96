"""Classes and who is in them. Every change is told to the other services with the whole state."""

from edkit.contracts.classes import (
    ClassMember,
    CreateClass,
    DeleteClass,
    GetClass,
    JoinClass,
    ListClasses,
    ListMembers,
    RemoveMember,
    RenameClass,
    RenewJoinCode,
    SchoolClass,
)
from edkit.contracts.common import Nothing, Page
from edkit.errors import Forbidden, NotFound
from edkit.service import Context
from gateway.repository.classes import ClassRepository
from gateway.rules import codes


async def tell(class_id: str, ctx: Context) -> None:
    """Announce the class as this transaction leaves it."""
    ctx.announce(await ClassRepository(ctx.session).state(class_id))


async def create_class(cmd: CreateClass, ctx: Context) -> SchoolClass:
    """See CreateClass."""
    if ctx.actor.role not in ("teacher", "admin"):
        raise Forbidden("Classes are made by teachers.")
    classes = ClassRepository(ctx.session)
    code = await _free_code(classes, ctx)
    name = cmd.fields.name
    if await classes.add(cmd.class_id, name, teacher_id=ctx.actor.id, join_code=code, now=ctx.now):
        await tell(cmd.class_id, ctx)
    return (await classes.class_for(ctx.actor, cmd.class_id)).shown_to(ctx.actor)


async def _free_code(classes: ClassRepository, ctx: Context) -> str:
    while not await classes.code_is_free(code := codes.new_join_code(ctx.chance)):
        pass
    return code


async def join_class(cmd: JoinClass, ctx: Context) -> SchoolClass:
    """See JoinClass."""
    if ctx.actor.role != "student":
        raise Forbidden("Classes are joined by students.")
    classes = ClassRepository(ctx.session)
    found = await classes.by_code(codes.typed(cmd.join_code))
    if await classes.put_member(found.id, ctx.actor.id, ctx.now):
        await tell(found.id, ctx)
    return (await classes.class_for(ctx.actor, found.id)).shown_to(ctx.actor)


async def list_classes(cmd: ListClasses, ctx: Context) -> Page[SchoolClass]:
    """See ListClasses."""
    return await ClassRepository(ctx.session).list_for(ctx.actor, cmd.query)


async def get_class(cmd: GetClass, ctx: Context) -> SchoolClass:
    """See GetClass."""
    return (await ClassRepository(ctx.session).class_for(ctx.actor, cmd.class_id)).shown_to(ctx.actor)


async def rename_class(cmd: RenameClass, ctx: Context) -> SchoolClass:
    """See RenameClass."""
    return await _changed(cmd.class_id, ctx, name=cmd.fields.name)


async def renew_join_code(cmd: RenewJoinCode, ctx: Context) -> SchoolClass:
    """See RenewJoinCode."""
    return await _changed(cmd.class_id, ctx, join_code=await _free_code(ClassRepository(ctx.session), ctx))


async def _changed(
    class_id: str, ctx: Context, *, name: str | None = None, join_code: str | None = None
) -> SchoolClass:
    classes = ClassRepository(ctx.session)
    await classes.taught_by(ctx.actor, class_id)
    await classes.change(class_id, name=name, join_code=join_code)
    await tell(class_id, ctx)
    return (await classes.class_for(ctx.actor, class_id)).shown_to(ctx.actor)


async def delete_class(cmd: DeleteClass, ctx: Context) -> Nothing:
    """See DeleteClass."""
    classes = ClassRepository(ctx.session)
    await classes.taught_by(ctx.actor, cmd.class_id)
    ctx.announce(await classes.state(cmd.class_id, deleted=True))
    await classes.delete(cmd.class_id)
    return Nothing()


async def list_members(cmd: ListMembers, ctx: Context) -> Page[ClassMember]:
    """See ListMembers."""
    classes = ClassRepository(ctx.session)
    return await classes.members_for(ctx.actor, await classes.class_for(ctx.actor, cmd.class_id), cmd.query)


async def remove_member(cmd: RemoveMember, ctx: Context) -> Nothing:
    """See RemoveMember."""
    classes = ClassRepository(ctx.session)
    if cmd.user_id == ctx.actor.id:
        await classes.class_for(ctx.actor, cmd.class_id)
    else:
        await classes.taught_by(ctx.actor, cmd.class_id)
    if not await classes.drop_member(cmd.class_id, cmd.user_id):
        raise NotFound("This person is not a student of the class.", code="member_not_found")
    await tell(cmd.class_id, ctx)
    return Nothing()
