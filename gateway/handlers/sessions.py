"""Signing in, staying signed in, signing out."""

from typing import Any, NamedTuple

from edkit import log
from edkit.contracts.accounts import CheckSession, LoggedOut, Renewal, RenewSession, SignedIn, SignIn, SignOut
from edkit.contracts.common import Nothing
from edkit.contracts.demo import is_demo_id
from edkit.errors import Invalid, Unauthenticated
from edkit.message import Actor
from edkit.service import Context
from edkit.settings import Settings
from gateway.passwords import passwords_of
from gateway.repository.accounts import AccountRepository, StoredUser
from gateway.repository.sessions import SessionRepository
from gateway.rules import refresh
from gateway.signins import SignedOut

logger = log.get(__name__)

DAY_MS = 24 * 3_600_000


class WrongCredentials(Unauthenticated):
    """No account has this address and password; which of the two is wrong is never said."""

    code = "wrong_credentials"
    message = "E-mail or password is not right. Check both and try again."


def may_sign_in(user: StoredUser | None, settings: Settings) -> bool:
    """Accounts of the demo school have known passwords, so they work only where the demo is on."""
    return user is not None and (settings.demo or not is_demo_id(user.id))


class Checked(NamedTuple):
    """Whose password it is, and its hash at today's cost if the stored one was made at another."""

    user: StoredUser
    new_hash: str | None


async def check_credentials(cmd: SignIn, ctx: Context) -> Checked:
    """Prepare: the user whose password this is. Hashing takes its time outside of any transaction."""
    passwords = passwords_of(ctx.runtime)
    user = await find_user(ctx, cmd.credentials.email)
    stored = user.password_hash if may_sign_in(user, ctx.settings) and user is not None else None
    if not await passwords.matches(stored, cmd.credentials.password) or user is None:
        raise WrongCredentials()
    outdated = passwords.outdated(user.password_hash)
    return Checked(user, await passwords.hash(cmd.credentials.password) if outdated else None)


async def find_user(ctx: Context, email: str) -> StoredUser | None:
    """The account of an address, read before the transaction; none when it is no address at all."""
    async with ctx.runtime.database.read() as session:
        try:
            return await AccountRepository(session).find_by_email(email)
        except Invalid:
            return None


async def sign_in(cmd: SignIn, ctx: Context) -> SignedIn:
    """Begin a session for the user that `check_credentials` found."""
    checked: Checked = ctx.prepared
    accounts = AccountRepository(ctx.session)
    user = await accounts.find(checked.user.id)
    if user is None or user.password_hash != checked.user.password_hash:
        raise WrongCredentials()
    if checked.new_hash is not None:
        await accounts.change(user.id, password_hash=checked.new_hash)
    return await begin_session(user, ctx, device=cmd.device)


async def begin_session(user: StoredUser, ctx: Context, *, device: str) -> SignedIn:
    """A new session of `user`, with its tokens."""
    session_id = ctx.ids.new()
    expires_at = ctx.now + ctx.settings.refresh_days * DAY_MS
    await SessionRepository(ctx.session).add(session_id, user.id, device=device, now=ctx.now, expires_at=expires_at)
    return tokens(user, session_id, 1, ctx)


def tokens(user: StoredUser, session_id: str, generation: int, ctx: Context) -> SignedIn:
    """What a client needs to stay signed in."""
    keys, minutes = ctx.runtime.keys, ctx.settings.access_minutes
    actor = Actor(id=user.id, role=user.role, session=session_id)
    return SignedIn(
        user=user.shown(),
        access_token=keys.issue_access(actor, now=ctx.now, minutes=minutes),
        refresh_token=refresh.make_token(keys, session_id, generation),
        expires_in=minutes * 60,
    )


async def renew_session(cmd: RenewSession, ctx: Context) -> Renewal:
    """See RenewSession. A refusal is an answer and not an error, since ending a reused session must be kept."""
    read = refresh.read_token(ctx.runtime.keys, cmd.refresh_token)
    if read is None:
        return Renewal()
    session_id, generation = read
    sessions = SessionRepository(ctx.session)
    expires_at = ctx.now + ctx.settings.refresh_days * DAY_MS
    swap: dict[str, Any] = {"device": cmd.device, "now": ctx.now, "expires_at": expires_at}
    swapped = await sessions.rotate(session_id, generation, **swap)
    session = await sessions.find(session_id, ctx.now)
    user = await AccountRepository(ctx.session).find(session.user_id) if session is not None else None
    if session is None or user is None or not may_sign_in(user, ctx.settings):
        return Renewal()
    shown = refresh.judge(
        shown=generation,
        current=generation if swapped else session.generation,
        rotated_at=session.rotated_at,
        same_device=cmd.device != "" and session.device == cmd.device,
        asked_at=cmd.asked_at,
        now=ctx.now,
    )
    if shown is refresh.Shown.REUSED:
        logger.warning("refresh_token_reused", user_id=user.id, session_id=session_id)
        await sessions.end(session_id)
        ctx.announce(LoggedOut(user_id=user.id, session_id=session_id))
        return Renewal()
    return Renewal(signed_in=tokens(user, session_id, session.generation, ctx))


async def check_session(_: CheckSession, ctx: Context) -> Nothing:
    """See CheckSession."""
    session = await SessionRepository(ctx.session).find(ctx.actor.session or "", ctx.now)
    if session is None or session.user_id != ctx.actor.id:
        raise SignedOut()
    return Nothing()


async def sign_out(cmd: SignOut, ctx: Context) -> Nothing:
    """See SignOut."""
    sessions = SessionRepository(ctx.session)
    read = refresh.read_token(ctx.runtime.keys, cmd.refresh_token or "")
    for session_id in {read[0] if read else None, ctx.actor.session} - {None}:
        session = await sessions.find(str(session_id), ctx.now)
        if session is not None and await sessions.end(session.id):
            ctx.announce(LoggedOut(user_id=session.user_id, session_id=session.id))
    return Nothing()
