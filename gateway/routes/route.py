"""How every route reads its body and what it may answer."""

from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from edkit.errors import UnsupportedType
from gateway.problems import MEDIA_TYPE

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


class OrjsonRequest(Request):
    """Reads JSON with orjson, which is faster and refuses NaN."""

    async def json(self) -> Any:
        return orjson.loads(await self.body())


class JsonRoute(APIRoute):
    """A route whose body, if it has one, is `application/json` and nothing else."""

    def get_route_handler(self) -> Any:
        inner = super().get_route_handler()
        reads_body = self.body_field is not None
        needs_body = self.body_field is not None and self.body_field.field_info.is_required()

        async def handle(request: Request) -> Response:
            asked = OrjsonRequest(request.scope, request.receive)
            if reads_body:
                kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
                is_json = kind == "application/json"
                if not is_json and (needs_body or await asked.body()):
                    raise UnsupportedType("Send this as JSON, with Content-Type: application/json.")
                await asked.body()  # here, so that a body beyond the limit is said to be too large
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
