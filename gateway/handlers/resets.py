"""A student who forgot the password gets a one-time code from the teacher."""

from edkit import log
from edkit.contracts.accounts import ResetOutcome, ResetPassword
from edkit.contracts.classes import MakeResetCode, ResetCode
from edkit.contracts.demo import is_demo_id
from edkit.errors import Conflict, Invalid, NotFound
from edkit.service import Context
from gateway.handlers.accounts import end_sessions
from gateway.passwords import passwords_of
from gateway.repository.accounts import AccountRepository
from gateway.repository.classes import ClassRepository
from gateway.rules import codes
from gateway.rules.passwords import check_password

logger = log.get(__name__)


async def make_reset_code(cmd: MakeResetCode, ctx: Context) -> ResetCode:
    """See MakeResetCode."""
    classes = ClassRepository(ctx.session)
    await classes.taught_by(ctx.actor, cmd.class_id)
    if not await classes.is_student_of(cmd.class_id, cmd.user_id):
        raise NotFound("This person is not a student of the class.", code="member_not_found")
    if is_demo_id(cmd.user_id):
        raise Conflict("The demo's accounts keep their passwords, so that others get in.", code="demo")
    code = ctx.chance.digits(codes.RESET_DIGITS)
    mark = _mark(ctx, cmd.user_id, code)
    expires_at = ctx.now + codes.RESET_MS
    accounts = AccountRepository(ctx.session)
    await accounts.put_reset_code(cmd.user_id, mark=mark, tries=codes.RESET_TRIES, expires_at=expires_at)
    logger.info("reset_code_made", teacher_id=ctx.actor.id, student_id=cmd.user_id)
    return ResetCode(code=codes.shown(code), expires_in=codes.RESET_MS // 1000)


def _mark(ctx: Context, user_id: str, code: str) -> str:
    return ctx.runtime.keys.mark("reset", f"{user_id}.{code}")


async def hash_for_reset(cmd: ResetPassword, ctx: Context) -> str:
    """Prepare: the hash of the new password. Takes the same time whether or not the account exists."""
    email = cmd.reset.email  # the name only once the code holds: a refusal would tell a stranger whose account it is
    strict = ctx.settings.strict
    check_password(cmd.reset.new_password, email=email, name=email, strict=strict, field="new_password")
    return await passwords_of(ctx.runtime).hash(cmd.reset.new_password)


async def reset_password(cmd: ResetPassword, ctx: Context) -> ResetOutcome:
    """See ResetPassword. A refusal is an answer and not an error, since the spent try must be kept."""
    accounts = AccountRepository(ctx.session)
    try:
        user = await accounts.find_by_email(cmd.reset.email)
    except Invalid:
        user = None
    mark = await accounts.use_reset_try(user.id, ctx.now) if user is not None else None
    given = _mark(ctx, user.id if user is not None else "", codes.typed(cmd.reset.code))
    if user is None or mark is None or not ctx.runtime.keys.same(mark, given):
        return ResetOutcome(done=False)
    strict = ctx.settings.strict
    check_password(cmd.reset.new_password, email=user.email, name=user.name, strict=strict, field="new_password")
    await accounts.drop_reset_code(user.id)
    await accounts.change(user.id, password_hash=ctx.prepared)
    await end_sessions(user.id, ctx)
    logger.info("password_reset", user_id=user.id)
    return ResetOutcome(done=True)
