"""Making, changing, exporting and erasing accounts."""

from typing import Any

from edkit.contracts.accounts import (
    AccountChanges,
    ChangeAccount,
    EraseAccount,
    ExportAccount,
    ExportedFile,
    GetAccount,
    LoggedOut,
    NewAccount,
    Register,
    SignedIn,
    User,
    UserErased,
    UserRole,
)
from edkit.contracts.common import Nothing
from edkit.contracts.demo import is_demo_id
from edkit.errors import Conflict, Forbidden, Invalid, NotFound
from edkit.message import Actor
from edkit.service import Context
from gateway.handlers.classes import tell
from gateway.handlers.sessions import begin_session
from gateway.passwords import passwords_of
from gateway.repository.accounts import AccountRepository, StoredUser
from gateway.repository.classes import ClassNotFound, ClassRepository
from gateway.repository.notifications import NotificationRepository
from gateway.repository.rows import moment
from gateway.repository.sessions import SessionRepository
from gateway.rules.codes import typed
from gateway.rules.folding import email_key
from gateway.rules.passwords import check_password


class AccountGone(NotFound):
    """The actor's account has been erased meanwhile."""

    code = "account_gone"
    message = "This account has been erased."


async def hash_new(cmd: Register, ctx: Context) -> str:
    """Prepare: the hash of an acceptable password, once it is clear that an account may be made at all."""
    account = cmd.account
    await check_invitation(account, ctx)
    email_key(account.email)
    check_password(account.password, email=account.email, name=account.name, strict=ctx.settings.strict)
    return await passwords_of(ctx.runtime).hash(account.password)


async def check_invitation(account: NewAccount, ctx: Context) -> None:
    """Raises Forbidden unless this installation takes this account. A class's join code invites its students."""
    mode, code = ctx.settings.registration, account.invite_code or ""
    if mode == "open":
        return
    if mode == "closed":
        raise Forbidden("Accounts are made by the school here. Ask its administrator.", code="registration_closed")
    if code and ctx.runtime.keys.same(code, ctx.settings.invite_code):
        return
    if account.role == "student" and code:
        async with ctx.runtime.database.read() as session:
            try:
                await ClassRepository(session).by_code(typed(code))
                return
            except ClassNotFound:
                pass
    wanted = "your class's code" if account.role == "student" else "the school's invitation code"
    raise Forbidden(f"An account needs {wanted} here. Check what you typed.", code="invite_needed")


async def register(cmd: Register, ctx: Context) -> SignedIn:
    """See Register."""
    account = cmd.account
    user = await add_user(account.email, account.name, account.role, ctx.prepared, ctx)
    return await begin_session(user, ctx, device=cmd.device)


async def add_user(email: str, name: str, role: UserRole, password_hash: str, ctx: Context) -> StoredUser:
    """A new account. Raises EmailTaken."""
    user = StoredUser(
        id=ctx.ids.new(), email=email, name=name, role=role, password_hash=password_hash, created_at=ctx.now
    )
    await AccountRepository(ctx.session).add(user)
    return user


async def get_account(_: GetAccount, ctx: Context) -> User:
    """See GetAccount."""
    return (await _own(AccountRepository(ctx.session), ctx.actor)).shown()


async def _own(accounts: AccountRepository, actor: Actor) -> StoredUser:
    user = await accounts.find(actor.id)
    if user is None:
        raise AccountGone()
    return user


async def check_changes(cmd: ChangeAccount, ctx: Context) -> str | None:
    """Prepare: the hash of the new password, if there is one, after the current one was checked."""
    changes = cmd.changes
    async with ctx.runtime.database.read() as session:
        user = await _own(AccountRepository(session), ctx.actor)
    if changes.email is None and changes.new_password is None:
        return None
    if is_demo_id(user.id):
        raise Conflict("The demo's accounts keep their address and password, so that others get in.", code="demo")
    if changes.email is not None:
        email_key(changes.email)
    if changes.current_password is None:
        raise Invalid.on("current_password", "Type your current password as well.")
    if changes.new_password is not None:
        email, name = changes.email or user.email, changes.name or user.name
        check_password(changes.new_password, email=email, name=name, strict=ctx.settings.strict, field="new_password")
    passwords = passwords_of(ctx.runtime)
    if not await passwords.matches(user.password_hash, changes.current_password):
        raise Invalid.on("current_password", "This is not your current password.")
    return await passwords.hash(changes.new_password) if changes.new_password is not None else None


async def change_account(cmd: ChangeAccount, ctx: Context) -> User:
    """See ChangeAccount."""
    changes: AccountChanges = cmd.changes
    accounts = AccountRepository(ctx.session)
    await accounts.change(ctx.actor.id, name=changes.name, email=changes.email, password_hash=ctx.prepared)
    if ctx.prepared is not None:
        await end_sessions(ctx.actor.id, ctx, but=ctx.actor.session)
    return (await _own(accounts, ctx.actor)).shown()


async def end_sessions(user_id: str, ctx: Context, *, but: str | None = None) -> None:
    """Sign the user out everywhere `but` in one session."""
    for session_id in await SessionRepository(ctx.session).end_all_of(user_id, but=but):
        ctx.announce(LoggedOut(user_id=user_id, session_id=session_id))


async def erase_account(_: EraseAccount, ctx: Context) -> Nothing:
    """See EraseAccount."""
    accounts, classes = AccountRepository(ctx.session), ClassRepository(ctx.session)
    user = await _own(accounts, ctx.actor)
    if is_demo_id(user.id):
        raise Conflict("The demo's accounts stay, so that others get in.", code="demo")
    if user.role == "admin" and await accounts.count("admin") == 1:
        raise Conflict("You are the only administrator. Make another one first.", code="last_admin")
    for class_id in await classes.taught(user.id):
        ctx.announce(await classes.state(class_id, deleted=True))
        await classes.delete(class_id)
    for class_id in await classes.joined(user.id):
        await classes.drop_member(class_id, user.id)
        await tell(class_id, ctx)
    await end_sessions(user.id, ctx)
    await NotificationRepository(ctx.session).forget_user(user.id)
    await accounts.erase(user.id)
    ctx.announce(LoggedOut(user_id=user.id))
    ctx.announce(UserErased(user_id=user.id))
    return Nothing()


async def export_account(_: ExportAccount, ctx: Context) -> tuple[ExportedFile, ...]:
    """See ExportAccount. The password's hash is a secret and not about anybody, so it stays."""
    user = await _own(AccountRepository(ctx.session), ctx.actor)
    classes = ClassRepository(ctx.session)
    seen = [await classes.class_for(ctx.actor, one) for one in await classes.taught(user.id)]
    joined = [await classes.class_for(ctx.actor, one) for one in await classes.joined(user.id)]
    sessions = [
        {"began_at": moment(one.created_at), "last_used_at": moment(one.rotated_at), "ends_at": moment(one.expires_at)}
        for one in await SessionRepository(ctx.session).of_user(user.id)
    ]
    told = await NotificationRepository(ctx.session).all_of(user.id)
    parts: dict[str, Any] = {
        "account.json": user.shown().model_dump(mode="json"),
        "classes_taught.json": [one.shown_to(ctx.actor).model_dump(mode="json") for one in seen],
        "classes_joined.json": [one.shown_to(ctx.actor).model_dump(mode="json") for one in joined],
        "notifications.json": [one.model_dump(mode="json") for one in told],
        "sign_ins.json": [{name: time.isoformat() for name, time in one.items()} for one in sessions],
    }
    return tuple(ExportedFile(name=name, content=content) for name, content in parts.items())
