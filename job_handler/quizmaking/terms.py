"""What a text speaks of: things, people and places, as far as the forms of words tell. Pure."""

# ruff: noqa: SIM905 - a list of words reads better as words

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from job_handler.quizmaking.said import Sentence
from job_handler.quizmaking.words import STOP, WORD, content, folded, is_name, is_plural

Sort = Literal["thing", "person", "place", "name"]
TERM_WORDS_MAX = 4
TERMS_MAX = 70
"""How many terms of a text are looked at, the most frequent first: each is embedded, which takes time."""

GENERAL = frozenset(
    (
        "ability absence account action activity addition advantage age aim air amount analysis answer application "
        "area "
        "aspect attempt author basis beginning behavior behaviour benefit body book call case cause century chance "
        "change "
        "characteristic choice class combination component concept concern condition consequence content context "
        "contrast control country course criteria culture danger data date day death decade decision degree demand "
        "description detail development difference difficulty direction discussion disadvantage disorder distance "
        "effect effort element emphasis end environment error event evidence example experience experiment "
        "explanation expression extent eye face fact factor family feature feeling field figure finding focus food "
        "force form friend function future game general goal good grade group growth hand head health help history "
        "home hour house human idea image importance important increase individual influence information instance "
        "interest issue item job kind knowledge lack language law layer learning length level life light likelihood "
        "line "
        "list location look loss lot majority man manner material matter meaning means measure member method mind "
        "minute model moment month morning movement name nature need new night noise nothing notion number object "
        "observation one opinion opportunity order organization origin others outcome pain pair paper parent part "
        "participant particular past path patient pattern people percent percentage performance period person "
        "perspective phase phenomenon picture piece place plan point population portion position possibility power "
        "practice presence present pressure problem procedure process product program property proportion purpose "
        "quality quantity question range rate reaction reason region relation relationship report research "
        "researcher response responsibility rest result right risk role room rule sample scale scene school science "
        "scientist section sense sentence series service set sex shape share side sign similarity situation size skill "
        "society solution something sort sound source space speaker speed stage standard start state statement step "
        "story strategy strength structure student study style subject success suggestion support surface symptom "
        "system "
        "table task teacher technique tendency term test text theme theory thing thought time today tool top topic "
        "total "
        "trait treatment trend trial type understanding unit use user value variety version view way week whole "
        "woman word "
        "work world writer writing year half hundred thousand million child adult everyone kid mother father son "
        "daughter "
        "college university professor psychologist scientist interest career major degree company money car phone "
        "addition number majority variety part rest lot kind goal claim argument claim claims approach approaches "
        "discipline field reality truth "
        "park garden city town river building museum design owner club village "
        "street station bank show episode film programme album chair neighborhood plan purposes "
        "combination existence use focus feelings thoughts behaviors emotions"
    ).split()
)
"""Words that are no term of anything when they stand alone."""

EMPTY = frozenset(
    (
        "result results example examples way ways case cases fact reason reasons goal goals problem problems part "
        "parts "
        "question questions answer answers idea difference purpose kind type types thing things time times term terms "
        "point points people person individual study studies research researchers participants others children "
        "everyone babies infants adults humans individuals men women fall"
    ).split()
)
"""Words that are never what a question asks for, even where a sentence seems to explain them."""
NUMBERS = frozenset(
    "third fourth fifth sixth seventh eighth ninth tenth three four five six seven eight nine ten twelve twenty".split()
)
_ADJECTIVE = re.compile(r"^[a-z]\w*(?:ive|ous|ful|less|able|ible|ed|ical|ional|ental|ial|tary|er than)$")
_WORDS = r"[A-Za-zÀ-ỹ][A-Za-zÀ-ỹ'’-]*"
_OPENING = "of|in|and|or|by|with|from|to|for|on|as|between|through|during|called|that|than|like"
_BEFORE = frozenset(
    "a an the of in on by for with from and or as into between through during their its his her our your like".split()
)
_AFTER = frozenset("of in is are was were and or as by for from with can has have had which who that may to on".split())
_VERBS = frozenset(
    (
        "refers relies involves occurs uses includes helps allows describes requires contains consists causes produces "
        "means plays makes provides affects controls carries protects occur rely use help consist produce "
        "include cause make provide affect control carry protect involve describe require allow contain"
    ).split()
)
_NO_NOUN = frozenset(
    (
        "found began took made gave came went said told became left felt saw knew thought got kept held led grew ran "
        "built "
        "brought shown known given taken seen able likely due new good great large small high low long short early "
        "late "
        "important different similar possible certain common main major own particular specific various whole general "
        "first last next same best better worse worst full free old young big little real true false clear using being "
        "making taking becoming called considered involved associated related based used different responsible "
        "necessary "
        "prior ensure become remain include provide cause help allow north south east west northern southern eastern "
        "western former latter following previous current recent modern additional numerous "
        "inside outside behind beside beneath near among "
        "estimated"
    ).split()
)
_NAME = re.compile(r"(?<![.!?“\"(:] )(?<!^)\b[A-ZÀ-Ỹ][\w'’-]+(?: (?:of |de |van |von |the )?[A-ZÀ-Ỹ][\w'’.-]+){0,3}")
_DID = (
    r"(?:who|believed|said|argued|proposed|found|wrote|was born|developed|founded|discovered|suggested|studied|won|"
    r"died|"
    r"thought|demonstrated|conducted|observed|published|invented|taught|claimed|designed|showed|described|introduced|"
    r"became|worked|performed|explained|called|concluded|asked|painted|composed|led|ruled|'s|’s (?:theory|work|ideas))"
)
_TITLES = r"(?:Dr\.?|Mr\.?|Mrs\.?|Ms\.?|Sir|King|Queen|President|Professor|Prince|Emperor|Pope|Saint|General|Lord|Lady)"
_ROLE = (
    r"(?:psychologist|physiologist|scientist|physicist|chemist|biologist|philosopher|physician|author|writer|"
    r"poet|engineer|inventor|explorer|historian|mathematician|theorist|psychiatrist|neurologist|linguist|economist|"
    r"composer|painter)"
)
_SOMEBODY = (
    r"(?:man|woman|founder|leader|student|pioneer|king|queen|president|emperor|son|daughter|winner|professor|teacher)"
)
_NOT_NAMES = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday i i'm english american european british french german "
    "dutch swiss greek germanic norman roman danish spanish italian".split()
)


_OF_A_PEOPLE = re.compile(r"\b[A-Z][a-z]+(?:ian|ean|ese|ish|can)$")


@dataclass(frozen=True)
class Term:
    """Something that the text speaks of, as it is written inside a sentence, and how often it comes."""

    written: str
    sort: Sort
    plural: bool
    count: int
    explained: bool = False
    bare: bool = True
    """Whether the text uses it without an article."""
    with_the: bool = False
    with_a: bool = True

    @property
    def key(self) -> str:
        """Its folded form: two terms with one key are the same."""
        return folded(self.written)


def usable(term: str, *, explained: bool = False) -> bool:
    """Whether it can be the name of something: not too long, no word of grammar at its ends or within.

    A general word is none, unless the text explains it.
    """
    words = term.split()
    if not words or len(words) > TERM_WORDS_MAX or len(folded(term)) < 3:
        return False
    low = [word.casefold() for word in words]
    inside = [word for word in low if word in STOP and word != "of"]
    return (
        not inside
        and "of" not in (low[0], low[-1])
        and low[-1] not in _NO_NOUN
        and not low[-1].endswith("ly")
        and not (len(low) > 1 and low[0].endswith("ly") and low[0] not in ("early", "family"))
        and not (len(low) > 1 and low[0] in _NO_NOUN)
        and not (len(low) == 1 and (low[0] in EMPTY or _ADJECTIVE.search(term)))
        and (explained or not (len(low) == 1 and _general(low[0])))
        and low[0] not in NUMBERS
        and not any(word.isdigit() for word in low)
        and not any(word.endswith(("'s", "’s")) and word[:1].islower() for word in words)
        and not (_general(low[-1]) and low[0] in GENERAL and len(low) == 2)
        and (explained or low[-1] not in EMPTY)
        and bool(content(term))
    )


def _general(word: str) -> bool:
    return word in GENERAL or (word.endswith("s") and (word[:-1] in GENERAL or word[:-2] in GENERAL))


def terms_of(found: Sequence[Sentence], explained: Sequence[str]) -> list[Term]:
    """The terms of the text, the most frequent first; those that it explains before all others."""
    said = [sentence.plain for sentence in found]
    whole = "\n".join(said)
    people, places = _people(whole), _places(whole)
    counted, written = _counted(said)
    low = f" | {' | '.join(map(folded, said))} | "
    made: dict[str, Term] = {}
    for term in explained:
        made.setdefault(folded(term), _term(term, low, people, places, explained=True))
    for key, _ in counted.most_common():
        if len(made) >= TERMS_MAX:
            break
        if key not in made and not _number_of(key, made):
            made[key] = _term(written[key], low, people, places, explained=False)
    return sorted(made.values(), key=lambda term: (not term.explained, -term.count))


def _term(written: str, low: str, people: set[str], places: set[str], *, explained: bool) -> Term:
    sort: Sort = "thing"
    if is_name(written):
        sort = "person" if written in people else "place" if written in places else "name"
    return Term(
        written,
        sort,
        sort == "thing" and is_plural(written),
        low.count(f" {folded(written)} "),
        explained,
        _bare(written, low),
        f" the {folded(written)} " in low,
        _counted_in(written, low),
    )


def _bare(written: str, low: str) -> bool:
    bare = len(re.findall(rf"(?:\||\b(?:{_OPENING})) {re.escape(folded(written))} ", low))
    return is_plural(written) or bare > low.count(f" the {folded(written)} ")


def _counted_in(written: str, low: str) -> bool:
    return any(f" {article} {folded(written)} " in low for article in ("a", "an", "one", "each", "another", "every"))


def _number_of(key: str, made: dict[str, Term]) -> bool:
    """Whether it is the other number, singular or plural, of a term that is there."""
    return key + "s" in made or (key.endswith("s") and key[:-1] in made)


def _counted(said: Sequence[str]) -> tuple[Counter[str], dict[str, str]]:
    """Phrases that are used as names of things again and again, and names. How often, and how they are written."""
    counted: Counter[str] = Counter()
    ways: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sentence in said:
        for phrase in (*_phrases(sentence), *(match[0].rstrip(".'’") for match in _NAME.finditer(sentence))):
            phrase = re.sub(r"['’]s$", "", phrase)
            if usable(phrase) and folded(phrase) not in _NOT_NAMES and not _OF_A_PEOPLE.search(phrase):
                counted[folded(phrase)] += 1
                ways[folded(phrase)][phrase] += 1
    low = f" {' | '.join(map(folded, said))} "
    whole = {key: low.count(f" {key} ") for key in counted}
    kept = {key: times for key, times in whole.items() if times >= 2 + (" " not in key)}
    return Counter(kept), {key: ways[key].most_common(1)[0][0] for key in kept}


def _phrases(sentence: str) -> Iterator[str]:
    """One to three words that stand where a noun stands: after an article or preposition, before what follows nouns."""
    words = [(match[0], match.start(), match.end()) for match in WORD.finditer(sentence)]
    for place, (_, start, _) in enumerate(words):
        before = words[place - 1][0].casefold() if place else ""
        if place and (before not in _BEFORE or sentence[words[place - 1][2] : start] != " "):
            continue
        for last in range(place, min(place + 3, len(words))):
            end = words[last][2]
            if any(words[at][0].casefold() in STOP for at in range(place, last + 1)):
                break
            following = words[last + 1][0].casefold() if last + 1 < len(words) else ""
            closed = sentence[end : end + 1] in ",.;:)" or following in _AFTER
            phrase = sentence[start:end]
            phrase = phrase[:1].lower() + phrase[1:] if not place else phrase
            opens = not place and following in _VERBS
            if (closed or opens) and phrase[-2:] != "ed" and phrase.casefold() == phrase and (place or last or opens):
                yield phrase


def _people(whole: str) -> set[str]:
    """Names that do what people do, or are called what people are called; and the last words of such names."""
    name = r"[A-ZÀ-Ỹ][\w’'-]+(?: (?:(?:van|von|de) )?[A-ZÀ-Ỹ][\w’'.-]*){0,3}"
    found = {match[1] for match in re.finditer(rf"\b({name})(?: \([^)]*\d{{4}}[^)]*\))? {_DID}\b", whole)}
    found |= {match[1] for match in re.finditer(rf"\b(?:{_TITLES}|{_ROLE}s?) ({name})", whole)}
    found |= {match[1] for match in re.finditer(rf"\b({name}) \(\d{{4}}[–-]\d{{2,4}}\)", whole)}
    found |= {match[1] for match in re.finditer(rf"\b({name}) (?:is|was) an? (?:[\w-]+ ){{0,3}}{_ROLE}\b", whole)}
    found |= {
        match[1]
        for match in re.finditer(rf"\b({name}) (?:is|was) (?:an?|the|one of the) [^.]{{0,60}}\b{_SOMEBODY}\b", whole)
    }
    found |= {
        match[1] for match in re.finditer(rf"\b({name})['’]s? (?:theor|work|idea|experiment|stud|research)", whole)
    }
    return found | {one.split()[-1] for one in found if len(one.split()) > 1}


def _places(whole: str) -> set[str]:
    name = r"[A-ZÀ-Ỹ][\w’'-]+(?: [A-ZÀ-Ỹ][\w’'-]+){0,2}"
    return {match[1] for match in re.finditer(rf"\b(?:in|near|from|to|at|across) ({name})\b", whole)}
