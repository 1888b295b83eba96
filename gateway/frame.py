"""The outermost layer: request id, security headers, a log line, metrics, and a calm answer to what nobody foresaw."""

import re
from collections.abc import Iterable

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edkit import log, metrics
from edkit.db import explained
from edkit.errors import AppError
from edkit.service import Runtime
from gateway.problems import problem

logger = log.get(__name__)
seconds = metrics.histogram("http_seconds", "Time to answer a request", ["method", "route", "status"])

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

API_POLICY = b"default-src 'none'; frame-ancestors 'none'"


def page_policy(host: str) -> bytes:
    """What the web app may load: its own files, pictures of any https address (quizzes show them), its own sockets.

    Sockets are named beside 'self' because browsers before 2022 do not count them to it. Styles may be inline: the
    component library of the teacher's pages writes them at run time.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data: blob:; "
        f"media-src 'self' https: blob:; font-src 'self'; connect-src 'self'{sockets}; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ).encode()


class Frame:
    """ASGI middleware around everything the gateway serves."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self._app, self._runtime = app, runtime
        self._observed: dict[tuple[str, str, int], Histogram] = {}
        self._fixed = [
            (b"cache-control", b"no-store"),
            (b"content-security-policy", API_POLICY),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-site"),
        ]
        if runtime.settings.public_url.startswith("https://"):
            self._fixed.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = self._request_id(scope["headers"])
        request_token = log.request_id.set(request_id)
        service_token = log.service_name.set(self._runtime.name)
        began, status = self._runtime.clock.monotonic(), 0

        async def framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers += [header for header in self._fixed if header[0] not in present]
                headers.append((b"x-request-id", request_id.encode()))
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, framed)
        except AppError as error:
            if not status:
                await problem(error)(scope, receive, framed)
        except Exception as error:
            logger.exception("request_crashed", route=route_of(scope))
            if not status:
                await problem(explained(error) or AppError())(scope, receive, framed)
        finally:
            self._record(scope, status, self._runtime.clock.monotonic() - began)
            log.request_id.reset(request_token)
            log.service_name.reset(service_token)

    def _request_id(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        for name, value in headers:
            if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
                return value.decode("ascii")
        return self._runtime.ids.new()

    def _record(self, scope: Scope, status: int, took: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = route_of(scope)
        observed = self._observed.get((method, route, status))
        if observed is None:  # few: methods, templates and statuses are ours
            observed = self._observed[method, route, status] = seconds.labels(method, route, status)
        observed.observe(took)
        logger.info("request", method=method, route=route, status=status, ms=round(took * 1000, 1))


def route_of(scope: Scope) -> str:
    """The route's template, never the path itself: addresses hold PINs, ids and capabilities."""
    route = scope.get("route")
    return str(getattr(route, "path", None) or scope.get("site_route") or "none")
