"""What a picture is, seen in its bytes and never in its name. Pure.

SVG is refused: it is a document with scripts, not a picture.
"""

import struct

PICTURE_MAX = 5_000_000  # bytes; phones on school Wi-Fi load them
SIDE_MAX = 8_000  # pixels; a small file must not unpack to gigabytes on a phone
KINDS = "A picture is a PNG, JPEG, GIF or WebP file."
START_OF_FRAME = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


class NotAPicture(ValueError):
    """These bytes are no picture that is shown here. Says why, to a person."""


def media_type_of(data: bytes) -> str:
    """`image/png`, `image/jpeg`, `image/gif` or `image/webp`. Raises `NotAPicture`."""
    try:
        media_type, width, height = _look(data)
    except (struct.error, IndexError) as error:
        raise NotAPicture(f"This file is damaged or cut off. {KINDS}") from error
    if not (0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX):
        raise NotAPicture(f"This picture measures {width} by {height}; at most {SIDE_MAX} pixels a side are shown.")
    return media_type


def _look(data: bytes) -> tuple[str, int, int]:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return "image/png", *struct.unpack_from(">II", data, 16)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif", *struct.unpack_from("<HH", data, 6)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp", *_webp_size(data)
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", *_jpeg_size(data)
    raise NotAPicture(f"This file is not a picture. {KINDS}")


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise NotAPicture(f"This file is not a picture. {KINDS}")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Walks the segments up to the frame header."""
    position = 2
    while True:
        if data[position] != 0xFF:
            raise NotAPicture(f"This file is damaged. {KINDS}")
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        if marker in START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        if length < 2 or marker == 0xDA:
            raise NotAPicture(f"This file is damaged. {KINDS}")
        position += 2 + length
