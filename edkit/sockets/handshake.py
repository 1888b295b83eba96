"""The opening handshake of RFC 6455: reading the upgrade request, and the two possible answers."""

import base64
import binascii
import hashlib
from http import HTTPStatus
from urllib.parse import urlsplit

from edkit.sockets.admission import Caller, Refusal, bad_request, read_query

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

# Repeating one of these is either an attack or a broken proxy.
ONCE = frozenset(("host", "origin", "sec-websocket-key", "sec-websocket-version", "upgrade"))


def read(head: bytes, peer: str) -> tuple[str, str, Caller]:
    """Path, websocket key and caller of a valid upgrade request. Raises `Refusal` naming what is wrong."""
    request, *lines = head.decode("latin-1").split("\r\n")
    parts = request.split(" ")
    if len(parts) != 3 or parts[0] != "GET" or parts[2] != "HTTP/1.1":
        raise bad_request("A websocket begins with GET over HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or name != name.strip():
            raise bad_request("A header line could not be read")
        if name not in headers:
            headers[name] = value.strip()
        elif name in ONCE:
            raise bad_request(f"The header {name} stands twice")
        else:
            headers[name] += "," + value.strip()
    key = _checked_key(headers)
    target = parts[1] if parts[1].startswith("/") else urlsplit(parts[1])._replace(scheme="", netloc="").geturl()
    path, _, query = target.partition("?")
    return path, key, Caller(
        peer,
        read_query(query),
        headers.get("origin", ""),
        headers["host"],
        headers.get("x-forwarded-for", ""),
        headers.get("x-forwarded-host", ""),
        headers.get("user-agent", ""),
    )  # fmt: skip


def _checked_key(headers: dict[str, str]) -> str:
    if not headers.get("host"):
        raise bad_request("The header host is missing")
    if headers.get("upgrade", "").lower() != "websocket" or "upgrade" not in [
        token.strip().lower() for token in headers.get("connection", "").split(",")
    ]:
        raise bad_request("This is no websocket upgrade")
    if headers.get("sec-websocket-version") != "13":
        raise Refusal(HTTPStatus.UPGRADE_REQUIRED, 3, "Only websocket version 13 is spoken here")
    key = headers.get("sec-websocket-key", "")
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            raise bad_request("sec-websocket-key is not 16 bytes in base64")
    except (binascii.Error, ValueError):
        raise bad_request("sec-websocket-key is not 16 bytes in base64") from None
    return key


def accept(key: str) -> bytes:
    """The 101 answer. No extension is taken up: deflate costs 37 KiB a connection."""
    digest = hashlib.sha1(key.encode("ascii") + GUID, usedforsecurity=False).digest()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: "
        + base64.b64encode(digest)
        + b"\r\n\r\n"
    )


def refuse(refusal: Refusal) -> bytes:
    """A whole HTTP answer, after which the connection is closed."""
    head = [f"HTTP/1.1 {refusal.status.value} {refusal.status.phrase}".encode(), b"connection: close"]
    head += [name + b": " + value for name, value in refusal.headers()]
    return b"\r\n".join(head) + b"\r\n\r\n" + refusal.body
