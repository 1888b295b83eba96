"""Before any route: pages of other origins, floods from one address, and bodies beyond the limit."""

import asyncio
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edkit.contracts.drafts import LONGEST_TEXT
from edkit.errors import AppError, Forbidden, TooLarge
from edkit.service import Runtime
from gateway.limits import Limits
from gateway.problems import problem
from gateway.signins import sign_ins_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
GENERATE, WRITTEN_LONG = "/api/quizzes/generate", 12
"""A text to make a quiz of, and the most bytes that JSON may spend on one of its characters: two escapes."""
FORM_OVERHEAD = 64 * 1024
"""Bytes that a multipart form may hold beside its file."""

DROPPED_BYTES = 64 * 2**20
DROPPED_S = 15.0
"""How much of a body that is too large is read and dropped, and for how long, before the refusal is sent."""

_METHODS = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = (
    "Authorization, Content-Type, X-Client, X-Device, X-Request-Id, Idempotency-Key, If-None-Match, Range"
)
_ANSWER_HEADERS = "X-Request-Id, Retry-After, Location, ETag, Content-Disposition, Content-Range, Accept-Ranges"


class Guard:
    """ASGI middleware around the API."""

    def __init__(self, app: ASGIApp, runtime: Runtime, limits: Limits) -> None:
        self._app, self._limits, self._settings = app, limits, runtime.settings
        self._sign_ins = sign_ins_of(runtime)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in runtime.settings.allowed_origins)
        self._own = urlsplit(runtime.settings.public_url).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        origin = headers.get("origin", "").lower()
        foreign = origin != "" and not self._is_own(origin, headers)
        if foreign and origin in self._origins:
            send = _with_cors(send, origin)
            if scope["method"] == "OPTIONS":
                await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
                return
        elif scope["method"] not in SAFE and (foreign or headers.get("sec-fetch-site") == "cross-site"):
            words = "This page's address may not call here. Its administrator can add it to the allowed origins."
            await problem(Forbidden(words, code="origin_refused"))(scope, receive, send)
            return
        body = _Body(receive, send, waits=headers.get("expect", "").lower() == "100-continue")
        receive, send = body.receive, body.send
        try:
            known = scope["charged"] = self._sign_ins.known(headers.get("authorization", ""))
            await self._limits.visit(scope["client"][0] if scope.get("client") else "", known)
            limited = self._limited(scope["path"], headers, receive)
        except AppError as error:
            await problem(error)(scope, receive, send)
            return
        await self._app(scope, limited, send)

    def _is_own(self, origin: str, headers: Headers) -> bool:
        """Whether a page is served by ourselves. A proxy may end TLS, so the scheme is not compared."""
        netloc = origin.partition("://")[2]
        return netloc != "" and netloc in (headers.get("host", "").lower(), self._own)

    def _limited(self, path: str, headers: Headers, receive: Receive) -> Receive:
        """`receive` that raises TooLarge past the limit, whatever the length was said to be."""
        settings = self._settings
        is_form = headers.get("content-type", "").lower().startswith("multipart/form-data")
        limit = settings.upload_limit + FORM_OVERHEAD if is_form else settings.body_limit
        if path == GENERATE and not is_form:
            limit = max(limit, LONGEST_TEXT * WRITTEN_LONG + FORM_OVERHEAD)
        shown = settings.upload_limit if is_form else limit
        words = f"This is larger than {shown / 2**20:.0f} MB. Nothing was stored."
        said = headers.get("content-length", "")
        if said.isascii() and said.isdigit() and int(said) > limit:
            raise TooLarge(words)
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    raise TooLarge(words)
            return message

        return counted


class _Body:
    """Lets a client finish a body that is too large before it is told so.

    Clients write the whole body before they read. If the connection were closed while they do, most would see it reset
    and never the 413.
    """

    def __init__(self, receive: Receive, send: Send, *, waits: bool) -> None:
        self._receive, self._send = receive, send
        self._unread = not waits

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self._unread = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            try:
                await asyncio.wait_for(self._drop(), DROPPED_S)
            except TimeoutError:
                self._unread = False
        await self._send(message)

    async def _drop(self) -> None:
        dropped = 0
        while self._unread and dropped < DROPPED_BYTES:
            dropped += len((await self.receive()).get("body", b""))


_PREFLIGHT = {
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Headers": _REQUEST_HEADERS,
    "Access-Control-Max-Age": "600",
}


def _with_cors(send: Send, origin: str) -> Send:
    async def allowing(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Allow-Credentials"] = "true"
            headers["Access-Control-Expose-Headers"] = _ANSWER_HEADERS
            headers.append("Vary", "Origin")
        await send(message)

    return allowing
