"""AMQP 0-9-1 on the wire: what travels thousands of times a second is packed and read by hand, the rest by `pamqp`."""

import struct
from collections.abc import Iterator

from pamqp import base, frame
from pamqp.exceptions import PAMQPException

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
END = 0xCE
HELLO = b"AMQP\x00\x00\x09\x01"
BEAT = b"\x08\x00\x00\x00\x00\x00\x00\xce"
DELIVER = 0x003C003C
OVERHEAD = 8
"""Bytes of a frame around its payload."""

_FRAME = struct.Struct(">BHI")
_HEADER = struct.Struct(">BHIHHQ")
_CONTENT = struct.Struct(">HHQH")
_ACK = struct.Struct(">BHIHHQBB")
_LONG = struct.Struct(">Q")
_END = bytes((END,))
_BASIC = 60

unpack_frame = _FRAME.unpack_from
"""Kind, channel and size of the payload of the frame that begins here."""


class Broken(Exception):
    """The other side sent what is no AMQP, or refused what we sent. The connection cannot go on."""


class Incoming:
    """One message as it arrives, delivered or returned. `body` is None when it was larger than is taken."""

    __slots__ = ("body", "correlation", "expiration", "kind", "redelivered", "reply_to", "size", "tag", "user")

    def __init__(self, tag: int, redelivered: bool) -> None:
        self.tag, self.redelivered = tag, redelivered
        self.correlation = self.reply_to = self.expiration = self.kind = self.user = b""
        self.size = 0
        self.body: bytes | None = b""


def method(channel: int, sent: base.Frame) -> bytes:
    """A rare method as a frame."""
    return frame.marshal(sent, channel)


def read_method(data: bytes) -> base.Frame:
    """The rare method that is this whole frame."""
    try:
        _, _, received = frame.unmarshal(data)
    except (PAMQPException, ValueError, KeyError, IndexError, struct.error, TypeError) as error:
        raise Broken(f"a method that cannot be read: {type(error).__name__}") from error
    if not isinstance(received, base.Frame):
        raise Broken("a method was expected")
    return received


def short(text: bytes) -> bytes:
    """A short string. Raises Broken when it is longer than one byte can say."""
    if len(text) > 255:
        raise Broken("a name of more than 255 bytes")
    return bytes((len(text),)) + text


def publish_head(channel: int, exchange: bytes, key: bytes, *, mandatory: bool = False) -> bytes:
    """The method frame of `basic.publish`: the same for every message to the same place."""
    payload = b"\x00\x3c\x00\x28\x00\x00" + short(exchange) + short(key) + (b"\x01" if mandatory else b"\x00")
    return _FRAME.pack(METHOD, channel, len(payload)) + payload + _END


def properties(
    correlation: bytes, reply_to: bytes = b"", expiration: bytes = b"", kind: bytes = b"", user: bytes = b""
) -> bytes:
    """Flags and values of the properties that we use, packed."""
    flags, values = 0x0400, [short(correlation)]
    for flag, value in ((0x0200, reply_to), (0x0100, expiration), (0x0020, kind), (0x0010, user)):
        if value:
            flags |= flag
            values.append(short(value))
    return flags.to_bytes(2, "big") + b"".join(values)


def content(channel: int, head: bytes, packed: bytes, body: bytes, frame_max: int) -> Iterator[bytes]:
    """A whole message behind its method frame `head`, in pieces that are to be written one after the other."""
    size, room = len(body), frame_max - OVERHEAD
    header = _HEADER.pack(HEADER, channel, 12 + len(packed), _BASIC, 0, size)
    if size <= room:
        if size:
            yield b"".join((head, header, packed, _END, _FRAME.pack(BODY, channel, size), body, _END))
        else:
            yield b"".join((head, header, packed, _END))
        return
    yield b"".join((head, header, packed, _END))
    for start in range(0, size, room):
        piece = body[start : start + room]
        yield b"".join((_FRAME.pack(BODY, channel, len(piece)), piece, _END))


def ack(channel: int, tag: int, *, multiple: bool = False) -> bytes:
    """`basic.ack` of one message, or of all up to it."""
    return _ACK.pack(METHOD, channel, 13, _BASIC, 80, tag, multiple, END)


def read_deliver(data: bytes, at: int, stop: int) -> Incoming:
    """`basic.deliver`, whose arguments begin at `at`."""
    at += 1 + data[at]
    (tag,) = _LONG.unpack_from(data, at)
    if at + 9 > stop:
        raise Broken("a delivery that ends too early")
    return Incoming(tag, data[at + 8] & 1 == 1)


def read_header(message: Incoming, data: bytes, at: int, stop: int) -> None:
    """Take size and properties of a message from its header frame, whose payload begins at `at`."""
    _, _, message.size, flags = _CONTENT.unpack_from(data, at)
    at += _CONTENT.size
    if flags & 0xFFF0 == 0x0400 and not flags & 1:  # a reply of somebody who sends nothing else
        message.correlation = data[at + 1 : (at := at + 1 + data[at])]
    else:
        if flags & 1:
            raise Broken("a header of more properties than there are")
        if flags & 0x8000:  # content type
            at += 1 + data[at]
        if flags & 0x4000:  # content encoding
            at += 1 + data[at]
        if flags & 0x2000:  # headers
            at += 4 + int.from_bytes(data[at : at + 4], "big")
        at += (flags >> 12 & 1) + (flags >> 11 & 1)  # delivery mode, priority
        if flags & 0x0400:
            message.correlation = data[at + 1 : (at := at + 1 + data[at])]
        if flags & 0x0200:
            message.reply_to = data[at + 1 : (at := at + 1 + data[at])]
        if flags & 0x0100:
            message.expiration = data[at + 1 : (at := at + 1 + data[at])]
        if flags & 0x0080:  # message id
            at += 1 + data[at]
        if flags & 0x0040:  # timestamp
            at += 8
        if flags & 0x0020:
            message.kind = data[at + 1 : (at := at + 1 + data[at])]
        if flags & 0x0010:
            message.user = data[at + 1 : at + 1 + data[at]]
            at += 1 + data[at]
    if at > stop:
        raise Broken("a header that ends too early")
