"""Wrong options: the nearest terms of the same text that are like the key in form and are not right as well."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from edkit.contracts.drafts import Difficulty
from job_handler.quizmaking.support import Support
from job_handler.quizmaking.terms import Term
from job_handler.quizmaking.words import content, folded, is_plural, share_root

Embed = Callable[[Sequence[str]], Any]
"""Texts to rows of length 1, of a numpy array."""

WANTED = 3
TOO_NEAR = 0.9
"""Cosine from which two terms may mean the same."""
TOO_FAR, TOO_FAR_UNEXPLAINED = 0.18, 0.3
"""Cosine below which a wrong option has nothing to do with the key, and gives itself away."""
LOOSE_MOST = 1
"""Wrong options that may be single words which the text does not explain."""
TRUE_TOO = 0.5
"""Share of what is said of the key that, said of another term, makes that one right as well."""


class Terms:
    """The terms of a text, with their vectors."""

    def __init__(self, terms: Sequence[Term], embed: Embed, support: Support) -> None:
        self.terms, self.support = list(terms), support
        self._vectors: Any = embed([term.written for term in terms]) if terms else np.zeros((0, 1))
        self._place = {term.key: place for place, term in enumerate(self.terms)}

    def get(self, term: str) -> Term | None:
        """What is known of it."""
        place = self._place.get(folded(term))
        return None if place is None else self.terms[place]

    def beside(
        self,
        term: str,
        said: str,
        rest: str,
        difficulty: Difficulty = "medium",
        *,
        listed: bool = False,
        bare: bool = False,
        counted: bool = False,
        definite: bool = False,
        explained: bool = False,
        most: int = WANTED,
    ) -> list[str]:
        """Up to `most` terms that could stand in the place of `term`, and are wrong there.

        `said` is the sentence and `rest` what it says of the term. Hard: the nearest ones; easy: some that are further
        away. `listed`: also those that the text lists beside the term. `bare`: those that need
        no article; `counted`: those that can have "a" before them; `definite`: "the". `explained`: those alone that the
        text explains as something else.
        """
        place = self._place.get(folded(term))
        if place is None:
            return []
        near, key, words = self._vectors @ self._vectors[place], self.terms[place], content(rest)
        length = len(term.split())
        chosen: list[int] = []
        loose = 0
        for other in np.argsort(-self._worth(near, length)):
            if len(chosen) == most + {"easy": 3, "medium": 1, "hard": 0}[difficulty]:
                break
            one = self.terms[other]
            if (
                (TOO_FAR if one.explained else TOO_FAR_UNEXPLAINED) <= near[other] < TOO_NEAR
                and like(one, key, term)
                and (one.bare or not bare)
                and (one.with_a or not counted)
                and (one.with_the or not definite)
                and (one.explained or not explained)
                and not shares_all(one.written, term)
                and folded(one.written) not in folded(said)
                and not (content(one.written) and set(content(one.written)) <= set(content(said)))
                and self.support.share(words, one.written, but=said) < TRUE_TOO
                and not self.support.one_is_other(term, one.written)
                and (listed or not self.support.side_by_side(term, one.written))
                and self._apart(int(other), chosen)
                and (self._well_known(one) or loose < LOOSE_MOST)
            ):
                chosen.append(int(other))
                loose += not self._well_known(one)
        picked = chosen[-most:] if len(chosen) >= most else chosen
        if key.sort == "person":
            return list(dict.fromkeys(surname(self.terms[other].written) for other in picked))
        return [self.terms[other].written for other in picked]

    @staticmethod
    def _well_known(term: Term) -> bool:
        """Whether it is surely a term of the subject, and no chance word of an example."""
        return term.explained or term.sort != "thing" or " " in term.written

    def nearest(self, term: str) -> list[str]:
        """All terms, the nearest first."""
        place = self._place.get(folded(term))
        if place is None:
            return []
        return [self.terms[other].written for other in np.argsort(-(self._vectors @ self._vectors[place]))]

    def _worth(self, near: Any, length: int) -> Any:
        """Nearness, and a little more for what the text explains, which its readers know, and for the same length."""
        more = [0.15 if term.explained else min(term.count, 10) * 0.006 for term in self.terms]
        same = [0.1 * (len(term.written.split()) == length) for term in self.terms]
        return near + np.array(more) + np.array(same)

    def _apart(self, other: int, chosen: Sequence[int]) -> bool:
        return all(float(self._vectors[other] @ self._vectors[one]) < TOO_NEAR for one in chosen) and not any(
            shares_all(self.terms[other].written, self.terms[one].written) for one in chosen
        )


def like(one: Term, key: Term, term: str) -> bool:
    """Whether they look like the same sort of word: neither gives itself away by its form."""
    long, short = sorted((len(one.written), len(term)), reverse=True)
    return (
        one.sort == key.sort
        and (key.sort == "thing" or one.with_the == key.with_the)
        and one.written.isupper() == term.isupper()
        and one.written[:1].isupper() == term[:1].isupper()
        and is_plural(one.written) == is_plural(term)
        and (key.sort == "person" or abs(len(one.written.split()) - len(term.split())) <= 1)
        and long <= 2.5 * short + 4
        and _ending(one.written) == _ending(term)
    )


def surname(person: str) -> str:
    """The last word of a name, by which all persons are offered, since texts do not name all of them in full."""
    return person.split()[-1]


def _ending(term: str) -> str:
    """What its last word says that it is: somebody, or doing something."""
    last = term.split()[-1].casefold().rstrip("s")
    return next((kind for kind in ("ist", "ician", "ologist", "ing") if last.endswith(kind)), "")


def shares_all(one: str, other: str) -> bool:
    """Whether one holds all words of the other, or both are one word of one root."""
    left, right = set(content(one)), set(content(other))
    if not left or not right or left <= right or right <= left:
        return True
    return len(left) == len(right) == 1 and share_root(one, other)
