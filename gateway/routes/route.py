"""How every route reads its body and what it may answer."""

import contextlib
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from edkit.errors import Invalid, UnsupportedType
from gateway.problems import MEDIA_TYPE, MOST_FIELDS

_PROBLEMS = {
    "Conflict": (409, "The present state does not allow it; nothing changed."),
    "Forbidden": (403, "The account's role or the page's origin may not do this."),
    "Invalid": (422, "A field breaks a rule; `errors` names it."),
    "Malformed": (400, "The request could not be read."),
    "NotFound": (404, "Not there, or not yours."),
    "TimedOut": (504, "A service did not answer in time. `Retry-After` says when to ask again."),
    "TooLarge": (413, "Larger than the limit."),
    "TooMany": (429, "Too many requests. `Retry-After` says when to come back."),
    "Unauthenticated": (401, "No access token, or one that does not hold."),
    "Unavailable": (503, "A service does not answer. `Retry-After` says when to ask again."),
    "UnsupportedType": (415, "A type of content that is not read here."),
}
ALWAYS = ("TooMany", "Unavailable")
FOR_SIGNED_IN = ("Unauthenticated", "TimedOut", *ALWAYS)
WITH_BODY = ("Malformed", "Invalid", "TooLarge", "UnsupportedType")


def refusals(*names: str) -> dict[int | str, dict[str, Any]]:
    """The problem answers of a route, for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found = sorted(_PROBLEMS[name] for name in names)
    return {status: {"description": said, "content": content} for status, said in found}


LOOKED_AT = 8 * 1024
"""Bytes up to which a body cannot hold so many faults that naming them all takes long."""
MOST_VALUES = 50_000
"""Values of one body; 200 questions with everything that they may have are 30,000."""


def check_measure(content: Any, adapter: TypeAdapter[Any]) -> None:
    """Refuse a large body that is not of its shape before every fault of it is put into words: a hostile one has a
    million, and the event loop would stand still for seconds. Raises Invalid.
    """
    left, waiting = MOST_VALUES, [content]
    while waiting:
        value = waiting.pop()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        left -= len(inner)
        if left < 0:
            raise Invalid("This holds far more values than anything here needs. Nothing was changed.")
        waiting.extend(inner)
    try:
        adapter.validate_python(content)
    except ValidationError as error:
        if error.error_count() > MOST_FIELDS:
            words = f"{error.error_count()} fields of this are not as they must be. Nothing was changed."
            raise Invalid(words) from None


class OrjsonRequest(Request):
    """Reads JSON with orjson, which is faster and refuses NaN."""

    async def json(self) -> Any:
        return orjson.loads(await self.body())


async def received(request: Request, shape: TypeAdapter[Any] | None, *, needed: bool) -> bytes:
    """The body's bytes. Raises UnsupportedType when it is not said to be JSON, and Invalid when it is far too much."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and (needed or await request.body()):
        raise UnsupportedType("Send this as JSON, with Content-Type: application/json.")
    body = await request.body()  # here, so that a body beyond the limit is said to be too large
    if shape is not None and len(body) > LOOKED_AT:
        with contextlib.suppress(orjson.JSONDecodeError):  # said by who reads it
            check_measure(orjson.loads(body), shape)
    return body


class JsonRoute(APIRoute):
    """A route whose body, if it has one, is `application/json` and nothing else."""

    def get_route_handler(self) -> Any:
        inner = super().get_route_handler()
        reads_body = self.body_field is not None
        shape: Any = None if self.body_field is None else self.body_field.field_info.annotation
        adapter = None if shape is None else TypeAdapter[Any](shape)
        needs_body = self.body_field is not None and self.body_field.field_info.is_required()

        async def handle(request: Request) -> Response:
            asked = OrjsonRequest(request.scope, request.receive)
            if reads_body:
                await received(asked, adapter, needed=needs_body)
            answer: Response = await inner(asked)
            return answer

        return handle


def family(prefix: str, tag: str, *names: str) -> APIRouter:
    """A router of one family of addresses, with the refusals that all of its routes may give."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=JsonRoute, responses=refusals(*names))


KEYED: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key and body again within 24 h gives the same answer and no second effect.",
            "schema": {"type": "string", "maxLength": 200},
        }
    ]
}
"""What a POST that understands `Idempotency-Key` adds to its description."""
