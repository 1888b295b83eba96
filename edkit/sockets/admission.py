"""Who may open a socket: origin, address and protocol version, judged the same for both transports."""

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

import orjson

from edkit.sockets.settings import SocketSettings


class Refusal(Exception):
    """A handshake or polling request that is answered with an error. `code` is Engine.IO's."""

    def __init__(self, status: HTTPStatus, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = orjson.dumps({"code": code, "message": message})

    def headers(self) -> list[tuple[bytes, bytes]]:
        found = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self.body))]
        if self.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            found.append((b"retry-after", b"5"))
        if self.status == HTTPStatus.UPGRADE_REQUIRED:
            found.append((b"sec-websocket-version", b"13"))
        return found


def unknown_transport() -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, 0, "Transport unknown")


def unknown_session() -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, 1, "Session ID unknown")


def bad_request(message: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, 3, message)


class Caller(NamedTuple):
    """What admission looks at, taken from either transport's request. Header values are text, "" when absent."""

    peer: str
    query: Mapping[str, str]
    origin: str = ""
    host: str = ""
    forwarded_for: str = ""
    forwarded_host: str = ""
    user_agent: str = ""


def read_query(raw: str) -> dict[str, str]:
    """The fields of a query string, undecoded: every value Engine.IO uses is url-safe."""
    return {name: value for name, _, value in (field.partition("=") for field in raw.split("&"))}


class Admission:
    """Judges callers by the settings' origins and proxies."""

    __slots__ = ("_origins", "_proxies")

    def __init__(self, settings: SocketSettings) -> None:
        self._origins = frozenset(origin.lower().rstrip("/") for origin in settings.allowed_origins)
        self._proxies = tuple(ipaddress.ip_network(network, strict=False) for network in settings.trusted_proxies)

    def check_origin(self, caller: Caller) -> bool:
        """True if the caller's page is of another, allowed origin (so the answer needs CORS headers), False if it is of
        our own or there is no page.

        The own origin is the one whose host and port the request itself names; a proxy may end TLS, so the scheme is
        not compared. Raises `Refusal` (403) for any other page.
        """
        origin = caller.origin.lower()
        if not origin:
            return False
        own = caller.forwarded_host if caller.forwarded_host and self._trusts(caller.peer) else caller.host
        if origin.partition("://")[2] == own.lower() != "":
            return False
        if origin in self._origins:
            return True
        raise Refusal(HTTPStatus.FORBIDDEN, 4, "This page's origin is not allowed here: add it to the allowed origins")

    def check_protocol(self, caller: Caller) -> None:
        """Raises `Refusal` (400) unless the caller speaks Engine.IO 4."""
        if caller.query.get("EIO") != "4":
            raise Refusal(
                HTTPStatus.BAD_REQUEST, 5, "Unsupported protocol version: use a client of Socket.IO 3 or later"
            )

    def address(self, caller: Caller) -> str:
        """The client's address: the peer's, or behind trusted proxies the last one forwarded that is no proxy."""
        address = caller.peer
        if self._proxies and caller.forwarded_for:
            hops = [hop.strip() for hop in caller.forwarded_for.split(",")]
            while hops and self._trusts(address):
                hop = hops.pop()
                try:
                    address = str(ipaddress.ip_address(hop))
                except ValueError:
                    break
        return address.removeprefix("::ffff:") if "." in address else address

    def _trusts(self, address: str) -> bool:
        if not self._proxies:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._proxies)


def household(address: str) -> str:
    """What the cap per address counts: an IPv4 address, or the /64 that one IPv6 subscriber commands."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
