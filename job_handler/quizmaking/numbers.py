"""Numbers that a sentence claims: where one can be asked for, and which would be wrong there. Pure."""

# ruff: noqa: SIM905 - a list of words reads better as words

import re
from typing import NamedTuple

from edkit.chance import Chance

SMALL = "two three four five six seven eight nine ten eleven twelve".split()
WRONG = 3
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_YEAR = re.compile(
    r"\b(?:in|since|until|by|of|from|to|and|after|before|around|during|c\.) "
    r"(?P<n>1[0-9]\d\d|20[0-2]\d)(?![\d,.–-]?\d|s\b)"
)
_SHARE = re.compile(rf"(?<![\d.,–$£€-])(?P<n>{_NUMBER}) ?(?:%|percent\b|per cent\b)")
_MANY = re.compile(
    rf"(?<![\d.,–$£€:-])\b(?P<n>{_NUMBER})(?: (?:million|billion|thousand|trillion))? "
    r"(?!January|February|March|April|May|June|July|August|September|October|November|December|percent|per cent|of\b|"
    r"and\b|or\b|to\b|in\b|on\b|at\b|AD\b|BC|CE\b|years old|[A-Z])(?:[a-z-]+ ){0,2}[a-z-]+s\b"
)
_WORDED = re.compile(
    rf"(?i)\b(?:has|have|had|of|into|contains?|include|includes|with|are|consists of|divided into|comprises?) "
    rf"(?P<n>{'|'.join(SMALL)}) (?!of\b|or\b|and\b|to\b|years?\b|days?\b|times?\b|people|men\b|women\b)"
    r"(?:[a-z-]+ ){0,2}[a-z-]+s\b"
)
_BOUND = re.compile(
    r"(?i)\b(?:over|under|than|least|most|up to|nearly|almost|above|below|within|between|some|exceed\w*|as many as|"
    r"from|stage|type|phase|chapter|part|the first|the last|next|"
    r"another|these|those|other) (?:\w+ )?$"
)
"""Before it, other numbers may be right as well, or the number is a name."""

_TOLD_BEFORE = re.compile(r"(?:After|When|While|As|Although|If|Once|Until)\b")
"""So begins what goes on with a story."""


class Claimed(NamedTuple):
    """A number at [start, end) of a sentence, of a kind: `year`, `share` (of a hundred), `many` or `word`."""

    start: int
    end: int
    sort: str

    def of(self, said: str) -> str:
        """As it is written."""
        return said[self.start : self.end]


def claimed(said: str) -> Claimed | None:
    """The one number that the sentence claims; None where there are several, or others might be right as well.

    Nor where the sentence counts up what the number says.
    """
    if _TOLD_BEFORE.match(said):
        return None
    if len(re.findall(rf"(?<![\w.]){_NUMBER}", said)) > 1 or re.search(
        r"[=^√×÷]|\d[–-]\d|\b[A-Z]?\d+[A-Za-z]+\b", said
    ):
        return None
    for sort, pattern in (("year", _YEAR), ("share", _SHARE), ("many", _MANY), ("word", _WORDED)):
        found = list(pattern.finditer(said))
        if len(found) == 1:
            start, end = found[0].span("n")
            bound = _BOUND.search(said[:start]) or (":" in said[end:])
            if (bound and sort != "year") or (sort == "many" and _is_year(said[start:end])):
                return None
            return Claimed(start, end, sort)
    return None


def wrong_numbers(number: str, sort: str, dice: Chance, said: str) -> list[str]:
    """Three others of the same form, none of which stands in the sentence: too far off to be right by rounding."""
    if sort == "word":
        here = SMALL.index(number.casefold())
        others = [
            SMALL[place] for place in (here - 2, here - 1, here + 1, here + 2, here + 3) if 0 <= place < len(SMALL)
        ]
        others = [word.title() if number[:1].isupper() else word for word in others]
    elif sort == "year":
        year = int(number)
        steps = [-41, -32, -23, -14, 13, 22, 31, 43] if year < 1900 else [-19, -14, -9, -6, 7, 11, 16]
        others = [str(year + step) for step in steps if year + step < 2027]
    else:
        others = _scaled(number, sort)
    free = [
        other for other in dict.fromkeys(others) if other != number and not re.search(rf"\b{re.escape(other)}\b", said)
    ]
    return list(dice.shuffled(free))[:WRONG]


def _scaled(number: str, sort: str) -> list[str]:
    value = float(number.replace(",", ""))
    places = len(number.split(".")[1]) if "." in number else 0
    if sort == "share":
        made = [value * 0.3, value * 0.6, value * 1.5, value * 2, value + 25, value - 25]
        made = [one for one in made if 0 < one < 100 and abs(one - value) >= max(1.0, value * 0.2)]
    else:
        made = [value * factor for factor in (0.25, 0.5, 1.5, 2, 3)]
        made = [one for one in made if abs(one - value) >= max(1.0, value * 0.25) or places]
    rounded = [_like(one, number, places) for one in made]
    return [one for one in rounded if float(one.replace(",", "")) > 0]


def _like(value: float, number: str, places: int) -> str:
    """Written as the number is: as many places, as round, with the same separators."""
    if not places:
        digits = number.replace(",", "")
        step = 10 ** (len(digits) - len(digits.rstrip("0"))) if digits.endswith("0") and len(digits) > 2 else 1
        step = 5 if step == 1 and digits[-1] in "05" and value >= 15 else step
        value = round(value / step) * step
    return f"{value:,.{places}f}" if "," in number else f"{value:.{places}f}"


def _is_year(number: str) -> bool:
    return re.fullmatch(r"1[0-9]\d\d|20\d\d", number) is not None
