"""What a route works with: who asks, and the two ways to have a message answered."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import Response

from edkit import message
from edkit.errors import TimedOut, Unauthenticated, Unavailable
from edkit.message import ANONYMOUS, Actor
from edkit.runner import LocalCalls
from edkit.service import Runtime
from gateway.breaker import INTERRUPTED, Breakers, honest
from gateway.guard import SAFE
from gateway.idempotency import hash_of, message_id_for
from gateway.limits import Limits
from gateway.signins import SignIns, sign_ins_of

JSON = "application/json"
DEFAULT_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Desk:
    """The open gateway, as routes see it."""

    runtime: Runtime
    local: LocalCalls
    limits: Limits
    sign_ins: SignIns
    breakers: Breakers

    @classmethod
    def open(cls, runtime: Runtime, limits: Limits) -> "Desk":
        return cls(runtime, LocalCalls(runtime), limits, sign_ins_of(runtime), Breakers(runtime.clock.monotonic))


@dataclass(frozen=True)
class Visit:
    """One request and who makes it."""

    request: Request
    desk: Desk
    actor: Actor

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return self.request.client.host if self.request.client else ""

    @property
    def device(self) -> str:
        """A fingerprint of the browser, or of whatever names itself in `X-Device`; empty for any other program."""
        named, program, kind = (self.request.headers.get(name, "") for name in ("x-device", "user-agent", "x-client"))
        if not named and kind != "web":
            return ""
        said = (named, program, kind)
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]

    async def raw(
        self, sent: message.Request[Any], *, timeout: float = DEFAULT_TIMEOUT_S, message_id: str | None = None
    ) -> bytes:
        """The answer's JSON bytes. With a `message_id` the service keeps its reply and gives the same one again.

        What was interrupted is asked a second time where that is harmless: to read, or under the same id.
        """
        remember = message_id is not None
        if sent.service == self.desk.runtime.name:
            return await self.desk.local.call_raw(sent, actor=self.actor, message_id=message_id, remember=remember)
        changes = self.request.method not in SAFE
        clock = self.desk.runtime.clock
        until = clock.monotonic() + timeout

        def ask() -> Awaitable[bytes]:
            left = until - clock.monotonic()
            return self.desk.runtime.bus.call_raw(
                sent, actor=self.actor, timeout=left, message_id=message_id, remember=remember
            )

        breaker = self.desk.breakers.of(sent.service)
        try:
            try:
                return await breaker.call(ask)
            except Unavailable as error:
                if error.code != INTERRUPTED or (changes and not remember):
                    raise
                return await breaker.call(ask)
        except (Unavailable, TimedOut) as error:
            raise honest(error, changes=changes, keyed=remember) from error

    async def ask(self, sent: message.Request[Any], *, status: int = 200) -> Response:
        """The service's answer, handed through unread. 204 has no body."""
        body = await self.raw(sent)
        return Response(status_code=204) if status == 204 else Response(body, status, media_type=JSON)

    async def message_id(self, body_hash: str | None = None) -> str | None:
        """The id that the client's Idempotency-Key stands for; None without a key."""
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return None
        body_hash = body_hash or hash_of(await self.request.body())
        return await message_id_for(self.desk.runtime, self.actor, self.request.url.path, key, body_hash)

    async def do(self, make: Callable[[str], message.Request[Any]], *, status: int = 200) -> Response:
        """Have something done once, however often it is asked with one Idempotency-Key.

        `make` gets an id for what is made, which is the same for every repetition.
        """
        message_id = await self.message_id()
        return await self.do_as(make(message_id or self.desk.runtime.ids.new()), message_id, status=status)

    async def do_as(
        self,
        sent: message.Request[Any],
        message_id: str | None,
        *,
        status: int = 200,
        timeout: float = DEFAULT_TIMEOUT_S,
    ) -> Response:
        """Have `sent` done under the id that the client's Idempotency-Key stands for, if there was one."""
        body = await self.raw(sent, timeout=timeout, message_id=message_id)
        return Response(status_code=204) if status == 204 else Response(body, status, media_type=JSON)


def visit_of(request: Request, actor: Actor) -> Visit:
    """A visit by somebody known."""
    return Visit(request, request.app.state.desk, actor)


async def anyone(request: Request) -> Visit:
    """A visit that no token is looked at for."""
    return visit_of(request, ANONYMOUS)


class Bearer(HTTPBearer):
    """The access token in `Authorization`. Unauthenticated without one that holds; TooMany for a person in a hurry."""

    def __init__(self) -> None:
        super().__init__(scheme_name="access_token", bearerFormat="JWT", description="From sign-in or refresh.")

    async def __call__(self, request: Request) -> Visit:  # type: ignore[override]  # a visit instead of bare text
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated()
        desk: Desk = request.app.state.desk
        actor = await desk.sign_ins.actor(token.strip())
        if request.scope.get("charged") != actor.id:
            await desk.limits.user(actor.id)
        return Visit(request, desk, actor)


bearer = Bearer()
Anyone = Annotated[Visit, Depends(anyone)]
SignedInVisit = Annotated[Visit, Security(bearer)]
