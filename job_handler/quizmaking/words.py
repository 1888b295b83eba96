"""Words: which of them carry meaning, what they fold to, what form a term has. Pure."""

# ruff: noqa: SIM905 - a list of words reads better as words

import re
import unicodedata

STOP = frozenset(
    (
        "a an the this that these those and or but nor so yet if then than as of in on at by for with from to into "
        "onto over under between among through during before after above below up down out off again further once is "
        "are was were be been being am do does did doing have has had having will would shall should can could may "
        "might must not no only own same such too very just also however therefore thus hence because while where "
        "when who whom whose which what how why all any both each few more most other some many much it its itself he "
        "him his she her hers they them their theirs we us our ours you your yours i me my mine there here about "
        "against per via called known one two three first second often usually sometimes within without upon toward "
        "towards across around along every another either neither whether although though since until unless even "
        "still rather quite almost already ever never always perhaps maybe like unlike including several less least "
        "itself himself herself themselves oneself someone something anyone anything everyone everything "
        "là và của các những một được cho với trong khi để này đó từ có không như người ta hay hoặc nhưng vì nên thì "
        "mà ở ra vào đến bị do rất cũng đã đang sẽ bởi trên dưới theo nhiều ít"
    ).split()
)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_POINTING = re.compile(
    r"(?i)^(this|that|these|those|it|its|they|their|them|he|she|his|her|such|here|there|also|however|thus|therefore|"
    r"hence|"
    r"moreover|furthermore|in addition|in contrast|for example|for instance|similarly|conversely|instead|then|and|but|"
    r"or|so|first|second|third|finally|next|another|other|others|both|either|neither|one|some of these|as a result|"
    r"recall|remember|consider|imagine|suppose|note|see|let|we|you|our|your|i|again|still|yet|because|on the other "
    r"hand|"
    r"in other words|in fact|indeed|additionally|likewise|meanwhile|nevertheless|nonetheless|otherwise|consequently|"
    r"accordingly|after all|of course|in this|in these|in that|in such|at this|at that|by contrast|by this|by doing|"
    r"as (?:you|we|shown|mentioned|noted|described|discussed|such|shows)|if you|when you|later|earlier|today|perhaps|"
    r"đây|đó|điều (?:này|đó)|nó|chúng|họ|ông ấy|bà ấy|anh ấy|cô ấy|ví dụ|tuy nhiên|do đó|vì vậy|ngoài ra|trong đó)\b"
)
_SHOWING = re.compile(
    r"(?i)\b(figures?|fig\.|tables?|chapters?|sections?|pages?|above|below|following|previous|previously|earlier|"
    r"later in|"
    r"mentioned|discussed|shown|images?|photos?|illustrated|credit|link to learning|this (book|module|text|lesson|"
    r"article)|"
    r"in the text|the (latter|former|two|three|four|other|others)|hình|bảng|chương|trang|dưới đây|trên đây)\b|\[|\]|"
    r"\bhttp|www\.|_{2,}"
)
_SCENE = re.compile(
    r"(?i)\b(?:the|these|those|this) (?:\w+ )?(?:study|studies|experiment|experiments|participants?|subjects?|"
    r"researchers?|"
    r"authors?|findings?|results?|scientists?|group|groups|survey|example|scenario|situation|case|patient|teacher|"
    r"students?|"
    r"man|woman|boy|girl|boys|girls|men|women|dogs?|rats?|monkeys?|child|children|infants?|person|individual|"
    r"question|answer|problem|task|list|letter|word|model|test|trial|procedure|same|process|approach|view|idea|term|"
    r"theory)\b"
)
"""The thing spoken of was brought up before: a sentence by itself does not say which one."""
_PRONOUN = re.compile(
    r"(?i)\b(this|these|those|he|she|they|his|her|their|him|them|it|its|we|our|us|you|your|i|my|me|such|another|"
    r"also)\b|"
    r"\b(?:do|does|did) (?:so|not|this|that)\b"
)
_OUTSIDE = re.compile(
    r"(?i)\b(this|these|those|we|our|us|you|your|i|my|me|such|another|also)\b|"
    r"\b(?:of|in|on|to|by|from|for|with|at) that (?!which\b|of\b)\w+|"
    r"\bif that\b|\beven (?:more|less|lower|higher|larger|smaller|greater|better|worse)\b"
)
"""Words whose meaning never stands in the same sentence."""
_INSIDE = re.compile(
    r"(?i)\bsuch as\b|\bthose (?=who|that|which|of|in|with|for|whose|from|found|used|made)|"
    r"\b(?:one|each) (?:an)?other\b|\bfrom one [\w ]+ to another\b|\balso (?=known|called|referred|termed|spelled)|"
    r"\b(?:but|and) also\b|\b(?:is|are|was|were|can|may) also\b|\bit (?:is|was) (?:\w+ )?(?=that|to)\b"
)
"""The same words where they do not point outside: `such as`, `those who`, `also called`."""
_NUMEROUS = re.compile(r"(?i)\b(?:[a-z]\w+[^su\W]s|people|men|women|children|bacteria|who|and|or)\b")
_PERSON = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][a-z]+\b|^[A-Z][\w.]+ [A-Z]")
_BACK = re.compile(r"(?i)\b(?:(they|their|them|themselves)|(its?|itself)|(he|his|him|she|her|himself|herself))\b")


def folded(text: str) -> str:
    """Compared without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def stem(word: str) -> str:
    """Roughly the same for the forms of an English word."""
    for ending in ("'s", "’s", "ies", "es", "s", "ing", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def content(text: str) -> list[str]:
    """The words that carry meaning, folded, in their order."""
    return [stem(word) for word in folded(text).split() if word not in STOP and len(word) > 1]


def alike(one: str, other: str) -> bool:
    """Whether two words come from one root, as far as their beginnings tell: `psychology` and `psychological`."""
    if one == other:
        return True
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= 5 and shared >= 0.7 * max(len(one), len(other)) - 1


def share_root(one: str, other: str) -> bool:
    """Whether a word that carries meaning in one comes back in the other, in whatever form."""
    return any(alike(left, right) for left in content(one) for right in content(other))


def stands_alone(sentence: str) -> bool:
    """Whether it can be read without what stood around it: it points at nothing outside."""
    return not (_POINTING.match(sentence) or _SHOWING.search(sentence))


def shows(words: str) -> bool:
    """Whether it points at a figure, or at another place of the text."""
    return _SHOWING.search(words) is not None


def sets_a_scene(sentence: str) -> bool:
    """Whether it goes on about a study, a person or a case that was brought up before."""
    return _SCENE.search(sentence) is not None


def leans(sentence: str) -> int:
    """How many words of it stand for something said before."""
    return len(_PRONOUN.findall(_INSIDE.sub(" ", sentence)))


def leans_outside(sentence: str) -> bool:
    """Whether it points at something that it does not name itself: a pronoun with nothing before that it can mean."""
    if points_outside(sentence):
        return True
    kept = _INSIDE.sub(" ", sentence)
    for word in _BACK.finditer(kept):
        before, (several, one, somebody) = kept[: word.start()], word.groups()
        if (
            len(before.split()) < 2
            or (several and not _NUMEROUS.search(before))
            or (one and not any(len(other) > 3 for other in content(before)))
            or (somebody and not _PERSON.search(before))
        ):
            return True
    return re.search(r"(?i)\b(?:do|does|did) so\b", sentence) is not None


def points_outside(sentence: str) -> bool:
    """Whether it speaks to the reader, or of something that it does not name."""
    return _OUTSIDE.search(_INSIDE.sub(" ", sentence)) is not None


def is_plural(term: str) -> bool:
    """By its last word, as English forms it."""
    last = term.split()[-1].casefold() if term.split() else ""
    irregular = (
        "people",
        "children",
        "men",
        "women",
        "data",
        "criteria",
        "phenomena",
        "bacteria",
        "schemata",
        "stimuli",
        "nuclei",
        "fungi",
    )
    return last in irregular or (last.endswith("s") and not last.endswith(("ss", "us", "is", "ics", "’s", "'s")))


def is_name(term: str) -> bool:
    """Written with a capital: a person, a place, a work."""
    return bool(term) and all(word[:1].isupper() for word in term.split() if word.casefold() not in STOP)


def is_number(term: str) -> bool:
    """Written in digits."""
    return bool(re.fullmatch(r"\d+(?:[.,]\d+)*%?", term))


def number_forms(term: str) -> list[str]:
    """The term in the singular and the plural, as far as English does it regularly: itself first."""
    *before, last = term.split()
    low = last.casefold()
    if is_name(term) or is_number(term) or not low.isascii():
        return [term]
    if low.endswith("ies") and len(low) > 4:
        other = last[:-3] + "y"
    elif low.endswith(("ches", "shes", "sses", "xes")):
        other = last[:-2]
    elif is_plural(low):
        other = last[:-1] if low.endswith("s") else last
    elif low.endswith("y") and low[-2:-1] not in "aeiou":
        other = last[:-1] + "ies"
    elif low.endswith(("ch", "sh", "ss", "x")):
        other = last + "es"
    else:
        other = last if low.endswith("s") else last + "s"
    return [term] if other == last else [term, " ".join([*before, other])]
