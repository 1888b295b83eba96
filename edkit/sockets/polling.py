"""Engine.IO over HTTP long-polling, as an ASGI application: the way in for networks that break websockets."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from edkit.sockets.admission import Caller, Refusal, bad_request, read_query, unknown_session, unknown_transport
from edkit.sockets.engine import Engine
from edkit.sockets.packets import NOOP, WireError
from edkit.sockets.session import Mailbox, Session

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Polling:
    """Serves GET, POST and OPTIONS of one engine, at whatever path it is mounted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("socket servers take no ASGI websockets: give uvicorn the websocket_protocol as `ws`")
        cors: Headers = []
        try:
            caller = _caller(scope)
            if self._engine.admission.check_origin(caller):
                cors = [(b"access-control-allow-origin", caller.origin.encode("latin-1")), (b"vary", b"origin")]
            if scope["method"] == "OPTIONS":
                await _answer(send, HTTPStatus.NO_CONTENT, b"", cors + _preflight(cors))
                return
            body = await self._serve(scope, caller, receive)
        except Refusal as refusal:
            self._engine.counters.refused += 1
            await _answer(send, refusal.status, refusal.body, [*cors, *refusal.headers()])
        else:
            if body is not None:
                head = [(b"content-type", b"text/plain; charset=UTF-8"), (b"content-length", b"%d" % len(body))]
                await _answer(send, HTTPStatus.OK, body, [*cors, *head, (b"cache-control", b"no-store")])

    async def _serve(self, scope: Message, caller: Caller, receive: Receive) -> bytes | None:
        """The body of the answer; None if the client has hung up. Raises `Refusal`."""
        method = scope["method"]
        self._engine.admission.check_protocol(caller)
        if caller.query.get("transport") != "polling":
            raise unknown_transport()
        session_id = caller.query.get("sid")
        if session_id is None:
            if method != "GET":
                raise Refusal(HTTPStatus.BAD_REQUEST, 2, "Bad handshake method")
            return self._engine.greeting(self._engine.open_polling(caller)).text
        session = self._engine.sessions.get(session_id)
        if session is None:
            raise unknown_session()
        if session.mailbox is None:
            raise bad_request("This session is a websocket by now")
        if method == "GET":
            return await self._poll(session, session.mailbox, caller.query.get("t", ""), receive)
        if method == "POST":
            return await self._post(session, session.mailbox, scope, receive)
        raise bad_request("Only GET and POST are served here")

    async def _poll(self, session: Session, mailbox: Mailbox, mark: str, receive: Receive) -> bytes | None:
        """Wait until there is something to fetch. A second poll at once, or one that hangs up, ends the session.

        The same poll again, by its mark, is answered as it was, or waits in place of the first. An ended session hands
        out what is left and is unknown then: unlike a CLOSE packet, that makes every stock client connect again.
        """
        if not mailbox.begin(mark):
            if mailbox.handed:
                return mailbox.handed
            if mailbox.poll is not None:
                mailbox.poll.cancel()
        elif mailbox.poll is not None:
            session.abort("transport error")
            raise bad_request("Another poll of this session is waiting: keep one at a time")
        if not mailbox.ready() and session.is_open:
            poll = mailbox.poll = asyncio.get_running_loop().create_future()
            hangs_up = asyncio.ensure_future(_hang_up(receive))
            try:
                await asyncio.wait((poll, hangs_up), return_when=asyncio.FIRST_COMPLETED)
                if poll.cancelled():
                    return NOOP
                if not poll.done():
                    session.abort("transport close")
                    self._engine.discard(session)
                    return None
            finally:
                if mailbox.poll is poll:
                    mailbox.poll = None
                hangs_up.cancel()
        if not session.is_open and mailbox.is_empty():
            self._engine.discard(session)
            raise unknown_session()
        return mailbox.take()

    async def _post(self, session: Session, mailbox: Mailbox, scope: Message, receive: Receive) -> bytes:
        """Take the packets of one body, all or up to the first bad one, which ends the session."""
        if mailbox.reading:
            session.abort("transport error")
            raise bad_request("Another POST of this session is being read: keep one at a time")
        mailbox.reading = True
        try:
            body = await self._body(scope, receive)
            for packet in body.split(b"\x1e"):
                await mailbox.room.wait()  # the next packet waits while too many handlers do
                if session.mailbox is None or not session.is_open:
                    raise unknown_session()
                if packet[:1] == b"b":
                    raise WireError("binary packets are not read here: send JSON")
                session.receive(packet)
        except Refusal:
            session.abort("transport error")
            raise
        except WireError as error:
            self._engine.counters.malformed += 1
            session.abort("parse error")
            raise bad_request(f"The packet was refused: {error}") from None
        finally:
            mailbox.reading = False
        return b"ok"

    async def _body(self, scope: Message, receive: Receive) -> bytes:
        """The whole body as checked text. Raises `Refusal` if it is too large, too slow, not UTF-8 or cut short."""
        limit = self._engine.settings.max_payload
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > limit:
            raise _too_large(limit)
        body = bytearray()
        try:
            async with asyncio.timeout(self._engine.settings.request_timeout_ms / 1000):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise bad_request("The request was cut short")
                    body += message.get("body", b"")
                    if len(body) > limit:
                        raise _too_large(limit)
                    if not message.get("more_body", False):
                        break
            body.decode()
        except TimeoutError:
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, 3, "The body came too slowly") from None
        except UnicodeDecodeError:
            raise bad_request("The body is not UTF-8") from None
        return bytes(body)


def _too_large(limit: int) -> Refusal:
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, 3, f"One request may carry {limit} bytes: send less at once")


def _caller(scope: Message) -> Caller:
    headers: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        known = headers.get(name)
        text = value.decode("latin-1")
        headers[name] = text if known is None else f"{known},{text}"
    client = scope.get("client")
    return Caller(
        client[0] if client else "",
        read_query(scope["query_string"].decode("latin-1")),
        headers.get(b"origin", ""),
        headers.get(b"host", ""),
        headers.get(b"x-forwarded-for", ""),
        headers.get(b"x-forwarded-host", ""),
        headers.get(b"user-agent", ""),
    )


def _preflight(cors: Headers) -> Headers:
    if not cors:
        return [(b"allow", b"GET, POST, OPTIONS")]
    return [
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-max-age", b"600"),
    ]


async def _hang_up(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: HTTPStatus, body: bytes, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})
