"""A door in front of an Azure Blob service: records what passes it, or plays that back and lets nothing else pass.

Real HTTP on the loopback address either way, and it can fail like a network: that is never part of a recording.
"""

import asyncio
import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientSession, web
from yarl import URL

Fault = Literal["busy", "broken", "cut", "hang", "answer lost", "corrupt", "half an answer"]
"""503; 500; reset before the service saw it; no answer ever; served, then reset; a byte changed on its way; reset."""

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account and key that every emulator has; no secret."""

ASKED = (
    "content-md5",
    "content-type",
    "if-match",
    "if-none-match",
    "range",
    "x-ms-blob-content-type",
    "x-ms-blob-type",
    "x-ms-range",
    "x-ms-requires-sync",
    "x-ms-version",
)
"""The headers of a request that matter; beside them the kind of authorisation and the source of a copy."""

UNSAID = {
    "connection",
    "keep-alive",
    "server",
    "transfer-encoding",
    "x-ms-client-request-id",
    "x-ms-copy-source",
    "x-ms-request-id",
}
Json = dict[str, Any]


class Door:
    """In front of `service`, recording; without one, playing back what `recording` holds, request by request."""

    def __init__(self, recording: Path, service: str = "") -> None:
        self._recording, self._service = recording, service
        self._exchanges: list[Json] = [] if service else json.loads(recording.read_text(encoding="utf-8"))["exchanges"]
        self._played = 0
        self._faults: Iterator[Fault | None] = iter(())
        self._closing = asyncio.Event()
        self.differences: list[str] = []
        self.seen: list[tuple[str, int]] = []

    async def __aenter__(self) -> "Door":
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._client = ClientSession(auto_decompress=False)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/{ACCOUNT}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()
        await self._client.close()

    def close(self, made_with: Json) -> None:
        """Write the recording, or raise AssertionError when what was played is not all of it and nothing else."""
        if self._service:
            text = json.dumps({**made_with, "exchanges": self._exchanges}, indent=1, sort_keys=True)
            self._recording.write_text(text + "\n", encoding="utf-8")
            return
        for exchange in self._exchanges[self._played :]:
            asked = exchange["asked"]
            self.differences.append(f"was recorded and never asked: {asked['method']} {asked['path']}")
        assert not self.differences, f"{self._recording.name}:\n" + "\n".join(self.differences)

    def fail(self, fault: Fault, *, after: int = 0, times: int = 1_000_000) -> None:
        """The requests after the next `after`, `times` of them, meet `fault`."""
        self._faults = iter([None] * after + [fault] * times)

    def heal(self) -> None:
        self._faults = iter(())

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.seen.append((request.method, len(body)))
        fault = next(self._faults, None)
        if fault in ("busy", "broken"):
            return web.Response(status=503 if fault == "busy" else 500, headers={"x-ms-error-code": "ServerBusy"})
        if fault == "hang":
            await self._closing.wait()
            return _cut(request)
        if fault == "cut":
            return _cut(request)
        if fault == "corrupt":
            body = bytes([body[0] ^ 1]) + body[1:]
        asked = _asked(request, body)
        answered = await self._ask(request, asked, body) if self._service else self._play(asked)
        if fault == "answer lost":
            return _cut(request)
        return await _say(request, answered, half=fault == "half an answer")

    async def _ask(self, request: web.Request, asked: Json, body: bytes) -> Json:
        skipped = {name for name in ("Accept", "Accept-Encoding", "Content-Type") if name not in request.headers}
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with self._client.request(
            request.method,
            URL(f"{self._service}{request.raw_path.removeprefix(f'/{ACCOUNT}')}", encoded=True),
            data=body,
            headers=headers,
            skip_auto_headers=skipped,
        ) as response:
            content = await response.read()
            kept = {name.lower(): value for name, value in response.headers.items() if name.lower() not in UNSAID}
            answered = {"status": response.status, "headers": kept, **_packed(content)}
        self._exchanges.append({"asked": asked, "answered": answered})
        return answered

    def _play(self, asked: Json) -> Json:
        if self._played == len(self._exchanges):
            self.differences.append(f"asked beyond the end of the recording: {asked['method']} {asked['path']}")
            return {"status": 501, "headers": {"x-ms-error-code": "NotRecorded"}, "text": ""}
        recorded = self._exchanges[self._played]
        if different := list(_differences(recorded["asked"], asked)):
            self.differences += [f"request {self._played + 1}: {line}" for line in different]
            return {"status": 501, "headers": {"x-ms-error-code": "NotRecorded"}, "text": ""}
        self._played += 1
        answered: Json = recorded["answered"]
        return answered


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _say(request: web.Request, answered: Json, *, half: bool) -> web.StreamResponse:
    content = _unpacked(answered)
    response = web.StreamResponse(status=answered["status"], headers=answered["headers"])
    response.headers["x-ms-client-request-id"] = request.headers.get("x-ms-client-request-id", "")
    if request.method != "HEAD":
        response.content_length = len(content)
    await response.prepare(request)
    await response.write(content[: len(content) // 2] if half else content)
    if half:
        return _cut(request)
    await response.write_eof()
    return response


def _asked(request: web.Request, body: bytes) -> Json:
    """What a request says, without what is different each time: dates, signatures, temporary names."""
    headers = {name: request.headers[name] for name in ASKED if name in request.headers}
    headers["authorization"] = request.headers.get("authorization", "").partition(":")[0]
    if source := request.headers.get("x-ms-copy-source"):
        parts = urlsplit(source)
        headers["x-ms-copy-source"] = f"{_steady(parts.path)}?{','.join(sorted(dict(parse_qsl(parts.query))))}"
    return {
        "method": request.method,
        "path": _steady(request.path),
        "query": dict(sorted(request.query.items())),
        "headers": headers,
        "body": f"{len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}",
    }


def _steady(path: str) -> str:
    return re.sub(r"incoming/[0-9a-f]{32}", "incoming/*", path)


def _differences(recorded: Json, asked: Json, where: str = "") -> Iterator[str]:
    for name in sorted({*recorded, *asked}):
        before, now = recorded.get(name), asked.get(name)
        if isinstance(before, dict) and isinstance(now, dict):
            yield from _differences(before, now, f"{where}{name} ")
        elif before != now:
            yield f"{where}{name} was {before!r} when recorded and is {now!r}"


def _packed(content: bytes) -> Json:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text and len(content) < 10_000:
        return {"text": text}
    return {"zlib": base64.b64encode(zlib.compress(content, 9)).decode()}


def _unpacked(answered: Json) -> bytes:
    return answered["text"].encode() if "text" in answered else zlib.decompress(base64.b64decode(answered["zlib"]))
