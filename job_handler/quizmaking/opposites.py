"""What makes a true statement false: the word that carries the claim, turned into its opposite. Pure."""

# ruff: noqa: SIM905 - a list of words reads better as words

import re
from collections.abc import Iterator

_PAIRS = (
    "increase/decrease increases/decreases increased/decreased increasing/decreasing higher/lower highest/lowest "
    "larger/smaller largest/smallest bigger/smaller greater/lesser longer/shorter longest/shortest faster/slower "
    "stronger/weaker strongest/weakest older/younger earlier/later deeper/shallower wider/narrower thicker/thinner "
    "warmer/colder hotter/colder heavier/lighter easier/harder better/worse best/worst richer/poorer "
    "before/after inside/outside internal/external inner/outer upper/lower northern/southern eastern/western "
    "north/south east/west maximum/minimum presence/absence excitatory/inhibitory voluntary/involuntary "
    "explicit/implicit short-term/long-term conscious/unconscious objective/subjective "
    "innate/learned divergent/convergent proactive/retroactive anterograde/retrograde positive/negative "
    "sympathetic/parasympathetic afferent/efferent primary/secondary dominant/recessive "
    "male/female common/rare rose/fell gained/lost gains/loses won/lost "
    "supported/opposed accepted/rejected added/removed strengthens/weakens strengthened/weakened "
    "strengthen/weaken activates/suppresses absorbs/releases absorbed/released enters/leaves entered/left "
    "desirable/undesirable pleasant/unpleasant fixed/variable urban/rural exports/imports import/export "
    "victory/defeat toward/away_from towards/away_from slow/fast deepest/shallowest hot/cold "
    "artificial/natural domestic/foreign rapidly/slowly quickly/slowly simple/complex easily/with_difficulty "
    "ascending/descending expensive/cheap shallow/deep permanent/temporary always/never visible/invisible "
    "above/below maximal/minimal majority/minority acquired/inherited multicellular/unicellular "
    "organic/inorganic solid/liquid"
).split()
OPPOSITE: dict[str, str] = {}
for _pair in _PAIRS:
    _left, _right = _pair.replace("_", " ").split("/")
    OPPOSITE.setdefault(_left, _right)
    OPPOSITE.setdefault(_right, _left)
_WORD = re.compile(
    r"(?<![\w'’-])(" + "|".join(sorted(map(re.escape, OPPOSITE), key=len, reverse=True)) + r")(?![\w'’-])"
)
_MORE = re.compile(
    r"\b(more|less) (?=(?!than\b|and\b|or\b|of\b|recent|specific|general)[a-z]+"
    r"(?:ly|ive|ous|ful|ent|ant|al|ic|ed|ing|ble|y|on|ult|er|ar|ex)\b)|"
    r"\b(most|least) (?=(?:common|frequent|productive|effective|resistant|severe|sensitive|abundant|active|stable)"
    r"\w*\b)"
)
_MUCH = {"more": "less", "less": "more", "most": "least", "least": "most"}
HEDGED = re.compile(
    r"(?i)\b(?:may|might|could|can|some|sometimes|often|usually|perhaps|possibly|likely|tends?|not|no|never|cannot|"
    r"either|both|or|whether|neither|if|depend\w*|varies|vary|few|many|several|various|equal|equally|same|even|"
    r"n[’']t|doesn[’']t|don[’']t|isn[’']t|seems?|appears?|thought to|believed)\b"
)
"""Where a claim is weakened, its opposite may hold as well."""
_FIXED = re.compile(
    r"(?i)\b(?:years? (?:before|after)|long before|soon after|shortly after|day after|named after|look\w* after|"
    r"older adults?|older people|higher education|best known|at best|inner city|north america|south america|"
    r"lower case|the female|the male|hot dogs?|over and above|to lower|to better|one after|after all)\b"
)
"""Where the word is part of a phrase and carries no claim."""
_VERBS = frozenset("entered enters fell gained leaves left lost rose won".split())
"""Words that are also nouns or adjectives (the leaves, the left side, a lost city), which are not turned."""
_NOUN_BEFORE = re.compile(
    r"(?i)\b(?:the|an?|its|his|her|their|our|your|my|this|that|these|those|of|in|on|to|at|by|with|from|as|and|or)\s$"
)
_OBJECT_AFTER = re.compile(
    r"\s(?:the|an?|its|his|her|their|this|that|these|those|all|most|about|by|to|from|into|in|at|for|during|over|when|"
    r"behind|out|[A-Z]\w*|\d[\d.,]*)\b"
)


def opposites(said: str) -> Iterator[str]:
    """The statement with one word turned into its opposite, that one first which stands latest.

    Nothing where the claim is weakened, or where both words of a pair stand: then the turned one could be true.
    """
    if HEDGED.search(said):
        return
    low = f" {said.casefold()} "
    found = [(match.start(1), match[1], OPPOSITE[match[1]]) for match in _WORD.finditer(said)]
    found += [(match.start(), match[0].strip(), _MUCH[match[0].strip()]) for match in _MORE.finditer(said)]
    fixed = [match.span() for match in _FIXED.finditer(said)]
    for place, word, other in sorted(found, reverse=True):
        if any(start <= place < end for start, end in fixed) or f" {other} " in low or low.count(f" {word} ") > 1:
            continue
        if word in _VERBS and not _is_a_verb(said[:place], said[place + len(word) :]):
            continue
        yield _fitting(said[:place], other) + other + said[place + len(word) :]


def _is_a_verb(before: str, after: str) -> bool:
    return _NOUN_BEFORE.search(before) is None and _OBJECT_AFTER.match(after) is not None


def _fitting(before: str, other: str) -> str:
    return re.sub(r"(?i)\b(a)n? $", lambda match: match[1] + ("n " if other[:1] in "aeiou" else " "), before)
