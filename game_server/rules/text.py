"""Typed text made comparable: what differs only in case, accents, spaces or final punctuation is the same answer."""

import unicodedata

_FINAL = ".,;:!?…。！？、，；：؟"
_ALIKE = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        # letters with strokes and ligatures that Unicode does not take apart
        "đ": "d",
        "ð": "d",
        "ø": "o",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)


def fold_answer(text: str) -> str:
    """The form in which typed answers and words of a cloud are compared. Empty only for text without any character.

    Combining marks of the Latin, Greek and Cyrillic scripts are dropped; those of scripts where a mark is a letter or a
    vowel of its own (Devanagari, Thai, kana) are kept. Punctuation falls away at the end only: "C#" is not "C".
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(c for c in apart if not "\u0300" <= c <= "\u036f").translate(_ALIKE)
    joined = " ".join(unicodedata.normalize("NFC", bare).split())
    return joined.rstrip(_FINAL + " ") or joined


def tidy(text: str) -> str:
    """Text as it is shown again: composed, on one line, without control or invisible characters."""
    visible = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text) if _is_shown(c))
    return " ".join("".join(visible).split())


def _is_shown(c: str) -> bool:
    """Joiners stay: emoji and Indic scripts are written with them."""
    return c.isspace() or c in "\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
