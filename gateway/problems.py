"""Errors as `application/problem+json` (RFC 9457). Nothing of the inside is told but what an AppError says."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from edkit.db import explained
from edkit.errors import AppError, FieldError, Invalid, Malformed, NotFound, TooLarge, UnsupportedType

MEDIA_TYPE = "application/problem+json"
RETRY_S = 2
"""What to wait when a service did not answer."""

MOST_FIELDS = 50

TITLES = {
    "internal": "Something went wrong",
    "malformed": "Unreadable request",
    "invalid": "Some fields need another value",
    "unauthenticated": "Not signed in",
    "forbidden": "Not allowed",
    "not_found": "Not here, or not yours",
    "conflict": "Not possible now",
    "too_large": "Too large",
    "unsupported_type": "This type of content is not read here",
    "too_many": "Too many requests",
    "unavailable": "Not available right now",
    "timed_out": "No answer in time",
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """Every refusal. `code` names the case for programs, `detail` says what happened, what was kept and what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] | None = None


def problem(error: AppError) -> Response:
    """The answer for an error."""
    body: dict[str, Any] = {
        "type": f"urn:edtech:problem:{error.code}",
        "title": TITLES.get(error.kind, TITLES["internal"]),
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    if error.errors:
        body["errors"] = [{"field": one.field, "message": one.message} for one in error.errors]
    body = {**error.extra, **body}
    return Response(orjson.dumps(body), error.status, headers=_headers(error), media_type=MEDIA_TYPE)


def _headers(error: AppError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_ms is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_ms / 1000)))
    elif error.status in (429, 502, 503, 504):
        headers["Retry-After"] = str(RETRY_S)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        headers["Connection"] = "close"
    return headers


async def on_app_error(_: Request, error: Exception) -> Response:
    """What a handler raised, here or behind the bus."""
    assert isinstance(error, AppError)
    return problem(error)


async def on_invalid(_: Request, error: Exception) -> Response:
    """A body or query that is not of its shape; an id that none could be is simply not there."""
    assert isinstance(error, RequestValidationError)
    return problem(misshapen(error.errors()))


def misshapen(faults: Sequence[Mapping[str, Any]]) -> AppError:
    """pydantic's findings as one of our errors."""
    if any(fault["type"] == "json_invalid" for fault in faults):
        return Malformed("This is not JSON. Nothing was changed.", code="not_json")
    if any(fault["loc"][:1] == ("path",) for fault in faults):
        return NotFound()
    fields = tuple(
        FieldError(field=".".join(map(str, fault["loc"][1:])) or str(fault["loc"][0]), message=_said(fault))
        for fault in faults[:MOST_FIELDS]
    )
    return Invalid(errors=fields)


def _said(fault: Mapping[str, Any]) -> str:
    match fault["type"]:
        case "missing":
            return "This is needed."
        case "extra_forbidden":
            return "There is no such field here."
        case "string_too_long":
            return f"Use at most {fault['ctx']['max_length']} characters."
        case "string_too_short":
            return "This is needed." if fault["ctx"]["min_length"] == 1 else "This is too short."
        case "string_pattern_mismatch":
            return "This is not written as it must be."
        case "value_error" if "error" in fault.get("ctx", {}):  # a rule of ours, in words of ours
            words = str(fault["ctx"]["error"])
            return f"{words[:1].upper()}{words[1:]}."
        case _:
            return f"{fault['msg']}."


class BrokenOff(Malformed):
    """The client went away before its body was whole; the answer reaches nobody, but the log is kept right."""

    code = "broken_off"
    message = "The upload broke off. Nothing was stored. Send it again."


async def on_disconnect(_: Request, __: Exception) -> Response:
    """The client went away while its body was read."""
    return problem(BrokenOff())


async def on_crash(_: Request, error: Exception) -> Response:
    """What nobody foresaw, or the database away; the frame logs it."""
    return problem(explained(error) or AppError())


async def on_http_exception(_: Request, error: Exception) -> Response:
    """What the framework refused: unknown paths, wrong methods, bodies it could not read."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, AppError):
        return problem(error.__cause__)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allow = (error.headers or {}).get("Allow", "")
        refusal = MethodNotAllowed(f"This address understands {allow}." if allow else None)
        answer = problem(refusal)
        answer.headers["Allow"] = allow
        return answer
    return problem(_KINDS.get(error.status_code, Malformed)())


class MethodNotAllowed(AppError):
    """The path is there, but not with this method (405)."""

    kind, status, code = "method_not_allowed", 405, "method_not_allowed"
    message = "This address does not understand this method."


TITLES["method_not_allowed"] = "Another method is needed"


class NoSuchRoute(NotFound):
    """Nothing answers at this path."""

    code = "no_such_route"
    message = "Nothing answers at this address."


_KINDS: dict[int, type[AppError]] = {404: NoSuchRoute, 413: TooLarge, 415: UnsupportedType}
