"""One file and a few short fields as `multipart/form-data`, streamed to the stage area and never held in memory."""

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from edkit.errors import Invalid, Malformed, UnsupportedType
from gateway.desk import Visit
from gateway.problems import BrokenOff

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 10
MOST_HEADER = 8 * 1024
MOST_FIELD = 1024
LONGEST_NAME = 200

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,50}")


class StagedFile(NamedTuple):
    """A file whose bytes lie in the stage area. Name and type are what the client said, made harmless."""

    name: str
    media_type: str
    size: int
    sha256: str


class Form(NamedTuple):
    """What was sent."""

    file: StagedFile
    fields: dict[str, str]


def form_body(fields: dict[str, Any]) -> dict[str, Any]:
    """The body's description in the OpenAPI document: `file`, and the given fields by name and schema."""
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}, **fields},
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@dataclass
class _Part:
    """A part whose headers have been read."""

    name: str = ""
    file_name: str | None = None
    media_type: str = ""


@dataclass
class _Events:
    """What the parser found in the bytes written so far: a `_Part` begins, bytes of it follow, None ends it."""

    found: list[_Part | bytes | None] = field(default_factory=list)
    parts: int = 0
    ended: bool = False
    header: bytes = b""
    value: bytes = b""
    headers: dict[str, bytes] = field(default_factory=dict)

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header,
            "on_header_value": self._value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": lambda data, start, end: self.found.append(bytes(data[start:end])),
            "on_part_end": lambda: self.found.append(None),
            "on_end": self._end,
        }

    def _end(self) -> None:
        self.ended = True

    def _begin(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise Malformed(f"This form has more than {MOST_PARTS} parts.", code="bad_form")
        self.headers = {}

    def _header(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]
        self._check()

    def _value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]
        self._check()

    def _check(self) -> None:
        if len(self.header) + len(self.value) > MOST_HEADER:
            raise Malformed("A header of this form is too long.", code="bad_form")

    def _header_end(self) -> None:
        self.headers[self.header.decode("latin-1").lower()] = self.value
        self.header = self.value = b""

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self.headers.get("content-disposition", b""))
        if kind != b"form-data":
            raise Malformed("A part of this form does not say what it is.", code="bad_form")
        file_name = options.get(b"filename")
        self.found.append(
            _Part(
                name=options.get(b"name", b"").decode("utf-8", "replace"),
                file_name=None if file_name is None else file_name.decode("utf-8", "replace"),
                media_type=self.headers.get("content-type", b"").decode("latin-1"),
            )
        )


async def receive_form(visit: Visit, *, fields: set[str]) -> Form:
    """Read the body to its end: one part `file`, and any of `fields`. Nothing is kept when it is refused.

    UnsupportedType, Malformed `bad_form`, TooLarge, or Invalid naming the part.
    """
    kind, options = parse_options_header(visit.request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UnsupportedType("Send the file as a form: multipart/form-data with a part called file.")
    events = _read(visit, options[b"boundary"])
    limit = visit.desk.runtime.settings.upload_limit
    file: StagedFile | None = None
    found: dict[str, str] = {}
    async for event in events:
        if not isinstance(event, _Part):
            continue
        if event.name == "file" and event.file_name is not None:
            if file is not None:
                raise Invalid.on("file", "Send one file at a time.")
            staged = await visit.desk.runtime.blobs.stage(_content(events), limit)
            file = StagedFile(
                harmless_name(event.file_name), harmless_type(event.media_type), staged.size, staged.sha256
            )
        elif event.name in fields and event.name not in found:
            found[event.name] = await _short_text(event.name, events)
        else:
            raise Invalid.on(event.name[:40] or "form", "There is no such field here, or it came twice.")
    if file is None or file.size == 0:
        raise Invalid.on("file", "Choose a file." if file is None else "This file is empty.")
    return Form(file, found)


async def _read(visit: Visit, boundary: bytes) -> AsyncIterator[_Part | bytes | None]:
    events = _Events()
    try:
        parser = MultipartParser(boundary, events.callbacks())
        async for chunk in visit.request.stream():
            parser.write(chunk)
            found, events.found = events.found, []
            for event in found:
                yield event
        parser.finalize()
    except FormParserError:
        raise Malformed("This form could not be read. Nothing was stored.", code="bad_form") from None
    except ClientDisconnect:
        raise BrokenOff() from None
    if not events.ended:
        raise BrokenOff()


async def _content(events: AsyncIterator[_Part | bytes | None]) -> AsyncIterator[bytes]:
    async for event in events:
        if not isinstance(event, bytes):
            return
        yield event


async def _short_text(name: str, events: AsyncIterator[_Part | bytes | None]) -> str:
    content = b""
    async for piece in _content(events):
        content += piece
        if len(content) > MOST_FIELD:
            raise Invalid.on(name, "This is too long.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid.on(name, "This is not UTF-8 text.") from None


def harmless_name(said: str) -> str:
    """The last part of a path, without characters that no file name needs; never empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", said))[-1]
    kept = "".join(letter for letter in last if unicodedata.category(letter)[0] not in "CZ" or letter == " ")
    kept = kept.strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > LONGEST_NAME and dot and len(ending) < 20:
        kept = stem[: LONGEST_NAME - len(ending) - 1] + dot + ending
    return kept[:LONGEST_NAME] or "file"


def harmless_type(said: str) -> str:
    """The media type without parameters; that of plain bytes when it is none."""
    kind = said.partition(";")[0].strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"
