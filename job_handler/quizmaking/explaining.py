"""Sentences that say what something is, by the ways in which English and Vietnamese say it. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from job_handler.quizmaking import patterns
from job_handler.quizmaking.said import Sentence, balanced
from job_handler.quizmaking.terms import TERM_WORDS_MAX, usable
from job_handler.quizmaking.words import (
    content,
    folded,
    is_name,
    leans,
    points_outside,
    sets_a_scene,
    share_root,
    shows,
    stands_alone,
)

REST_WORDS = 3
"""Words that carry meaning which an explanation has at least."""


@dataclass(frozen=True)
class Explained:
    """A sentence that says what a term is. `rest` is what it says of it, without the term and the verb.

    `how`: `is` - rest describes the term by itself; `verb` - rest begins with its verb; `called` - rest is what is
    called so; `within` - the sentence names it in passing, `fact` - it says something about it: only a gap can ask.
    """

    term: str
    how: Literal["is", "verb", "called", "within", "fact"]
    rest: str
    sentence: Sentence
    others: tuple[str, ...] = ()
    """Other names of the same: a short form, a second word."""


def explained_in(found: Sequence[Sentence], every: Sequence[Sentence], language: str = "en") -> Iterator[Explained]:
    """Those of `found` that explain a term, in the order of the text; `every` shows how it writes its words."""
    if language == "vi":
        for sentence in found:
            match = patterns.LA.match(sentence.plain)
            if match and not patterns.LA_NOT.match(match["term"]) and len(content(match["rest"])) >= 4:
                yield Explained(_small_vi(match["term"]), "is", match["rest"].rstrip("."), sentence)
        return
    if language != "en":
        return
    written = Written(every)
    for sentence in found:
        if (one := _of(sentence, written)) is not None:
            yield one


class Written:
    """How a text writes its words inside sentences, and how often its phrases come."""

    def __init__(self, found: Sequence[Sentence]) -> None:
        inside = [word.strip('.,;:()“”"') for sentence in found for word in sentence.plain.split()[1:]]
        self.small = {word for word in inside if word[:1].islower()}
        self.capital = {word for word in inside if word[:1].isupper()}
        self._plain = " | ".join(sentence.plain for sentence in found)
        self._whole = f" {' | '.join(folded(sentence.plain) for sentence in found)} "

    def times(self, term: str) -> int:
        """How often it comes."""
        return self._whole.count(f" {folded(term)} ")

    def known_by_more(self, name: str) -> bool:
        """Whether the text writes the name with another one, with years, or as a place."""
        name = re.escape(name)
        first = rf"(?!(?:{patterns.NO_FIRST_NAMES})\b)[A-Z][\w.]+"
        more = (
            rf"(?:(?:^|[^.!?] ){first} {name}\b|\b{name} (?:[A-Z]\w+|\(\d{{3,4}}\b)|\b(?:in|near) {name}\b|"
            rf"\b{name}[’']s? (?:theor|idea|work))"
        )
        return re.search(more, self._plain) is not None

    def plain_case(self, term: str, sentence: str) -> str:
        """With a small first letter where only the beginning of the sentence made it a capital."""
        first, *others = term.split()
        begins = sentence.startswith((first, f"The {first}", f"A {first}", f"An {first}"))
        named = first in self.capital and first[:1].lower() + first[1:] not in self.small
        named = named or (bool(others) and all(word[:1].isupper() for word in others if len(word) > 3))
        if not begins or named or (first.isupper() and len(first) > 1):
            return term
        if "-" in first and not first.isupper():
            return " ".join([first.lower(), *others])
        return " ".join([first[:1].lower() + first[1:], *others])


def _of(sentence: Sentence, written: Written) -> Explained | None:
    """The first of the ways that fits."""
    for way in (_by_is, _by_called, _by_second, _by_naming, _by_apposition, _as_subject):
        if (one := way(sentence, written)) is not None:
            return one
    return None


def _by_is(sentence: Sentence, written: Written) -> Explained | None:
    if (match := patterns.IS.match(sentence.plain)) is None:
        return None
    term, rest, verb = match["term"].strip(), match["rest"].strip().rstrip(".!"), match["verb"]
    rest = patterns.GOES_ON.sub("", rest)
    plain = written.plain_case(term, sentence.plain)
    gerund = plain.split()[0].endswith("ing") and len(plain.split()) > 1 and not is_name(plain)
    few = len(content(rest)) < REST_WORDS
    if few or gerund or not _fit(plain, rest) or (match["det"] or "").strip() in ("Most", "All"):
        return None
    others = tuple(other.strip() for other in (match["short"], match["aka"]) if other and _another_name(other))
    if verb in ("refers to", "refer to") or (verb is None and defines(rest, plural=True)):
        return Explained(plain, "is", rest, sentence, others)
    if verb in ("was", "were") and not is_name(plain) and not re.match(r"an? ", rest):
        return None  # what was told of before has been that
    if verb in (None, "is", "are", "was", "were"):
        return Explained(plain, "is", rest, sentence, others) if defines(rest, plural=verb in ("are", "were")) else None
    return Explained(plain, "verb", f"{verb} {rest}", sentence, others)


def _by_called(sentence: Sentence, written: Written) -> Explained | None:
    match = patterns.CALLED.match(sentence.plain)
    if match is None or not _fit(match["term"], match["rest"]) or patterns.PLAIN_VERB.search(match["rest"]):
        return None
    return Explained(match["term"], "called", match["rest"].strip(), sentence)


def _by_second(sentence: Sentence, written: Written) -> Explained | None:
    match = patterns.SECOND.match(sentence.plain)
    if match is None or not _fit(match["term"], match["rest"]):
        return None
    if match["verb"] in ("is", "are") and not defines(match["rest"], plural=match["verb"] == "are"):
        return None
    return Explained(match["term"], "is", match["rest"], sentence)


def _by_naming(sentence: Sentence, written: Written) -> Explained | None:
    said = sentence.plain
    for match in patterns.NAMED.finditer(said):
        term = match["term"]
        if not usable(term, explained=True):
            continue
        thing = patterns.SOMETHING.search(said[: match.start()])
        if thing is not None and _tells_enough(thing[1]) and _sound(thing[1], term, most=0):
            return Explained(term, "called", thing[1], sentence)
        if _by_itself(said) and _sound(said.replace(term, "", 1), term, most=0):
            return Explained(term, "within", said, sentence)
    return None


def _tells_enough(thing: str) -> bool:
    plain = not patterns.PLAIN_VERB.search(thing) and not patterns.NO_DEFINITION.match(thing)
    return plain and len(content(thing)) > REST_WORDS


def _by_itself(said: str) -> bool:
    return stands_alone(said) and not sets_a_scene(said)


def _by_apposition(sentence: Sentence, written: Written) -> Explained | None:
    said = sentence.plain
    for match in patterns.BESIDE.finditer(said):
        rest = match["rest"].strip()
        if patterns.BEGINS_A_CLAUSE.match(said[: match.end("term")]) or patterns.VERB_FIRST.search(rest):
            continue
        term = _last_phrase(match["term"], said, written)
        if term is not None and defines(rest) and _sound(rest, term):
            return Explained(term, "is", rest, sentence)
    return None


def _as_subject(sentence: Sentence, written: Written) -> Explained | None:
    said = sentence.plain
    match = patterns.SUBJECT.match(said)
    if match is None or not _by_itself(said) or leans(said) or patterns.NO_FACT.search(said):
        return None
    term = written.plain_case(match["term"], said)
    known = usable(term) and written.times(term) > 1 and not _verb_like(term.split()[-1])
    return Explained(term, "fact", said, sentence) if known and not _a_first_name(term, written) else None


def _fit(term: str, rest: str) -> bool:
    return usable(term, explained=True) and _sound(rest, term)


def _another_name(other: str) -> bool:
    return not any(letter.isdigit() for letter in other) and len(other.split()) <= TERM_WORDS_MAX


def defines(rest: str, *, plural: bool = False) -> bool:
    """Whether it tells the thing from others of its kind, and does not only say something about it."""
    begins = bool(patterns.ARTICLE.match(rest)) or (
        (patterns.SEVERAL if plural else patterns.MASS).match(rest) is not None and not patterns.NO_PLURAL.match(rest)
    )
    return (
        begins
        and not patterns.NO_DEFINITION.match(rest)
        and patterns.DIFFERENCE.search(" ".join(rest.split()[1:])) is not None
        and len(content(rest)) >= REST_WORDS
    )


def _sound(rest: str, term: str, *, most: int = 2) -> bool:
    """Whether it can stand in a question about the term: it does not hold it, and leans on nothing outside."""
    mine, theirs = content(term), content(rest)
    held = mine and all(any(word == other for other in theirs) for word in mine)
    return (
        not held
        and not points_outside(rest)
        and not shows(rest)
        and not patterns.TWO.search(rest)
        and leans(rest) <= most
        and balanced(rest)
        and not (len(mine) == 1 and share_root(term, rest))
    )


def _last_phrase(words: str, said: str, written: Written) -> str | None:
    """The longest term at the end of some words that the text uses more than once; its last word if none is."""
    parts = words.split()
    articles = [place for place, word in enumerate(parts) if word.casefold() in ("a", "an", "the")]
    parts = parts[articles[-1] + 1 :] if articles else parts
    if articles and parts and usable(" ".join(parts)) and not any(_verb_like(word) for word in parts):
        return written.plain_case(" ".join(parts), said)
    for first in range(max(0, len(parts) - 3), len(parts)):
        term = " ".join(parts[first:])
        fits = usable(term) and not any(_verb_like(word) for word in parts[first:])
        if fits and (written.times(term) > 1 or first == len(parts) - 1):
            return written.plain_case(term, said)
    return None


def _a_first_name(term: str, written: Written) -> bool:
    """Whether it is a name of one word that is no other part of the text's names: somebody in an example."""
    alone = " " not in term and is_name(term) and not term.isupper()
    return alone and not written.known_by_more(term)


def _verb_like(word: str) -> bool:
    return word.casefold().endswith(("ed", "ly", "ing", "izes", "ates")) and word.islower()


def _small_vi(term: str) -> str:
    words = term.split()
    named = len(words) > 1 and all(word[:1].isupper() for word in words)
    return term if named else term[:1].lower() + term[1:]
