"""`/api/auth`: accounts, tokens and the cookie that browsers keep."""

from starlette.requests import Request
from starlette.responses import Response

from edkit.contracts.accounts import (
    Credentials,
    LoggedOut,
    NewAccount,
    PasswordReset,
    RefreshFields,
    Register,
    Renewal,
    RenewSession,
    ResetOutcome,
    ResetPassword,
    SignedIn,
    SignIn,
    SignOut,
)
from edkit.errors import Invalid, Unauthenticated
from edkit.message import Actor
from gateway.desk import JSON, Anyone, Visit
from gateway.problems import problem
from gateway.routes.route import ALWAYS, WITH_BODY, family, refusals

router = family("/api/auth", "accounts", *ALWAYS, *WITH_BODY)

COOKIE = "edtech_refresh"
IN_COOKIE = RefreshFields()
"""What no body at all means: the token, if there is one, travels in the cookie."""


def is_browser(request: Request) -> bool:
    """Whether our web app asks: then the refresh token travels in the cookie only."""
    return request.headers.get("x-client") == "web"


def _with_tokens(visit: Visit, signed_in: SignedIn, status: int) -> Response:
    request, settings = visit.request, visit.desk.runtime.settings
    if not is_browser(request):
        return Response(signed_in.model_dump_json(), status, headers=_NOT_STORED, media_type=JSON)
    shown = signed_in.model_copy(update={"refresh_token": None})
    answer = Response(shown.model_dump_json(exclude_none=True), status, headers=_NOT_STORED, media_type=JSON)
    answer.set_cookie(
        COOKIE,
        signed_in.refresh_token or "",
        max_age=settings.refresh_days * 24 * 3600,
        path="/api/auth",
        secure=_is_https(visit),
        httponly=True,
        samesite="strict",
    )
    return answer


_NOT_STORED = {"Cache-Control": "no-store"}


def _is_https(visit: Visit) -> bool:
    return visit.request.url.scheme == "https" or visit.desk.runtime.settings.public_url.startswith("https://")


def _without_cookie(visit: Visit, answer: Response) -> Response:
    if is_browser(visit.request):
        answer.delete_cookie(COOKIE, path="/api/auth", secure=_is_https(visit), httponly=True, samesite="strict")
    return answer


def _refresh_token(visit: Visit, fields: RefreshFields) -> str | None:
    return visit.request.cookies.get(COOKIE) if is_browser(visit.request) else fields.refresh_token


@router.post("/register", status_code=201, response_model=SignedIn, responses=refusals("Forbidden", "Conflict"))
async def register(visit: Anyone, body: NewAccount) -> Response:
    """Make an account and sign in."""
    await visit.desk.limits.registration(visit.address)
    sent = Register(account=body, device=visit.device)
    return _with_tokens(visit, await visit.desk.local.call(sent, actor=visit.actor), 201)


@router.post("/login", response_model=SignedIn, responses=refusals("Unauthenticated"))
async def sign_in(visit: Anyone, body: Credentials) -> Response:
    """Sign in with e-mail and password."""
    await visit.desk.limits.sign_in(body.email, visit.address)
    sent = SignIn(credentials=body, device=visit.device)
    try:
        signed_in = await visit.desk.local.call(sent, actor=visit.actor)
    except Unauthenticated:
        await visit.desk.limits.not_signed_in(body.email)
        raise
    await visit.desk.limits.signed_in(body.email, visit.address)
    return _with_tokens(visit, signed_in, 200)


@router.post("/refresh", response_model=SignedIn, responses=refusals("Unauthenticated"))
async def refresh(visit: Anyone, body: RefreshFields = IN_COOKIE) -> Response:
    """Swap the refresh token for its successor and a new access token."""
    asked_at = visit.desk.runtime.clock.now()
    token = _refresh_token(visit, body)
    if token is None and not is_browser(visit.request):
        raise Invalid.on("refresh_token", "This is needed.")
    renewal = Renewal()
    if token:
        renewal = await visit.desk.local.call(
            RenewSession(refresh_token=token[:300], device=visit.device, asked_at=asked_at), actor=visit.actor
        )
    if renewal.signed_in is None:
        refusal = Unauthenticated("You are signed out. Sign in again to go on.", code="refresh_refused")
        return _without_cookie(visit, problem(refusal))
    return _with_tokens(visit, renewal.signed_in, 200)


@router.post("/logout", status_code=204)
async def sign_out(visit: Anyone, body: RefreshFields = IN_COOKIE) -> Response:
    """End the session of the refresh token, and of the access token if one is sent."""
    actor = await _bearer_if_any(visit)
    await visit.desk.local.call(SignOut(refresh_token=_refresh_token(visit, body)), actor=actor)
    if actor.session:
        visit.desk.sign_ins.forget(LoggedOut(user_id=actor.id, session_id=actor.session))
    return _without_cookie(visit, Response(status_code=204))


async def _bearer_if_any(visit: Visit) -> Actor:
    scheme, _, token = visit.request.headers.get("authorization", "").partition(" ")
    try:
        return await visit.desk.sign_ins.actor(token.strip()) if scheme.lower() == "bearer" else visit.actor
    except Unauthenticated:
        return visit.actor


@router.post("/reset", status_code=204, responses=refusals("Forbidden"))
async def reset_password(visit: Anyone, body: PasswordReset) -> Response:
    """Set a new password with the one-time code from one's teacher. All sessions end."""
    await visit.desk.limits.sign_in(body.email, visit.address)
    outcome: ResetOutcome = await visit.desk.local.call(ResetPassword(reset=body), actor=visit.actor)
    if not outcome.done:
        await visit.desk.limits.not_signed_in(body.email)
        words = "This code does not open this account, or it is used up. Ask your teacher for a new one."
        raise Invalid.on("code", words)
    await visit.desk.limits.signed_in(body.email, visit.address)
    return Response(status_code=204)
