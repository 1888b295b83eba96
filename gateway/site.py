"""The built web app: hashed assets for ever, the page always fresh, every other address the page's own affair."""

import asyncio
import gzip
import mimetypes
from hashlib import sha256
from html import escape
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from edkit.errors import NotFound
from gateway.frame import page_policy
from gateway.problems import MethodNotAllowed, problem

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
WORTH_PACKING = 1024
"""Bytes under which packing saves nothing."""

_PACKABLE = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}

MISSING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The web app is not built yet</title>
<body style="font:18px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem;color:#16202e">
<h1 style="font-size:1.6rem">The web app is not built yet</h1>
<p>The server runs, and <code>/api</code> answers. Build the pages once with</p>
<pre style="background:#fbfaf7;border:1px solid #e4e1da;border-radius:12px;padding:1rem">make web</pre>
<p>and reload. <code>make run</code> does both. They are looked for in <code>{folder}</code>;
<code>EDTECH_WEB_DIR</code> names another folder.</p>
"""


class Content(NamedTuple):
    """A file in memory, as it is sent in one encoding."""

    body: bytes
    media_type: str
    encoding: str
    etag: str


class Site:
    """ASGI app over one folder. Files are read when first asked for, and again when they change."""

    def __init__(self, folder: Path) -> None:
        self._named, self._folder = folder, folder.resolve()
        self._kept: dict[tuple[Path, str], tuple[int, Content]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["site_route"] = "web"
        if scope["method"] not in ("GET", "HEAD"):
            answer = problem(MethodNotAllowed())
        else:
            answer = await self._answer(scope["path"], Headers(scope=scope))
        if scope["method"] == "HEAD":
            answer.body = b""
        await answer(scope, receive, send)

    async def _answer(self, path: str, headers: Headers) -> Response:
        file = self._find(path)
        if file is None:
            return problem(NotFound("There is no such file.", code="no_such_file"))
        accepted = headers.get("accept-encoding", "")
        content = await self._content(file, accepted)
        if content is None:
            return self._not_built(headers)
        hashed = file.parent.name == "assets"
        answer = {
            "Cache-Control": FOR_EVER if hashed else ASK_FIRST,
            "ETag": content.etag,
            "Vary": "Accept-Encoding",
        }
        if content.media_type == "text/html":
            # Also on a 304: its headers replace those of the page that the browser keeps.
            answer["Content-Security-Policy"] = page_policy(headers.get("host", "")).decode()
        if content.etag in headers.get("if-none-match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=answer)
        if content.encoding:
            answer["Content-Encoding"] = content.encoding
        return Response(content.body, headers=answer, media_type=content.media_type)

    def _find(self, path: str) -> Path | None:
        """The file of an address: itself, or the page for every address that is no file's; None if it is not there."""
        parts = PurePosixPath(unquote(path)).parts[1:]
        if any(part in ("..", ".") or part.startswith(".") or "\0" in part or "\\" in part for part in parts):
            return None
        named = self._folder.joinpath(*parts)
        if parts and _is_file(named) and named.resolve().is_relative_to(self._folder):
            return named
        is_page = not parts or ("." not in parts[-1] and parts[0] != "assets")
        return self._folder / "index.html" if is_page else None

    async def _content(self, file: Path, accepted: str) -> Content | None:
        """The file in the best encoding that the client takes; None when it is not there."""
        changed = _changed_at(file)
        if changed is None:
            return None
        encodings = [name for name in ("br", "gzip") if name in accepted]
        key = (file, ",".join(encodings))
        kept = self._kept.get(key)
        if kept is None or kept[0] != changed:
            kept = self._kept[key] = changed, await asyncio.to_thread(_load, file, encodings)
        return kept[1]

    def _not_built(self, headers: Headers) -> Response:
        answer = {"Cache-Control": "no-store", "Content-Security-Policy": page_policy(headers.get("host", "")).decode()}
        page = MISSING.format(folder=escape(str(self._named)))
        return Response(page, HTTPStatus.SERVICE_UNAVAILABLE, headers=answer, media_type="text/html")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any file's
        return False


def _changed_at(file: Path) -> int | None:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return None


def _load(file: Path, encodings: list[str]) -> Content:
    body = file.read_bytes()
    media_type = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    etag = sha256(body).hexdigest()[:24]
    if len(body) >= WORTH_PACKING and media_type.startswith(_PACKABLE):
        for encoding, ending in (("br", ".br"), ("gzip", ".gz")):
            packed = file.with_name(file.name + ending)
            if encoding in encodings and packed.is_file() and packed.stat().st_mtime >= file.stat().st_mtime:
                return Content(packed.read_bytes(), media_type, encoding, f'"{etag}-{encoding}"')
        if "gzip" in encodings:
            return Content(gzip.compress(body, mtime=0), media_type, "gzip", f'"{etag}-gzip"')
    return Content(body, media_type, "", f'"{etag}"')
