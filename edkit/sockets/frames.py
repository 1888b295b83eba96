"""RFC 6455 frames as pure functions: what is wrong with one is known before its payload is waited for."""

from edkit.sockets.packets import WireError

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FINAL = 0x80


def unmask(payload: bytes | bytearray, mask: bytes | bytearray) -> bytes:
    """XOR with the repeated four-byte mask, as one long integer: the fastest way in pure Python."""
    size = len(payload)
    pad = mask * (size // 4) + mask[: size % 4]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(pad, "little")).to_bytes(size, "little")


def control(opcode: int, payload: bytes) -> bytes:
    """A whole control frame; `payload` has at most 125 bytes."""
    return bytes((FINAL | opcode, len(payload))) + payload


def close(code: int, message: str = "") -> bytes:
    """A close frame; of the message as much is kept as fits."""
    return control(CLOSE, code.to_bytes(2, "big") + message.encode()[:120])


def check(first: int, second: int, size: int, continued: bool, room: int) -> None:
    """Raise `WireError` unless a client may send a frame with these first two bytes and this length now.

    `continued` says that a fragmented message is open, `room` how many bytes the message may still grow.
    """
    opcode = first & 0x0F
    if first & 0x70:
        raise WireError("reserved bits are set, but no extension was agreed")
    if not second & 0x80:
        raise WireError("a client's frames must be masked")
    if opcode in (CLOSE, PING, PONG):
        if size > 125 or not first & FINAL:
            raise WireError("a control frame is short and whole")
        return
    if opcode == BINARY:
        raise WireError("binary messages are not read here: send text", 1003)
    if opcode > BINARY:
        raise WireError("unknown opcode")
    if opcode == TEXT and continued:
        raise WireError("a fragmented message was not continued")
    if opcode == CONTINUATION and not continued:
        raise WireError("there is nothing to continue")
    if size > room:
        raise WireError("the message is too large", 1009)


def check_text(payload: bytes) -> None:
    """Raise `WireError` (1007) unless the bytes are UTF-8."""
    if not payload.isascii():
        try:
            payload.decode()
        except UnicodeDecodeError:
            raise WireError("the text is not UTF-8", 1007) from None


def close_code(payload: bytes) -> int:
    """The code of a peer's close frame, 1000 if it gave none. Raises `WireError` for one that may not be sent."""
    if not payload:
        return 1000
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not ((1000 <= code <= 1014 and code not in (1004, 1005, 1006)) or 3000 <= code < 5000):
        raise WireError("a close frame's code is not valid")
    check_text(payload[2:])
    return code
