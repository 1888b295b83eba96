"""Characters: which encoding bytes are in, and what no text needs."""

import re
import unicodedata

from job_handler.documents.shape import NotReadHere

_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_NOISE = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x85\u2028]")
_SPACES = re.compile(r"[^\S\n]+")
_MARK = "[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")
_LIGATURES = {0xFB00 + at: two for at, two in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
_VIETNAMESE = re.compile("[\u1ea0-\u1ef9]")
_VIETNAMESE_ALONE = re.compile("[đĐơƠưƯ]")
_HIGH = re.compile(rb"[\x80-\xff]")
NOISE_MAX = 0.05
"""The share of control characters above which it is no text."""


UTF8_PROVED = 20
"""Bytes above ASCII that were UTF-8 before the first that is not: what follows is UTF-8 with a fault."""


def decoded(data: bytes) -> str:
    """The text of these bytes: by their mark, as UTF-8, or in the Windows page that its letters fit.

    Raises NotReadHere for what is no text.
    """
    text = _decoded(data)
    noise = len(_NOISE.findall(text[:200_000]))
    if noise > max(8, NOISE_MAX * len(text[:200_000])):
        raise NotReadHere("This is not a text file. " + NotReadHere.message)
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    wide = _utf16_without_mark(data[:2000])
    if wide is not None:
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 or len(_HIGH.findall(data[: error.start])) >= UTF8_PROVED:
            return data.decode("utf-8", errors="replace")
    western, vietnamese = (data.decode(page, errors="replace") for page in ("cp1252", "cp1258"))
    return vietnamese if _is_vietnamese(vietnamese, len(_HIGH.findall(data))) else western


def _utf16_without_mark(sample: bytes) -> str | None:
    half = len(sample) // 2
    if half < 4:
        return None
    if sample[1::2].count(0) > half * 0.6 and sample[0::2].count(0) <= half * 0.05:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.6 and sample[1::2].count(0) <= half * 0.05:
        return "utf-16-be"
    return None


def _is_vietnamese(text: str, high: int) -> bool:
    """Letters with two marks, and those that no other language of these pages has. Accents alone prove nothing:
    read as Vietnamese, an Italian `può` has a dot below."""
    marked = len(_VIETNAMESE.findall(unicodedata.normalize("NFC", _MARKS.sub(r"\1", text))))
    return marked > 0.12 * high and len(_VIETNAMESE_ALONE.findall(text)) > 0.02 * high


def clean(text: str) -> str:
    """The same words and lines: composed (NFC), without control characters and marks of direction.

    A form feed and a paragraph separator become an empty line. Heaps of marks on one letter are cut to four, since
    composing them takes the square of their number.
    """
    broken = _BREAKS.sub("\n", text).replace("\x0c", "\n\n").replace("\u2029", "\n\n")
    kept = _CONTROLS.sub("", broken).translate(_LIGATURES)
    return unicodedata.normalize("NFC", _MARKS.sub(r"\1", kept))


def tidy(text: str) -> str:
    """As `clean`, with single spaces."""
    return _SPACES.sub(" ", clean(text)).strip()


def one_line(text: str) -> str:
    """As `tidy`, with every break of line a space."""
    return " ".join(clean(text).split())
