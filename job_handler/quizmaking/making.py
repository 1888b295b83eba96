"""Questions of a text without a language model: what the text explains is asked for, with its own terms as options."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from edkit.chance import Chance, SeededChance
from edkit.contracts.drafts import Difficulty, GeneratedType
from job_handler.documents.shape import Document
from job_handler.quizmaking import patterns
from job_handler.quizmaking.asking import Reading, of_explained, of_gap, of_number, place_of
from job_handler.quizmaking.choosing import Build, Candidate, Quiz
from job_handler.quizmaking.distractors import Embed, Terms
from job_handler.quizmaking.explaining import explained_in
from job_handler.quizmaking.languages import language_of, wording
from job_handler.quizmaking.numbers import Claimed, claimed
from job_handler.quizmaking.opposites import opposites
from job_handler.quizmaking.said import Sentence, can_be_asked, every_sentence, whole
from job_handler.quizmaking.shape import Batch, Made, Order
from job_handler.quizmaking.stating import STATEMENT_MAX, of_statement
from job_handler.quizmaking.support import Support
from job_handler.quizmaking.terms import Term, terms_of
from job_handler.quizmaking.words import content, folded
from job_handler.quizmaking.written import Explained, Written, by_itself

T = TypeVar("T")
SENTENCES_MAX = 6_000
PER_PARAGRAPH = 2
"""Questions of one paragraph, while there are others."""
TIED = 0.3
"""Share of a sentence that the text says of the term elsewhere as well, from which a gap for it can be filled."""
TURNS = 10
"""Parts of a text that take turns, so that the questions come from all over it."""


def make(order: Order, embed: Embed, progress: Callable[[float], None]) -> Batch:
    """At most `order.count` questions that pass every check; fewer where the text holds no more."""
    texts = []
    for number, (document, name) in enumerate(zip(order.documents, order.names, strict=True)):
        texts.append(read(document, name, embed))
        progress(0.7 * (number + 1) / len(order.documents))
    kinds = [kind for kind in order.types if kind != "multiple_choice"]
    made = _chosen(order, texts, kinds, embed, progress) if kinds else []
    return Batch(items=tuple(made), remarks=tuple(_remarks(order, len(made))))


def _remarks(order: Order, made: int) -> Iterator[str]:
    if "multiple_choice" in order.types:
        yield "Questions with several right answers need a language model; none were made."
    found = {language_of(document) for document in order.documents}
    if order.language and found - {order.language.split("-")[0]}:
        yield "Without a language model, questions are in the language of the text."
    if made and found - {"en", "vi"}:
        yield "In this language little more than gaps can be made without a language model. Look at them closely."
    elif made and "vi" in found:
        yield "Without a language model, little is understood of Vietnamese. Look at these questions closely."
    if not made and found - {"en", "vi"}:
        yield "Without a language model, questions can be made of English texts, and some of Vietnamese ones."
    elif not made:
        yield "The text explains nothing that a question could be made of without a language model."
    elif made < order.count:
        yield f"The text explains enough for {made} good questions of the {order.count} that were asked for."


def read(document: Document, name: str | None, embed: Embed) -> Reading:
    """What a document explains, and what else can be asked of it."""
    language = language_of(document)
    every = every_sentence(document)[:SENTENCES_MAX]
    statements = [sentence for sentence in every if whole(sentence)]
    found = [sentence for sentence in statements if can_be_asked(sentence)]
    written = Written(every)
    explained = _once(explained_in(statements, written, language or ""))
    surely = [one.term for one in explained if one.how != "fact"]
    terms, support = terms_of(every, surely), Support(every)
    known = Terms(terms, embed, support)
    free = [sentence for sentence in found if _free(sentence, written)]
    return Reading(
        document,
        name,
        explained,
        _clozes(free, terms, support),
        _numbers(free, terms),
        _claims(free, terms),
        known,
        wording(language),
    )


def _free(sentence: Sentence, written: Written) -> bool:
    """Whether it says something about the subject, and can be read by itself."""
    said = sentence.plain
    return by_itself(said) and not written.tells_a_story(said) and not patterns.NO_FACT.search(said)


def _numbers(found: Sequence[Sentence], terms: Sequence[Term]) -> list[tuple[Claimed, Sentence]]:
    """Numbers that are claimed of something the text speaks of."""
    keys = [f" {term.key} " for term in terms]
    chosen = []
    for sentence in found:
        number = claimed(sentence.plain) if len(sentence.plain) <= STATEMENT_MAX else None
        if number is not None and any(key in f" {folded(sentence.plain)} " for key in keys):
            chosen.append((number, sentence))
    return chosen


def _once(explained: Iterator[Explained]) -> list[Explained]:
    """One explanation for each term: the clearest, which is the first of the best sort."""
    best: dict[str, Explained] = {}
    worth = {"is": 3, "called": 2, "verb": 2, "within": 1, "fact": 0}
    for one in explained:
        key = folded(one.term)
        if key not in best or worth[one.how] > worth[best[key].how]:
            best[key] = one
    return sorted(best.values(), key=lambda one: one.sentence.start)


def _claims(found: Sequence[Sentence], terms: Sequence[Term]) -> list[tuple[Term, Sentence]]:
    """Sentences about a term of the text whose claim has an opposite."""
    chosen = []
    for sentence in found:
        said = f" {folded(sentence.plain)} "
        about = next((term for term in terms if f" {term.key} " in said), None)
        if about is not None and any(True for _ in opposites(sentence.plain)):
            chosen.append((about, sentence))
    return chosen


def _clozes(found: Sequence[Sentence], terms: Sequence[Term], support: Support) -> list[tuple[Term, Sentence]]:
    """For each sentence the term that what it says leads to, those first where the rest of the text says so too."""
    chosen: list[tuple[float, Term, Sentence]] = []
    for sentence in found:
        said = f" {folded(sentence.plain)} "
        words = content(sentence.plain)
        best: tuple[float, Term] | None = None
        for term in terms:
            if f" {term.key} " in said and _worth_a_gap(term) and place_of(term.written, sentence.plain) is not None:
                score = support.share(words, term.written, but=sentence.plain) + 0.3 * term.explained
                if best is None or score > best[0]:
                    best = score, term
        if best is not None and best[0] >= TIED:
            chosen.append((*best, sentence))
    chosen.sort(key=lambda one: -one[0])
    return [(term, sentence) for _, term, sentence in chosen]


def _worth_a_gap(term: Term) -> bool:
    return term.explained or term.sort == "place" or (term.sort == "thing" and " " in term.written)


def _chosen(
    order: Order,
    texts: Sequence[Reading],
    kinds: Sequence[GeneratedType],
    embed: Embed,
    progress: Callable[[float], None],
) -> list[Made]:
    """One after the other, the most promising first, kinds in turns; nothing twice."""
    quiz = Quiz(order, kinds)
    every = list(_candidates(texts, order))
    for most, again in ((PER_PARAGRAPH, False), (order.count, False), (order.count, True)):
        for one in every:
            if len(quiz.made) == order.count:
                return quiz.made
            if quiz.takes(one, most, again=again):
                progress(0.7 + 0.3 * len(quiz.made) / order.count)
    return quiz.made


def _candidates(texts: Sequence[Reading], order: Order) -> Iterator[Candidate]:
    """What is explained by itself first, then what is named in passing, then gaps and numbers; the texts in turns."""
    dice, level = SeededChance(order.seed), order.difficulty
    for ways in (("is", "verb", "called"), ("within",), ("fact",)):
        rows = []
        for text in texts:
            rows.append(_spread([one for one in text.explained if one.how in ways], dice, _worth(text, level)))
        for text, one in _in_turns(texts, rows):
            yield Candidate(one.term, one.sentence, text, _building(one, text, dice, level))
    gaps = [_mixed(_mixed(text.clozes, text.numbers), text.claims) for text in texts]
    for text, (key, sentence) in _in_turns(texts, gaps):
        if isinstance(key, Claimed):
            yield Candidate(key.of(sentence.plain), sentence, text, _counting(key, sentence, text, dice, level), True)
        else:
            yield Candidate(key.written, sentence, text, _gapping(key, sentence, text, dice, level))


def _mixed(gaps: Sequence[Any], numbers: Sequence[Any]) -> list[Any]:
    """Two gaps, then a number, and so on."""
    mixed, rest = [], list(numbers)
    for place, gap in enumerate(gaps):
        mixed.append(gap)
        if place % 2 and rest:
            mixed.append(rest.pop(0))
    return mixed + rest


def _building(one: Explained, text: Reading, dice: Chance, level: Difficulty) -> Build:
    def build(kind: GeneratedType, truth: bool) -> Made | None:
        if kind == "true_false":
            sure = one.how in ("is", "verb", "called")
            return of_statement(one.term, one.sentence, text, dice, level, truth=truth, explains=sure)
        return of_explained(kind, one, text, dice, level)

    return build


def _gapping(term: Term, sentence: Sentence, text: Reading, dice: Chance, level: Difficulty) -> Build:
    def build(kind: GeneratedType, truth: bool) -> Made | None:
        if kind == "true_false":
            return of_statement(term.written, sentence, text, dice, level, truth=truth, explains=False)
        return of_gap(kind, term, sentence, text, dice, level)

    return build


def _counting(number: Claimed, sentence: Sentence, text: Reading, dice: Chance, level: Difficulty) -> Build:
    def build(kind: GeneratedType, truth: bool) -> Made | None:
        if kind == "true_false":
            return of_statement(number.of(sentence.plain), sentence, text, dice, level, truth=truth, explains=False)
        return of_number(kind, number, sentence, text, dice, level)

    return build


def _worth(text: Reading, level: Difficulty) -> Callable[[Explained], float]:
    """What to ask first: easy - what the text speaks of most, hard - what it speaks of least."""
    sign = {"easy": -1.0, "medium": 0.0, "hard": 1.0}[level]

    def worth(one: Explained) -> float:
        term = text.terms.get(one.term)
        return sign * (term.count if term else 0)

    return worth


def _in_turns(texts: Sequence[Reading], rows: Sequence[Sequence[T]]) -> Iterator[tuple[Reading, T]]:
    for turn in range(max(map(len, rows), default=0)):
        for text, row in zip(texts, rows, strict=True):
            if turn < len(row):
                yield text, row[turn]


def _spread(items: Sequence[T], dice: Chance, worth: Callable[[T], float]) -> list[T]:
    """The items in an order that takes from everywhere: one of each part of the text, then the next of each."""
    parts: list[list[T]] = [[] for _ in range(TURNS)]
    for place, item in enumerate(items):
        parts[place * TURNS // max(1, len(items))].append(item)
    parts = [sorted(dice.shuffled(part), key=worth) for part in parts]
    return [part[turn] for turn in range(max(map(len, parts))) for part in parts if turn < len(part)]
