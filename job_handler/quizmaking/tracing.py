"""Where a quote stands in a text, although whoever quoted was careless with spaces, quotation marks, hyphens. Pure."""

import unicodedata

QUOTE_MIN, QUOTE_MAX = 15, 2_000
_SIGNS = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "…": "."})
_DASHES = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2212")


class Traced:
    """A text in which quotes are looked for: its letters and digits, and where each of them stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        kept, places = [], []
        for place, sign in enumerate(text):
            for one in _even(sign):
                kept.append(one)
                places.append(place)
        self._kept, self._places = "".join(kept), places

    def find(self, quote: str) -> tuple[int, int] | None:
        """[start, end) of the text that the quote is, sign for sign or but for spaces, dashes, quotation marks, dots at
        its ends and the size of letters. None if it is not there, or too short to say where.
        """
        wanted = quote.strip()
        if not QUOTE_MIN <= len(wanted) <= QUOTE_MAX:
            return None
        exact = self._text.find(wanted)
        if exact >= 0:
            return exact, exact + len(wanted)
        even = "".join(one for sign in wanted.strip(" .…\"'“”‘’") for one in _even(sign))
        at = self._kept.find(even) if len(even) >= QUOTE_MIN // 2 else -1
        if at < 0:
            return None
        start, end = self._places[at], self._places[at + len(even) - 1] + 1
        while end < len(self._text) and self._text[end] in ".!?…”\"’'" and end - start < QUOTE_MAX:
            end += 1
        return start, end


def _even(sign: str) -> str:
    """What counts of a sign: nothing of spaces and dashes, of letters not their size."""
    if sign.isspace() or sign in _DASHES:
        return ""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", sign).translate(_SIGNS).casefold())
