"""One question of one sentence: which term is described, what is missing, whether it is true. Pure but for `Terms`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edkit.chance import Chance
from edkit.contracts.drafts import Difficulty, GeneratedType, Source
from edkit.contracts.questions import Option, Question
from job_handler.documents.shape import Document
from job_handler.quizmaking.checks import OPTION_MAX
from job_handler.quizmaking.distractors import TRUE_TOO, WANTED, Terms, surname
from job_handler.quizmaking.languages import Wording
from job_handler.quizmaking.numbers import SMALL, Claimed, wrong_numbers
from job_handler.quizmaking.said import Sentence
from job_handler.quizmaking.shape import SECONDS, TYPING_S, Made
from job_handler.quizmaking.terms import Term
from job_handler.quizmaking.words import STOP, content, folded, is_name, number_forms, share_root
from job_handler.quizmaking.written import Explained

READING_S = 15
"""How much longer one needs where the options are whole descriptions."""
GAP = "_____"
MAY_DIFFER = 2.5
"""How many times longer one description among the options may be than another."""
TYPED_WORDS, TYPED_LETTERS = 2, 24
REST_WORDS = 4
TYPED_REST_WORDS = 6
"""Words that carry meaning which must be left beside a gap, or it could be anything. Without options it needs more."""


_SOMEBODY = re.compile(
    r" who |^(?:An?|The) (?:[\w-]+ ){0,3}?(?:[\w-]+(?:ist|ician|ologist)|founder|author|writer|discoverer|"
    r"co-discoverer|inventor|king|queen|leader|president|poet|painter|philosopher|engineer|woman|man|player|musician|student|"
    r"pioneer|theologian|expatriate)\b"
)
_HEADS_ANOTHER = re.compile(
    rf" (?!(?:{'|'.join(sorted(word for word in STOP if word.isascii()))})\b)[a-z-]{{3,}}(?<!s)(?<!ed)(?<!ly)\b"
)
"""After a gap: the word that the missing one only describes more closely."""
_PART_OF_A_NAME = re.compile(r"(?:\b[A-ZÀ-Ỹ]\.|\w [A-ZÀ-Ỹ][\w’'-]+) $")


@dataclass(frozen=True)
class Reading:
    """A document, and what was found in it."""

    document: Document
    name: str | None
    explained: Sequence[Explained]
    clozes: Sequence[tuple[Term, Sentence]]
    numbers: Sequence[tuple[Claimed, Sentence]]
    claims: Sequence[tuple[Term, Sentence]]
    terms: Terms
    words: Wording

    def says(self, said: str) -> bool:
        """Whether it stands in the document, word by word."""
        return f" {folded(said)} " in f" {folded(self.document.text)} "


def of_explained(
    kind: GeneratedType, one: Explained, text: Reading, dice: Chance, difficulty: Difficulty
) -> Made | None:
    """A question for the term that a sentence explains; None if this kind cannot be made of it."""
    if one.how in ("within", "fact"):
        term = text.terms.get(one.term)
        return None if term is None else of_gap(kind, term, one.sentence, text, dice, difficulty)
    rest = (one.rest[:1].upper() + one.rest[1:]).strip()
    found = text.terms.get(one.term)
    if one.how == "verb":
        stem = f"{text.words.gap} “{GAP} {one.rest}.”"
    elif one.how == "called":
        stem = f"{text.words.called} “{rest}”"
    elif found is not None and found.sort in ("person", "name") and _SOMEBODY.search(rest):
        stem = f"{text.words.who} “{rest}”"
    elif found is not None and found.sort == "person":
        stem = f"{text.words.either or text.words.who} “{rest}”"
    else:
        stem = f"{text.words.described} “{rest}”"
    made = _asked(kind, stem, one.term, one.sentence, one.rest, text, dice, difficulty, others=one.others, listed=True)
    return _which_description(one, text, dice, difficulty) if made is None and kind == "single_choice" else made


def _which_description(one: Explained, text: Reading, dice: Chance, difficulty: Difficulty) -> Made | None:
    """The other way round: which of the text's descriptions is that of the term. All are of one form and number."""
    if one.how != "is" or not text.words.which or len(one.rest) > OPTION_MAX:
        return None
    fits = [
        other
        for other in text.explained
        if other.how == "is"
        and other.several == one.several
        and is_name(other.term) == is_name(one.term)
        and MAY_DIFFER * len(other.rest) >= len(one.rest)
        and MAY_DIFFER * len(one.rest) >= len(other.rest)
        and len(other.rest) <= OPTION_MAX
        and not share_root(other.term, one.term)
        and not share_root(one.term, other.rest)
        and not text.terms.support.one_is_other(one.term, other.term)
        and folded(other.rest) != folded(one.rest)
        and text.terms.support.share(content(other.rest), one.term, but=other.sentence.plain) < TRUE_TOO
    ]
    near = {folded(other): -place for place, other in enumerate(text.terms.nearest(one.term))}
    fits.sort(key=lambda other: -near.get(folded(other.term), -len(near)))
    wrong = list({folded(other.rest): other.rest for other in fits}.values())[:WANTED]
    if len(wrong) < WANTED:
        return None
    options = [Option(text=_begun(one.rest), correct=True), *(Option(text=_begun(other)) for other in wrong)]
    question = Question(
        type="single_choice",
        text=text.words.which.format(one.term),
        options=tuple(dice.shuffled(options)),
        time_limit_s=SECONDS[difficulty] + READING_S,
        explanation=one.sentence.plain,
        topic=topic_of(one.term, one.sentence, text),
    )
    return Made(question=question, source=source_of(one.sentence, text))


def _begun(rest: str) -> str:
    return rest[:1].upper() + rest[1:]


def of_number(
    kind: GeneratedType, number: Claimed, sentence: Sentence, text: Reading, dice: Chance, difficulty: Difficulty
) -> Made | None:
    """The sentence with a gap in the place of its number."""
    said = sentence.plain
    key = number.of(said)
    wrong = wrong_numbers(key, number.sort, dice, said)
    if kind != "single_choice" or len(wrong) < WANTED:
        return None
    options = sorted([Option(text=key, correct=True), *(Option(text=other) for other in wrong)], key=_size)
    question = Question(
        type="single_choice",
        text=f"{text.words.number or text.words.gap} “{said[: number.start]}{GAP}{said[number.end :]}”",
        options=tuple(options),
        time_limit_s=SECONDS[difficulty],
        explanation=said,
        topic=topic_of(key, sentence, text),
    )
    return Made(question=question, source=source_of(sentence, text))


def _size(option: Option) -> float:
    word = option.text.casefold()
    return float(SMALL.index(word)) if word in SMALL else float(word.replace(",", ""))


def of_gap(
    kind: GeneratedType,
    term: Term,
    sentence: Sentence,
    text: Reading,
    dice: Chance,
    difficulty: Difficulty,
) -> Made | None:
    """The sentence with a gap in the place of the term."""
    span = place_of(term.written, sentence.plain)
    if span is None:
        return None
    before, here, after = sentence.plain[: span[0]], sentence.plain[span[0] : span[1]], sentence.plain[span[1] :]
    rest = before + " " + after
    if (
        len(content(rest)) < REST_WORDS
        or share_root(here, rest)
        or (kind == "typed" and len(content(rest)) < TYPED_REST_WORDS)
        or (term.sort != "thing" and _PART_OF_A_NAME.search(before))
        or _HEADS_ANOTHER.match(after)
        or before.count("(") > before.count(")")
    ):
        return None
    stem = f"{text.words.gap} “{_with_both_articles(before)}{GAP}{after}”"
    written = here if before else (term.written if folded(term.written) == folded(here) else here)
    return _asked(kind, stem, written, sentence, rest, text, dice, difficulty, listed=False)


def place_of(term: str, said: str) -> tuple[int, int] | None:
    """Where the term stands as a whole word, if it stands there once. Names must be written the same."""
    flags = 0 if any(letter.isupper() for letter in term) else re.IGNORECASE
    found = list(re.finditer(rf"(?<![\w’'-]){re.escape(term)}(?![\w’'-])", said, flags))
    return found[0].span() if len(found) == 1 else None


def _with_both_articles(before: str) -> str:
    return re.sub(r"(?i)\b(a)n? $", lambda match: f"{match[1]}/{match[1].lower()}n ", before)


def _asked(
    kind: GeneratedType,
    stem: str,
    term: str,
    sentence: Sentence,
    rest: str,
    text: Reading,
    dice: Chance,
    difficulty: Difficulty,
    *,
    others: Sequence[str] = (),
    listed: bool,
) -> Made | None:
    fields: dict[str, Any] = {"explanation": sentence.plain, "topic": topic_of(term, sentence, text)}
    seconds = SECONDS[difficulty]
    if kind == "typed":
        if len(term.split()) > TYPED_WORDS or len(term) > TYPED_LETTERS:
            return None
        known = text.terms.get(term)
        person = known is not None and known.sort == "person" and " " in term
        accepted = dict.fromkeys([*_forms(term, text), *others, *([term.split()[-1]] if person else [])])
        question = Question(
            type="typed", text=stem, accepted=tuple(accepted), time_limit_s=seconds + TYPING_S, **fields
        )
    elif kind == "single_choice":
        wrong = text.terms.beside(term, sentence.plain, rest, difficulty, listed=listed)
        if len(wrong) < WANTED:
            return None
        known = text.terms.get(term)
        right = surname(term) if known is not None and known.sort == "person" else term
        options = dice.shuffled([Option(text=right, correct=True), *(Option(text=other) for other in wrong)])
        question = Question(type="single_choice", text=stem, options=tuple(options), time_limit_s=seconds, **fields)
    else:
        return None
    return Made(question=question, source=source_of(sentence, text))


def _forms(term: str, text: Reading) -> list[str]:
    """The term, and its other number where the text has it as well."""
    return [
        form for form in number_forms(term) if form == term or text.terms.support.sentences_with(form, exactly=True)
    ]


def topic_of(term: str, sentence: Sentence, text: Reading) -> str | None:
    """The heading above; else what the text is called. Never the answer."""
    for words in (*reversed(sentence.paragraph.heading), text.document.title):
        if words.strip() and folded(term) not in folded(words):
            return words.strip()[:100].title() if words.isupper() else words.strip()[:100]
    return None


def source_of(sentence: Sentence, text: Reading) -> Source:
    """Where it comes from."""
    paragraph = sentence.paragraph
    return Source(
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        file_name=text.name,
        page=paragraph.page,
        heading=" > ".join(paragraph.heading)[:500] or None,
    )
