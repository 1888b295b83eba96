"""The short way to routes that take no more than a visit, ids of the path and a JSON body.

FastAPI routes and solves dependencies anew for each request, which costs more than all of the gateway's own work. What
it would find for these routes is known when they are made, so it is found once. They are declared, described and tested
as all others are, answer the same bytes, and whatever is not plain goes the long way.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import orjson
from fastapi import FastAPI
from fastapi.params import Depends
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from edkit.errors import AppError
from gateway.desk import Visit, anyone, bearer
from gateway.problems import BrokenOff, misshapen, problem
from gateway.routes.route import JsonRoute, OrjsonRequest, received

Faults = list[dict[str, Any]]
NOTHING: Any = object()


class Plan(NamedTuple):
    """What a route takes."""

    route: JsonRoute
    endpoint: Callable[..., Awaitable[Response]]
    who: Callable[[OrjsonRequest], Awaitable[Visit]]
    ids: dict[str, TypeAdapter[Any]]
    body: TypeAdapter[Any] | None

    async def answer(self, request: OrjsonRequest, found: dict[str, str]) -> Response:
        """What the route answers. In the order of FastAPI: the body is read, then who asks is found, then everything is
        compared with its shape."""
        content = NOTHING if self.body is None else await _content(request, self.body)
        given: dict[str, Any] = {"visit": await self.who(request)}
        faults: Faults = []
        for name, shape in self.ids.items():
            given[name] = _shaped(shape, found[name], ("path", name), faults)
        if self.body is not None:
            if content is NOTHING:
                faults.append({"type": "missing", "loc": ("body",), "msg": "Field required"})
            else:
                given["body"] = _shaped(self.body, content, ("body",), faults)
        if faults:
            raise misshapen(faults)
        return await self.endpoint(**given)


async def _content(request: OrjsonRequest, shape: TypeAdapter[Any]) -> Any:
    """The body as JSON; NOTHING when there is none."""
    body = await received(request, shape, needed=True)
    try:
        return orjson.loads(body) if body else NOTHING
    except orjson.JSONDecodeError:
        raise misshapen([{"type": "json_invalid", "loc": ("body",), "msg": ""}]) from None


def _shaped(shape: TypeAdapter[Any], value: Any, where: tuple[str, ...], faults: Faults) -> Any:
    """`value` in its shape, or what is wrong with it among the faults."""
    try:
        return shape.validate_python(value, from_attributes=True)
    except ValidationError as error:
        faults.extend({**fault, "loc": (*where, *fault["loc"])} for fault in error.errors(include_url=False))
        return None


def plan_of(route: JsonRoute) -> Plan | None:
    """What a route takes, if it is plain."""
    hints = get_type_hints(route.endpoint, include_extras=True)
    who, ids, body = None, {}, None
    for name, parameter in inspect.signature(route.endpoint).parameters.items():
        kind, default = hints[name], parameter.default
        inner = get_args(kind)[0] if get_origin(kind) is Annotated else kind
        if name == "visit" and inner is Visit:
            who = _who(kind)
        elif name in route.param_convertors:
            ids[name] = TypeAdapter(kind)
        elif name == "body" and default is parameter.empty and isinstance(inner, type) and issubclass(inner, BaseModel):
            body = TypeAdapter(kind)
        else:
            return None
    plain = who is not None and hints.get("return") is Response and len(ids) == len(route.param_convertors)
    return Plan(route, route.endpoint, who, ids, body) if plain and who is not None else None


def _who(kind: Any) -> Callable[[OrjsonRequest], Awaitable[Visit]] | None:
    for said in get_args(kind)[1:]:
        if isinstance(said, Depends) and said.dependency in (anyone, bearer):
            found: Callable[[OrjsonRequest], Awaitable[Visit]] = said.dependency
            return found
    return None


class Shortcut:
    """An ASGI app in front of the API. `routes` are all that the API has, in its own order: the first that matches is
    the one, and if it is not plain the API looks itself."""

    def __init__(self, api: FastAPI, routes: Iterable[JsonRoute]) -> None:
        self._api = api
        self._plans: dict[tuple[str, int], list[tuple[tuple[str | None, ...], tuple[str, ...], Plan | None]]] = {}
        for route in routes:
            parts = route.path.split("/")
            fixed = tuple(None if part.startswith("{") else part for part in parts)
            names = tuple(part[1:-1] for part in parts if part.startswith("{"))
            for method in route.methods or ():
                self._plans.setdefault((method, len(parts)), []).append((fixed, names, plan_of(route)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plan, found = self._find(scope)
        if plan is None:
            await self._api(scope, receive, send)
            return
        scope["app"], scope["route"], scope["path_params"] = self._api, plan.route, found
        try:
            answer = await plan.answer(OrjsonRequest(scope, receive), found)
        except AppError as error:
            answer = problem(error)
        except ClientDisconnect:
            answer = problem(BrokenOff())
        await answer(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[Plan | None, dict[str, str]]:
        parts = scope["path"].split("/")
        for fixed, names, plan in self._plans.get((scope["method"], len(parts)), ()):
            if all(part == own if own is not None else part for own, part in zip(fixed, parts, strict=True)):
                given = (part for own, part in zip(fixed, parts, strict=True) if own is None)
                return plan, dict(zip(names, given, strict=True))
        return None, {}
