"""`/livez`, `/readyz`, `/metrics`, and the front door that gives each path prefix to its app."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson

from edkit import metrics
from edkit.errors import AppError
from edkit.service import ASGIApp, Mounts, Runtime

PATHS = ("/livez", "/readyz", "/metrics")
Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Probes:
    """Whether this process lives, and whether it is ready for work. `ready` is the launcher's word."""

    def __init__(self, runtimes: Sequence[Runtime]) -> None:
        self._runtimes = runtimes
        self.ready = False

    async def dependencies(self) -> dict[str, str]:
        """Each dependency by name, and in a sentence how it is."""
        checks: dict[str, Awaitable[None]] = {}
        for runtime in self._runtimes:
            if runtime.service.metadata is not None:
                checks[f"{runtime.name} database"] = runtime.database.ping()
            checks[f"{runtime.name} bus"] = runtime.bus.ping()
        results = await asyncio.gather(*checks.values(), return_exceptions=True)
        return {name: _sentence(result) for name, result in zip(checks, results, strict=True)}

    async def answer(self, path: str) -> tuple[int, bytes, str]:
        """Status, body and content type of one of the three paths."""
        if path == "/livez":
            return 200, b'{"status":"alive"}', "application/json"
        if path == "/metrics":
            body, content_type = metrics.render()
            return 200, body, content_type
        dependencies = await self.dependencies()
        well = self.ready and all(state == "answers" for state in dependencies.values())
        status = "ready" if well else "leaving or starting" if not self.ready else "not ready"
        return 200 if well else 503, orjson.dumps({"status": status, "dependencies": dependencies}), "application/json"


def _sentence(result: object) -> str:
    if result is None:
        return "answers"
    return result.message if isinstance(result, AppError) else f"does not answer ({type(result).__name__})"


def front_door(mounts: Sequence[Mounts], probes: Probes) -> ASGIApp:
    """One ASGI app for the whole process: the probes, then the app with the longest matching prefix."""
    apps = sorted(((p, app) for mount in mounts for p, app in mount.apps.items()), key=lambda e: -len(e[0]))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] == "http":
            if path in PATHS:
                await _respond(send, *await probes.answer(path))
                return
            for prefix, target in apps:
                if path.startswith(prefix):
                    await target(scope, receive, send)
                    return
            await _respond(
                send, 404, b'{"status":404,"title":"Not here","code":"not_found"}', "application/problem+json"
            )

    return app


async def _respond(send: Send, status: int, body: bytes, content_type: str) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
