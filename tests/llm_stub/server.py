"""A server that speaks the OpenAI protocol and behaves as badly as it is told to. It counts every call.

What a model does is a list of behaviours, one for each call, the last of them for all calls after it: by `script`, over
HTTP by `POST /control/script`, or by the model's own name, as in `{"large": "503"}`.
"""

import asyncio
import gzip
import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.llm_stub import answers

BEHAVIOURS = {
    "good",
    "slow",
    "401",
    "403",
    "404",
    "429",
    "500",
    "503",
    "exhausted",
    "exhausted_200",
    "nonsense",
    "half",
    "fenced",
    "prose",
    "commas",
    "wrong",
    "huge",
    "flood",
    "nothing",
    "hangs_up",
    "obeys",
    "html",
    "garbage",
    "list_answer",
    "gzip",
    "redirect",
    "too_long",
    "filtered",
    "no_schema",
    "no_json",
    "no_effort",
    "no_cap",
    "uncounted",
    "breaks_off",
}
FLOOD_PIECE = 65_536
FLOOD = 1_000
"""Pieces: more than anybody should read."""


@dataclass
class Call:
    """One call as the stub saw it. The key is not kept, only whether it was the right one."""

    path: str
    model: str
    behaviour: str
    task: str
    reference: str
    body: dict[str, Any]

    @property
    def seen(self) -> dict[str, Any]:
        """What other processes are told."""
        digest = hashlib.sha256(json.dumps(self.body.get("messages")).encode()).hexdigest()[:16]
        names = ("path", "model", "behaviour", "task", "reference")
        return {**{name: getattr(self, name) for name in names}, "digest": digest}


@dataclass
class Stub:
    """The state of a stub. `answer` is a test's own model: it gets the body of a call and says what is said."""

    url: str = ""
    key: str = ""
    answer: Callable[[dict[str, Any]], str | None] = lambda _: None
    calls: list[Call] = field(default_factory=list)
    scripts: dict[str, list[str]] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    flooded: int = 0

    def script(self, model: str, *behaviours: str) -> None:
        """What the model does, call by call."""
        self.scripts[model] = list(behaviours)

    def count(self, model: str | None = None, reference: str | None = None) -> int:
        """How many calls there were, of one model, for one piece of work, or of all."""
        return sum(model in (None, call.model) and reference in (None, call.reference) for call in [*self.calls])

    def behaviour(self, model: str) -> str:
        script = self.scripts.get(model)
        if script:
            return script.pop(0) if len(script) > 1 else script[0]
        return model if model.partition(":")[0] in BEHAVIOURS else "good"

    def reset(self) -> None:
        self.calls.clear()
        self.scripts.clear()
        self.strangers.clear()
        self.flooded = 0


def app_of(stub: Stub) -> Starlette:
    """The stub as an ASGI application."""

    async def chat(request: Request) -> Response:
        body = await request.json()
        model = body.get("model") or request.path_params.get("deployment", "")
        behaviour = note(request, model, body)
        return refused(request) or await _answered(stub, behaviour, body)

    async def embeddings(request: Request) -> Response:
        body = await request.json()
        behaviour = note(request, body["model"], body)
        return refused(request) or await _embedded(behaviour, body)

    async def models(request: Request) -> Response:
        refusal = refused(request)
        return refusal or JSONResponse(
            {"object": "list", "data": [{"id": name} for name in (*BEHAVIOURS, *stub.scripts)]}
        )

    async def script(request: Request) -> Response:
        asked = await request.json()
        stub.script(asked["model"], *asked["behaviours"])
        return JSONResponse({"ok": True})

    async def reset(_: Request) -> Response:
        stub.reset()
        return JSONResponse({"ok": True})

    async def calls(_: Request) -> Response:
        told = {name: Counter(getattr(call, name) for call in stub.calls) for name in ("model", "reference", "task")}
        return JSONResponse({"total": len(stub.calls), **told, "calls": [call.seen for call in stub.calls]})

    def note(request: Request, model: str, body: dict[str, Any]) -> str:
        behaviour = stub.behaviour(model)
        told = [request.headers.get(f"x-edtech-{name}", "") for name in ("task", "reference")]
        stub.calls.append(Call(request.url.path, model, behaviour, told[0], told[1], body))
        return behaviour

    def refused(request: Request) -> Response | None:
        given = request.headers.get("api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if stub.key and given != stub.key:
            return _error(401, f"Incorrect API key provided: {given}", "invalid_api_key")
        if "api-key" in request.headers and not request.query_params.get("api-version"):
            return _error(404, "Resource not found")
        return None

    async def stranger(request: Request) -> Response:
        stub.strangers.append(request.url.path)
        return _error(404, "no such route")

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/openai/deployments/{deployment}/chat/completions", chat, methods=["POST"]),
            Route("/v1/embeddings", embeddings, methods=["POST"]),
            Route("/openai/deployments/{deployment}/embeddings", embeddings, methods=["POST"]),
            Route("/v1/models", models),
            Route("/openai/models", models),
            Route("/control/script", script, methods=["POST"]),
            Route("/control/reset", reset, methods=["POST"]),
            Route("/control/calls", calls),
            Route("/{path:path}", stranger, methods=["GET", "POST"]),
        ]
    )


def _error(status: int, message: str, code: str | None = None, **headers: str) -> Response:
    return JSONResponse({"error": {"message": message, "code": code}}, status, headers=headers)


def _refusal(name: str, value: str, body: dict[str, Any]) -> Response | None:
    """The answer of a behaviour that gives no completion; None for those that do."""
    form = body.get("response_format", {}).get("type")
    match name:
        case "401":
            return _error(401, "Incorrect API key provided: sk-canary", "invalid_api_key")
        case "403" | "404" | "500":
            return _error(int(name), f"{name}: {answers.prompt_of(body)}")  # some repeat what they were sent
        case "429" | "503":
            return _error(int(name), "Rate limit reached", "rate_limit", **({"retry-after": value} if value else {}))
        case "exhausted":
            return _error(400, "The project is used up", "RESOURCE_EXHAUSTED")
        case "exhausted_200":
            return JSONResponse({"error": {"status": "RESOURCE_EXHAUSTED", "message": "Resource has been exhausted"}})
        case "too_long":
            return _error(400, "This model's maximum context length is 10 tokens", "context_length_exceeded")
        case "filtered":
            return _error(400, "The response was filtered due to content management policy", "content_filter")
        case "html":
            return Response("<html>Log in to the network</html>", media_type="text/html")
        case "garbage":
            return Response(b"\xff\xfe{{{", media_type="application/json")
        case "list_answer":
            return JSONResponse([[], {"choices": 3}])
        case "hangs_up":  # says 1,000 bytes and sends five
            return Response(b'{"cho', media_type="application/json", headers={"content-length": "1000"})
        case "redirect":
            return RedirectResponse("/elsewhere/chat/completions", 307)
        case "no_schema" if form == "json_schema":
            return _error(400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported")
        case "no_json" if form is not None:
            return _error(400, "response_format is not supported")
        case "no_effort" if "reasoning_effort" in body:
            return _error(400, "Unrecognized request argument supplied: reasoning_effort")
        case "no_cap" if "max_completion_tokens" in body:
            return _error(422, "max_completion_tokens: extra fields not permitted")
    return None


def _said(stub: Stub, name: str, body: dict[str, Any]) -> str:
    good = stub.answer(body) or answers.good(body)
    match name:
        case "nonsense":
            return "Colourless green ideas sleep furiously, and so do I."
        case "half":
            return good[: len(good) * 2 // 3]
        case "fenced":
            return f"Of course! Here it is:\n```json\n{good}\n```\nAnything else?"
        case "prose":
            return f"I thought {{a lot}} about it. {good} That is all [really]."
        case "commas":
            return re.sub(r"([\]}])", r",\1", good)
        case "wrong":
            return '{"unasked": ["for"]}'
        case "huge":
            return good + " more" * 50_000
        case "nothing":
            return ""
        case "obeys":
            return answers.injected(body)
    return good


async def _answered(stub: Stub, behaviour: str, body: dict[str, Any]) -> Response:
    name, _, value = behaviour.partition(":")
    if name == "slow":
        await asyncio.sleep(float(value or 30))
    refusal = _refusal(name, value, body)
    if refusal is not None:
        return refusal
    if name == "flood":
        return StreamingResponse(_flood(stub, bool(body.get("stream"))), media_type="text/event-stream")
    text = _said(stub, name, body)
    usage = {"prompt_tokens": len(answers.prompt_of(body)) // 4 + 1, "completion_tokens": len(text) // 4 + 1}
    if body.get("stream"):
        counts = name != "uncounted" and (body.get("stream_options") or {}).get("include_usage")
        return StreamingResponse(_pieces(text, usage if counts else None, name), media_type="text/event-stream")
    reason = "length" if name == "half" else "stop"
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": text or None}}
    completion = {"id": "c", "object": "chat.completion", "created": 0, "model": body.get("model"), "choices": [choice]}
    if name != "uncounted":
        completion["usage"] = {**usage, "total_tokens": sum(usage.values())}
    if name == "gzip":
        packed = gzip.compress(json.dumps({**completion, "bomb": "0" * 5_000_000}).encode())
        return Response(packed, media_type="application/json", headers={"content-encoding": "gzip"})
    return JSONResponse(completion)


async def _pieces(text: str, usage: dict[str, int] | None, name: str) -> AsyncIterator[bytes]:
    for start in range(0, len(text), 20):
        if name == "breaks_off" and start:
            yield _event({"error": {"message": f"broken near {text[:20]}", "code": "server_error"}})
            return
        yield _event({"choices": [{"index": 0, "delta": {"content": text[start : start + 20]}}]})
        await asyncio.sleep(0)
    if usage is not None:
        yield _event({"choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def _event(data: dict[str, Any]) -> bytes:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", **data}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


async def _flood(stub: Stub, streams: bool) -> AsyncIterator[bytes]:
    for _ in range(FLOOD):
        stub.flooded += 1
        await asyncio.sleep(0.0005)  # to notice that nobody reads any more
        piece = {"choices": [{"index": 0, "delta": {"content": "x" * FLOOD_PIECE}}]}
        yield _event(piece) if streams else b"[" * FLOOD_PIECE


async def _embedded(behaviour: str, body: dict[str, Any]) -> Response:
    name, _, value = behaviour.partition(":")
    if name == "slow":
        await asyncio.sleep(float(value or 30))
    refusal = _refusal(name, value, {"messages": [{"content": str(body["input"])}]})
    if refusal is not None:
        return refusal
    found = re.search(r"-(\d+)$", body["model"])
    size = int(found[1]) if found else 8
    rows = [
        {"object": "embedding", "index": n, "embedding": vector(text, size)} for n, text in enumerate(body["input"])
    ]
    if name == "wrong":
        rows = rows[1:]
    if name == "nothing":
        rows = [{**row, "embedding": [0.0] * size} for row in rows]
    tokens = sum(len(text) for text in body["input"]) // 4
    return JSONResponse({"data": rows[::-1], "model": body["model"], "usage": {"prompt_tokens": tokens}})


def vector(text: str, size: int) -> list[float]:
    """A vector that texts with the same words share in part. It is not of length 1."""
    numbers = [0.5] * size
    for word in re.findall(r"\w+", text.lower()):
        numbers[hashlib.sha256(word.encode()).digest()[0] % size] += 1
    return numbers


@contextmanager
def running(port: int = 0) -> Iterator[Stub]:
    """A stub on this machine, in a thread of its own."""
    stub = Stub()
    config = uvicorn.Config(
        app_of(stub), host="127.0.0.1", port=port, log_level="critical", ws="none", lifespan="off", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise OSError(f"port {port} could not be opened")
        time.sleep(0.01)
    stub.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield stub
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
