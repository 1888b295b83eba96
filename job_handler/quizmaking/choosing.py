"""Which questions make the quiz: kinds in turns, spread over the text, nothing twice, not all of one sort."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edkit.contracts.drafts import GeneratedType
from job_handler.quizmaking.asking import Reading
from job_handler.quizmaking.checks import faults, keys, same
from job_handler.quizmaking.said import Sentence
from job_handler.quizmaking.shape import Made, Order
from job_handler.quizmaking.words import folded

Build = Callable[[GeneratedType, bool], Made | None]
OF_ONE_TERM = 3
"""Questions for one term, when those for others are used up: another sentence, asked in another way."""
NUMBERS_MOST = 0.3
"""Share of a quiz that may ask for numbers: they are quickly asked, and seldom what a text is about."""
STATED_MOST = 0.4
"""Share that may be statements, where other kinds are wanted too: half of them are right by guessing."""


@dataclass(frozen=True)
class Candidate:
    """A sentence, what of it would be asked for, and how it becomes a question of a kind."""

    term: str
    sentence: Sentence
    text: Reading
    build: Build
    number: bool = False


class Quiz:
    """The questions chosen so far."""

    def __init__(self, order: Order, kinds: Sequence[GeneratedType]) -> None:
        self.made: list[Made] = []
        self._order, self._kinds = order, list(kinds)
        self._asked = list(order.taken)
        self._used: Counter[str] = Counter({folded(key): OF_ONE_TERM for key in order.taken_keys})
        self._ways: set[tuple[str, str]] = set()
        self._quotes: set[str] = set()
        self._places: Counter[tuple[str | None, int]] = Counter()
        self._truth, self._numbers = False, 0

    def takes(self, one: Candidate, most: int, *, again: bool) -> bool:
        """Whether a question of it is in the quiz now. At most `most` of one paragraph; `again`: of known terms too."""
        where = one.text.name, one.sentence.place
        key = folded(one.term)
        allowed = OF_ONE_TERM if again else 1
        if one.sentence.text in self._quotes or self._places[where] >= most or self._used[key] >= allowed:
            return False
        if one.number and self._numbers + 1 > max(1, NUMBERS_MOST * self._order.count):
            return False
        for kind in self._turns():
            if (key, kind) in self._ways:
                continue
            made = one.build(kind, self._truth)
            if made is not None and self._new(made, one.text.document.text):
                self._add(made, one, where)
                return True
        return False

    def _turns(self) -> list[GeneratedType]:
        """The kinds, that one first whose turn it is."""
        first = len(self.made) % len(self._kinds)
        turns = self._kinds[first:] + self._kinds[:first]
        stated = sum(made.question.type == "true_false" for made in self.made)
        if len(turns) > 1 and stated + 1 > max(1, STATED_MOST * self._order.count):
            turns.remove("true_false")
        return turns

    def _new(self, made: Made, text: str) -> bool:
        return not same(made.question, self._asked) and not any(True for _ in faults(made, text))

    def _add(self, made: Made, one: Candidate, where: tuple[str | None, int]) -> None:
        kind = made.question.type
        self.made.append(made)
        self._asked.append(made.question.text)
        named = set() if kind == "true_false" else {folded(key) for key in keys(made.question)}
        for key in {folded(one.term), *named}:
            self._used[key] += 1
            self._ways.add((key, kind))
        self._quotes.add(one.sentence.text)
        self._places[where] += 1
        self._numbers += one.number
        self._truth = self._truth != (kind == "true_false")
