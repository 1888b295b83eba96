"""From access token to actor: the signature, and whether the session still has its row."""

from base64 import urlsafe_b64decode

import orjson

from edkit.contracts.accounts import LoggedOut
from edkit.errors import Unauthenticated
from edkit.message import Actor
from edkit.service import Runtime
from gateway.repository.sessions import SessionRepository

BELIEVED_MS = 30_000
"""How long an ended session may go on where the notice of its end was lost."""

MOST_KNOWN = 20_000


class SignedOut(Unauthenticated):
    """The session of a genuine token has ended."""

    code = "signed_out"
    message = "You have signed out. Sign in again to go on."


class SignIns:
    """Tokens and sessions seen lately cost neither a signature check nor a query."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tokens: dict[str, tuple[Actor, int]] = {}
        self._alive: dict[str, int] = {}
        self._endings = 0

    async def actor(self, token: str) -> Actor:
        """Who the bearer is. Raises Unauthenticated: `bad_token`, `token_expired` or `signed_out`."""
        return (await self.holder(token))[0]

    async def holder(self, token: str) -> tuple[Actor, int]:
        """Who the bearer is, and until when (epoch ms) the token holds. Raises as `actor` does."""
        now = self._runtime.clock.now()
        actor, expires_at = self._tokens.get(token) or self._verified(token, now)
        session_id = actor.session or ""
        if expires_at <= now:
            self._verified(token, now)
        if self._alive.get(session_id, 0) <= now:
            await self._look_up(actor, session_id, now)
        return actor, expires_at

    def known(self, authorization: str) -> str | None:
        """Whose token this header holds, if it was genuine when it was last seen."""
        scheme, _, token = authorization.partition(" ")
        known = self._tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        return None if known is None else known[0].id

    def _verified(self, token: str, now: int) -> tuple[Actor, int]:
        actor = self._runtime.keys.verify_access(token, now=now)
        claims = token.split(".")[1]
        expires_at = int(orjson.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]) * 1000
        if len(self._tokens) >= MOST_KNOWN:
            self._tokens.clear()
        self._tokens[token] = actor, expires_at
        return actor, expires_at

    async def _look_up(self, actor: Actor, session_id: str, now: int) -> None:
        endings = self._endings
        async with self._runtime.database.read() as session:
            stored = await SessionRepository(session).find(session_id, now)
        if stored is None or stored.user_id != actor.id:
            raise SignedOut()
        if endings != self._endings:
            return  # some session ended while this one was read: believe nothing
        if len(self._alive) >= MOST_KNOWN:
            self._alive.clear()
        self._alive[session_id] = now + BELIEVED_MS

    def forget(self, notice: LoggedOut) -> None:
        """A session has ended, or all of a user."""
        self._endings += 1
        if notice.session_id is None:
            self._alive.clear()
        else:
            self._alive.pop(notice.session_id, None)


async def forget_session(notice: LoggedOut, runtime: Runtime) -> None:
    """Every replica hears of an ended session."""
    sign_ins_of(runtime).forget(notice)


def sign_ins_of(runtime: Runtime) -> SignIns:
    """The one `SignIns` of a running gateway."""
    known = runtime.state.get("sign_ins")
    if not isinstance(known, SignIns):
        known = runtime.state["sign_ins"] = SignIns(runtime)
    return known
