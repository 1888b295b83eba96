"""A stored file as an HTTP answer: ranges, validators, and headers that keep hostile content from acting."""

import re
from typing import NamedTuple
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from edkit.blobs import Blobs
from edkit.contracts.files import FileLocation
from edkit.errors import NotFound
from gateway.problems import problem

SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Whatever a stranger uploaded runs nothing and loads nothing, even opened by itself."""

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Part(NamedTuple):
    """The bytes [start, end) of a file."""

    start: int
    end: int


class RangeNotSatisfiable(NotFound):
    """The file ends before the range begins (416)."""

    status, code = 416, "range_not_satisfiable"
    message = "The file ends before this range begins."


def wanted_part(header: str, size: int) -> Part | None:
    """The one range that is asked for; None when the whole file is to be sent. Raises RangeNotSatisfiable."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or match[0] == "bytes=-":
        return None  # several ranges, another unit, or nonsense: the whole file is a right answer to all of them
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < int(first):
        return None
    if start >= size:
        raise RangeNotSatisfiable()
    return Part(start, end)


def disposition(name: str, media_type: str) -> str:
    """`Content-Disposition` for a file's name, with a plain form for old clients."""
    kind = "inline" if media_type in SHOWN_INLINE else "attachment"
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in name
    )
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def download(location: FileLocation, blobs: Blobs, headers: Headers, *, max_age_s: int) -> Response:
    """The file, the asked part of it, or 304 when the client has it already."""
    etag = f'"{location.sha256}"'
    common = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={max_age_s}, immutable" if max_age_s else "private, no-cache",
        "Content-Security-Policy": POLICY,
    }
    known = {tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=common)
    common["Content-Disposition"] = disposition(location.name, location.media_type)
    asked = headers.get("range", "")
    if asked and headers.get("if-range", etag) != etag:
        asked = ""
    try:
        part = wanted_part(asked, location.size) if asked else None
    except RangeNotSatisfiable as refusal:
        answer = problem(refusal)
        answer.headers["Content-Range"] = f"bytes */{location.size}"
        return answer
    start, end = part or (0, location.size)
    common["Content-Length"] = str(end - start)
    if part is not None:
        common["Content-Range"] = f"bytes {start}-{end - 1}/{location.size}"
    if await blobs.size(location.area, location.sha256) != location.size:
        raise FileNotFoundError(location.sha256)
    return StreamingResponse(
        blobs.stream(location.area, location.sha256, start, end),
        status_code=200 if part is None else 206,
        headers=common,
        media_type=location.media_type,
    )
