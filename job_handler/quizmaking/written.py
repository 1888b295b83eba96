"""How a text writes its words, and what makes some of them an explanation. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from job_handler.quizmaking import patterns
from job_handler.quizmaking.said import Sentence, balanced
from job_handler.quizmaking.terms import TERM_WORDS_MAX, usable
from job_handler.quizmaking.words import (
    content,
    folded,
    is_name,
    is_plural,
    leans,
    leans_outside,
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

    @property
    def several(self) -> bool:
        """Whether the term is a plural."""
        return is_plural(self.term)


class Written:
    """How a text writes its words inside sentences, and how often its phrases come."""

    def __init__(self, found: Sequence[Sentence]) -> None:
        inside = [word.strip('.,;:()“”"') for sentence in found for word in sentence.plain.split()[1:]]
        self.small = {word for word in inside if word[:1].islower()}
        self.capital = {word for word in inside if word[:1].isupper()}
        self._plain = " | ".join(sentence.plain for sentence in found)
        self._whole = f" {' | '.join(folded(sentence.plain) for sentence in found)} "
        self._known: dict[str, bool] = {}

    def times(self, term: str) -> int:
        """How often it comes."""
        return self._whole.count(f" {folded(term)} ")

    def known_by_more(self, name: str) -> bool:
        """Whether the text writes the name with another one, with years, or as a place."""
        if name not in self._known:
            self._known[name] = self._is_known(name)
        return self._known[name]

    def tells_a_story(self, said: str) -> bool:
        """Whether it is about somebody in an example, or about what was once and is told before: nothing to learn."""
        for match in patterns.SOMEBODY_DOES.finditer(said):
            name = match[1]
            if name.casefold() not in self.small and not is_plural(name) and not self.known_by_more(name):
                return True
        if patterns.WENT_ON.match(said):
            return True
        past = patterns.ONCE.search(said) is not None
        return past and not patterns.NAMED_OR_DATED.search(said)

    def _is_known(self, name: str) -> bool:
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


def fit(term: str, rest: str) -> bool:
    """Whether the one can be asked for by the other."""
    return usable(term, explained=True) and sound(rest, term)


def another_name(other: str) -> bool:
    """Whether it can be a second name of a term."""
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


def sound(rest: str, term: str, *, most: int = 2) -> bool:
    """Whether it can stand in a question about the term: it does not hold it, and leans on nothing outside."""
    mine, theirs = content(term), content(rest)
    held = mine and all(any(word == other for other in theirs) for word in mine)
    return (
        not held
        and not points_outside(rest)
        and not shows(rest)
        and not patterns.OF_THE_SCENE.search(rest)
        and not patterns.TWO.search(rest)
        and leans(rest) <= most
        and balanced(rest)
        and not (len(mine) == 1 and share_root(term, rest))
    )


def last_phrase(words: str, said: str, written: Written) -> str | None:
    """The longest term at the end of some words that the text uses more than once; its last word if none is."""
    parts = words.split()
    articles = [place for place, word in enumerate(parts) if word.casefold() in ("a", "an", "the")]
    parts = parts[articles[-1] + 1 :] if articles else parts
    if articles and parts and usable(" ".join(parts)) and not any(verb_like(word) for word in parts):
        return written.plain_case(" ".join(parts), said)
    for first in range(max(0, len(parts) - 3), len(parts)):
        term = " ".join(parts[first:])
        fits = usable(term) and not any(verb_like(word) for word in parts[first:])
        if fits and (written.times(term) > 1 or first == len(parts) - 1):
            return written.plain_case(term, said)
    return None


def a_first_name(term: str, written: Written) -> bool:
    """Whether it is a name of one word that is no other part of the text's names: somebody in an example."""
    alone = " " not in term and is_name(term) and not term.isupper()
    return alone and not written.known_by_more(term)


def verb_like(word: str) -> bool:
    """Whether it ends as verbs and adverbs do."""
    return word.casefold().endswith(("ed", "ly", "ing", "izes", "ates")) and word.islower()


def tells_enough(thing: str) -> bool:
    """Whether a description without its sentence says what is meant."""
    plain = not patterns.PLAIN_VERB.search(thing) and not patterns.NO_DEFINITION.match(thing)
    return plain and len(content(thing)) > REST_WORDS + 1


def by_itself(said: str) -> bool:
    """Whether nothing must be known of what was said before."""
    return stands_alone(said) and not sets_a_scene(said) and not leans_outside(said)
