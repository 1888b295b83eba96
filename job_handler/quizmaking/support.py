"""Which terms a text supports in a place: what it says of each, found by the words that carry meaning. Pure."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from job_handler.quizmaking.said import Sentence
from job_handler.quizmaking.words import content, folded

_SAME = (
    r"(?:,? (?:or|also called|also known as|called|known as|that is|i\.e\.,?) |\s?\(|,? (?:is|are|was|were) "
    r"(?:an? |the )?)"
)


class Support:
    """The sentences of a text, by the words in them."""

    def __init__(self, found: Sequence[Sentence]) -> None:
        self._folded = [f" {folded(sentence.plain)} " for sentence in found]
        self._plain = [sentence.plain for sentence in found]
        self._words = [frozenset(content(sentence.plain)) for sentence in found]
        counted = Counter(word for words in self._words for word in words)
        self._weight = defaultdict(
            lambda: math.log(1 + len(found)), {word: math.log(1 + len(found) / n) for word, n in counted.items()}
        )
        self._with: dict[str, list[int]] = {}

    def sentences_with(self, term: str, *, exactly: bool = False) -> list[int]:
        """Where it stands, as a whole; also in the plural, unless `exactly`."""
        key = folded(term)
        if exactly:
            return [n for n, said in enumerate(self._folded) if f" {key} " in said]
        if key not in self._with:
            forms = (f" {key} ", f" {key}s ")
            self._with[key] = [n for n, said in enumerate(self._folded) if any(form in said for form in forms)]
        return self._with[key]

    def share(self, words: Sequence[str], term: str, *, but: str = "") -> float:
        """How much of `words` the text says of the term in one sentence, 0 to 1; `but` is left out of account."""
        whole = sum(self._weight[word] for word in set(words))
        if not whole:
            return 0.0
        own = set(content(term))
        best = 0.0
        for n in self.sentences_with(term):
            if self._plain[n] != but:
                both = (set(words) & self._words[n]) - own
                best = max(best, sum(self._weight[word] for word in both))
        return best / whole

    def one_is_other(self, one: str, other: str) -> bool:
        """Whether the text says that they are the same, or that one is a kind of the other."""
        both = set(self.sentences_with(one)) & set(self.sentences_with(other))
        left, right = re.escape(one), re.escape(other)
        same = re.compile(rf"(?i)\b(?:{left}s?{_SAME}{right}|{right}s?{_SAME}{left})")
        return any(same.search(self._plain[n]) for n in both)

    def side_by_side(self, one: str, other: str) -> bool:
        """Whether the text lists them beside each other: what holds of one may well hold of the other."""
        left, right = folded(one), folded(other)
        listed = re.compile(rf"(?i)\b(?:{left}s?(?: \w+)?(?: and| or)? {right}|{right}s?(?: \w+)?(?: and| or)? {left})")
        both = set(self.sentences_with(one)) & set(self.sentences_with(other))
        return any(listed.search(self._folded[n]) for n in both)
