"""Characters: which encoding bytes are in, and what no text needs."""

import re
import unicodedata

_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SPACES = re.compile(r"[^\S\n]+")
SINGLE_BYTE = ("cp1252", "cp1258")
"""Western and Vietnamese Windows: tried when it is no Unicode, in the order of how well the text then looks."""


def decoded(data: bytes) -> str:
    """The text of these bytes: by their mark, as UTF-8, or as the single-byte page with the fewest unread signs."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if data[:2000].count(0) > len(data[:2000]) // 4:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        texts = [data.decode(page, errors="replace") for page in SINGLE_BYTE]
        return min(texts, key=lambda text: text.count("\ufffd"))


def tidy(text: str) -> str:
    """The same words without control characters and marks of direction, composed (NFC), with single spaces."""
    kept = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xad", ""))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", kept)).strip()


def one_line(text: str) -> str:
    """As `tidy`, with every break of line a space."""
    return _SPACES.sub(" ", tidy(text).replace("\n", " ")).strip()
