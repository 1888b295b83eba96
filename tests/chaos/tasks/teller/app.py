"""`POST /book` and `POST /ask`: the body is the Request, the answer its reply. Who hangs up is served no longer."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import TypeAdapter

from edkit.errors import AppError
from edkit.message import SYSTEM, Request
from edkit.service import Mounts, Runtime, Service
from tests.chaos.tasks.messages import Ask, Book

DEADLINE_S = 4.0
ROUTES: dict[str, type[Request[Any]]] = {"/book": Book, "/ask": Ask}


def _mounts(runtime: Runtime) -> Mounts:
    async def app(scope: dict[str, Any], receive: Callable[..., Awaitable[Any]], send: Callable[..., Any]) -> None:
        body = b""
        while (part := await receive())["type"] == "http.request":
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        request = TypeAdapter(ROUTES[scope["path"]]).validate_json(body)
        called = asyncio.ensure_future(_call(runtime, request))
        gone = asyncio.ensure_future(receive())
        await asyncio.wait({called, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not called.done():
            called.cancel()
            with contextlib.suppress(asyncio.CancelledError, AppError):
                await called
            return
        status, answer, more = called.result()
        length = (b"content-length", str(len(answer)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [length, *more]})
        await send({"type": "http.response.body", "body": answer})

    return Mounts({"/": app})


async def _call(runtime: Runtime, request: Request[Any]) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    key = request.op if isinstance(request, Book) else None
    try:
        return (
            200,
            await runtime.bus.call_raw(
                request, actor=SYSTEM, timeout=DEADLINE_S, message_id=key, remember=key is not None
            ),
            [],
        )
    except AppError as error:
        wait = [(b"retry-after", b"1")] if error.retry_after_ms else []
        return error.status, error.to_data().model_dump_json().encode(), wait


service = Service("teller", http=_mounts)
