"""Socket.IO 5 packets over Engine.IO 4, as bytes: what we send is encoded once, what we read is checked once."""

from typing import Any, NamedTuple

import orjson

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR = 0, 1, 2, 3, 4
RESERVED = frozenset(("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"))

# Acknowledgement ids of more digits than JavaScript's safe integers are no client's honest counting.
LONGEST_IDENT = 15


class WireError(Exception):
    """The peer broke the protocol and is to be closed, with this websocket close code and a text of what was wrong."""

    def __init__(self, message: str, code: int = 1002) -> None:
        super().__init__(message)
        self.code = code


class Packet:
    """One Engine.IO packet, ready for both transports; shared by all its recipients and never changed."""

    __slots__ = ("frame", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.frame = text_frame(text)


def text_frame(text: bytes) -> bytes:
    """A whole, unmasked websocket text frame (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text


PING = Packet(b"2")
NOOP = b"6"


class Incoming(NamedTuple):
    """A checked Socket.IO packet. `ident` keeps its digits; `data` is None when the packet carried none."""

    kind: int
    namespace: bytes
    ident: bytes
    data: Any


def parse(text: bytes) -> Incoming:
    """Read one Engine.IO message packet (`4` and a Socket.IO packet).

    For EVENT `data` is a list that starts with the event's name, for ACK a list, for CONNECT an object or None. Raises
    `WireError` for anything else.
    """
    kind = text[1] - 48 if len(text) > 1 else -1
    if kind == 5 or kind == 6:
        raise WireError("binary packets are not read here: send JSON", 1003)
    if not 0 <= kind <= 3:
        raise WireError("unknown Socket.IO packet type")
    at, end = 2, len(text)
    namespace = b"/"
    if text[2:3] == b"/":
        comma = text.find(b",", 2)
        if comma < 0:
            comma = end
        namespace = text[2:comma]
        at = comma + 1
    start = at
    while at < end and 48 <= text[at] <= 57:
        at += 1
    ident = text[start:at]
    if len(ident) > LONGEST_IDENT:
        raise WireError("the acknowledgement id is too long")
    data: Any = None
    if at < end:
        try:
            data = orjson.loads(text[at:])
        except orjson.JSONDecodeError:
            raise WireError("the packet's payload is not JSON") from None
    _check(kind, ident, data)
    return Incoming(kind, namespace, ident, data)


def _check(kind: int, ident: bytes, data: Any) -> None:
    if kind == EVENT:
        if not isinstance(data, list) or not data or not isinstance(data[0], str):
            raise WireError("an event is a JSON array that starts with the event's name")
        if data[0] in RESERVED:
            raise WireError(f"the event name {data[0]} is reserved")
    elif kind == ACK:
        if not isinstance(data, list) or not ident:
            raise WireError("an acknowledgement is an id and a JSON array")
    elif kind == CONNECT:
        if data is not None and not isinstance(data, dict):
            raise WireError("the auth payload of CONNECT is a JSON object")
    elif data is not None:
        raise WireError("DISCONNECT carries no payload")


def _head(kind: int, namespace: str, ident: bytes = b"") -> bytes:
    prefix = b"" if namespace == "/" else namespace.encode() + b","
    return b"4%d" % kind + prefix + ident


def event(namespace: str, name: str, data: object, ident: int | None = None) -> Packet:
    """An EVENT with one argument. With `ident` the receiver is asked to acknowledge. Raises `TypeError` if `data` is
    not JSON."""
    head = _head(EVENT, namespace, b"" if ident is None else b"%d" % ident)
    return Packet(head + b"[" + orjson.dumps(name) + b"," + orjson.dumps(data) + b"]")


def acknowledgement(namespace: str, ident: bytes, value: object) -> Packet:
    """An ACK with one argument for the client's `ident`. Raises `TypeError` if `value` is not JSON."""
    return Packet(_head(ACK, namespace, ident) + b"[" + orjson.dumps(value) + b"]")


def connected(namespace: str, socket_id: str) -> Packet:
    return Packet(_head(CONNECT, namespace) + orjson.dumps({"sid": socket_id}))


def refused(namespace: str, message: str, code: str) -> Packet:
    """CONNECT_ERROR as the stock clients read it: `error.message` and `error.data.code`."""
    return Packet(_head(CONNECT_ERROR, namespace) + orjson.dumps({"message": message, "data": {"code": code}}))


def disconnected(namespace: str) -> Packet:
    return Packet(_head(DISCONNECT, namespace))
