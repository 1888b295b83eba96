"""Questions of a text without a language model: what the text explains is asked for, with its own terms as options."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from edkit.chance import Chance, SeededChance
from edkit.contracts.drafts import Difficulty, GeneratedType
from job_handler.documents.shape import Document
from job_handler.quizmaking.asking import Reading, of_explained, of_gap, place_of
from job_handler.quizmaking.checks import faults, keys, same
from job_handler.quizmaking.distractors import Embed, Terms
from job_handler.quizmaking.explaining import Explained, explained_in
from job_handler.quizmaking.languages import language_of, wording
from job_handler.quizmaking.said import Sentence, can_be_asked, every_sentence, whole
from job_handler.quizmaking.shape import Batch, Made, Order
from job_handler.quizmaking.support import Support
from job_handler.quizmaking.terms import Term, terms_of
from job_handler.quizmaking.words import content, folded, leans, sets_a_scene

T = TypeVar("T")
Build = Callable[[GeneratedType, bool], Made | None]
SENTENCES_MAX = 6_000
SAME = 0.95
"""Cosine from which two questions ask the same."""
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
    if found - {"en", "vi"}:
        yield "In this language only gaps can be made without a language model. Look at them closely."
    elif "vi" in found:
        yield "Without a language model, little is understood of Vietnamese. Look at these questions closely."
    if not made:
        yield "The text explains nothing that a question could be made of without a language model."
    elif made < order.count:
        yield f"The text explains enough for {made} good questions of the {order.count} that were asked for."


def read(document: Document, name: str | None, embed: Embed) -> Reading:
    """What a document explains, and what else can be asked of it."""
    language = language_of(document)
    every = every_sentence(document)[:SENTENCES_MAX]
    statements = [sentence for sentence in every if whole(sentence)]
    found = [sentence for sentence in statements if can_be_asked(sentence)]
    explained = _once(explained_in(statements, every, language or ""))
    terms, support = terms_of(every, [one.term for one in explained]), Support(every)
    known = Terms(terms, embed, support)
    return Reading(document, name, explained, _clozes(found, terms, support), known, wording(language))


def _once(explained: Iterator[Explained]) -> list[Explained]:
    """One explanation for each term: the clearest, which is the first of the best sort."""
    best: dict[str, Explained] = {}
    worth = {"is": 3, "called": 2, "verb": 2, "within": 1, "fact": 0}
    for one in explained:
        key = folded(one.term)
        if key not in best or worth[one.how] > worth[best[key].how]:
            best[key] = one
    return sorted(best.values(), key=lambda one: one.sentence.start)


def _clozes(found: Sequence[Sentence], terms: Sequence[Term], support: Support) -> list[tuple[Term, Sentence]]:
    """For each sentence the term that what it says leads to, those first where the rest of the text says so too."""
    chosen: list[tuple[float, Term, Sentence]] = []
    for sentence in found:
        said = f" {folded(sentence.plain)} "
        if leans(sentence.plain) or sets_a_scene(sentence.plain):
            continue
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
    return term.explained or term.sort == "place" or (term.sort == "thing" and " " in term.written and term.count >= 3)


def _chosen(
    order: Order,
    texts: Sequence[Reading],
    kinds: Sequence[GeneratedType],
    embed: Embed,
    progress: Callable[[float], None],
) -> list[Made]:
    """One after the other, the most promising first, kinds in turns; nothing twice."""
    made: list[Made] = []
    vectors: list[Any] = []
    asked, used = list(order.taken), {folded(key) for key in order.taken_keys}
    places: dict[tuple[str | None, int], int] = {}
    truth = False
    all_of_them = list(_candidates(texts, order))
    for most, (term, sentence, text, build) in [
        (most, one) for most in (PER_PARAGRAPH, order.count) for one in all_of_them
    ]:
        if len(made) == order.count:
            break
        where = (text.name, sentence.place)
        quotes = {one.source.quote for one in made if one.source is not None}
        if folded(term) in used or sentence.text in quotes or places.get(where, 0) >= most:
            continue
        for shift in range(len(kinds)):
            one = build(kinds[(len(made) + shift) % len(kinds)], truth)
            if one is None or same(one.question, asked) or any(True for _ in faults(one, text.document.text)):
                continue
            vector = embed([one.question.text])[0]
            if any(float(vector @ other) > SAME for other in vectors):
                continue
            made.append(one)
            vectors.append(vector)
            asked.append(one.question.text)
            used |= {folded(term), *(folded(key) for key in keys(one.question) if one.question.type != "true_false")}
            places[where] = places.get(where, 0) + 1
            truth = truth != (one.question.type == "true_false")
            progress(0.7 + 0.3 * len(made) / order.count)
            break
    return made


def _candidates(texts: Sequence[Reading], order: Order) -> Iterator[tuple[str, Sentence, Reading, Build]]:
    """What is explained by itself first, then what is named in passing, then gaps; the texts in turns."""
    dice, level = SeededChance(order.seed), order.difficulty
    for ways in (("is", "verb", "called"), ("within",), ("fact",)):
        rows = []
        for text in texts:
            rows.append(_spread([one for one in text.explained if one.how in ways], dice, _worth(text, level)))
        for text, one in _in_turns(texts, rows):
            yield one.term, one.sentence, text, _building(of_explained, one, text, dice, level)
    for text, (term, sentence) in _in_turns(texts, [text.clozes for text in texts]):
        yield term.written, sentence, text, _building_gap(term, sentence, text, dice, level)


def _building(build: Any, one: Explained, text: Reading, dice: Chance, level: Difficulty) -> Build:
    return lambda kind, truth: of_explained(kind, one, text, dice, level, truth=truth)


def _building_gap(term: Term, sentence: Sentence, text: Reading, dice: Chance, level: Difficulty) -> Build:
    return lambda kind, truth: of_gap(kind, term, sentence, text, dice, level, truth=truth)


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
