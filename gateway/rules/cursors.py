"""Opaque cursors of lists: where the last page ended."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson

from edkit.errors import Invalid


def write_cursor(*parts: str) -> str:
    """The place after the row with these sort keys."""
    return urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode("ascii")


def read_cursor(cursor: str, count: int) -> list[str]:
    """The sort keys in a cursor. Invalid when it is not one of ours."""
    try:
        parts = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        parts = None
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(part, str) for part in parts):
        raise Invalid.on("cursor", "Begin again without a cursor: this one is not from this list.")
    return parts
