"""The API as one FastAPI application: its routes, its refusals, and the document that describes them."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from edkit.errors import AppError
from gateway.problems import Problem, on_app_error, on_crash, on_disconnect, on_http_exception, on_invalid
from gateway.routes import admin, auth, classes, drafts, engine, files, games, jobs, me, notifications, public, quizzes
from gateway.routes.route import JsonRoute

DESCRIPTION = """
Live quiz games and what belongs to them. Errors are `application/problem+json` with a `code` for programs and a
`detail` for people. Every answer carries `X-Request-Id`. Lists answer `{items, next_cursor}`; times are RFC 3339 in
UTC; ids are text.
"""

ROUTERS = tuple(
    family.router
    for family in (public, auth, me, classes, drafts, quizzes, files, games, jobs, notifications, engine, admin)
)


def make_api(*more: APIRouter) -> FastAPI:
    """The application, and `more` routes. Before it serves, `api.state.desk` is set to the open gateway's desk."""
    api = FastAPI(
        title="EdTech",
        version="1",
        description=DESCRIPTION.strip(),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            AppError: on_app_error,
            ClientDisconnect: on_disconnect,
            Exception: on_crash,
            HTTPException: on_http_exception,
            RequestValidationError: on_invalid,
        },
    )
    for router in (*ROUTERS, *more):
        api.include_router(router)
    return api


def routes_of(*more: APIRouter) -> list[JsonRoute]:
    """Every route of the API in its order."""
    return [route for router in (*ROUTERS, *more) for route in router.routes if isinstance(route, JsonRoute)]


def describe(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, the same for the same code."""
    document = get_openapi(
        title=api.title, version=api.version, description=api.description, routes=api.routes, summary=None
    )
    schemas = document["components"]["schemas"]
    for operation in operations(document).values():
        _without_default_refusal(operation)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, problem = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    schemas.update(problem["$defs"])
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The operations of a document by method and path template."""
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def _without_default_refusal(operation: dict[str, Any]) -> None:
    """FastAPI assumes that every parameter may be refused in its own format; ours say so themselves."""
    answers: dict[str, Any] = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422", "")):
        del answers["422"]
    operation["responses"] = dict(sorted(answers.items()))
