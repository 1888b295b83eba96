"""Sentences that say what something is, by the ways in which English and Vietnamese say it. Pure."""

import re
from collections.abc import Iterator, Sequence

from job_handler.quizmaking import patterns
from job_handler.quizmaking.said import Sentence
from job_handler.quizmaking.terms import usable
from job_handler.quizmaking.words import content, is_name, leans_outside, share_root
from job_handler.quizmaking.written import (
    REST_WORDS,
    Explained,
    Written,
    a_first_name,
    another_name,
    by_itself,
    defines,
    fit,
    last_phrase,
    sound,
    tells_enough,
    verb_like,
)


def explained_in(found: Sequence[Sentence], written: Written, language: str = "en") -> Iterator[Explained]:
    """Those of `found` that explain a term, in the order of the text; `written` knows how it writes its words."""
    if language == "vi":
        for sentence in found:
            match = patterns.LA.match(sentence.plain)
            if match and not patterns.LA_NOT.match(match["term"]) and len(content(match["rest"])) >= 4:
                yield Explained(_small_vi(match["term"]), "is", match["rest"].rstrip("."), sentence)
        return
    if language != "en":
        return
    for sentence in found:
        if (one := _of(sentence, written)) is not None:
            yield one


def _of(sentence: Sentence, written: Written) -> Explained | None:
    """The first of the ways that fits."""
    for way in (_by_is, _by_is_of, _by_called, _by_second, _by_naming, _by_apposition, _in_it, _as_subject):
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
    if few or gerund or not fit(plain, rest) or (match["det"] or "").strip() in ("Most", "All"):
        return None
    others = tuple(other.strip() for other in (match["short"], match["aka"]) if other and another_name(other))
    if verb in ("refers to", "refer to") or (verb is None and defines(rest, plural=True)):
        return Explained(plain, "is", rest, sentence, others)
    if verb in ("was", "were") and not is_name(plain) and not re.match(r"an? ", rest):
        return None  # what was told of before has been that
    if verb in (None, "is", "are", "was", "were"):
        return Explained(plain, "is", rest, sentence, others) if defines(rest, plural=verb in ("are", "were")) else None
    return Explained(plain, "verb", f"{verb} {rest}", sentence, others)


def _by_is_of(sentence: Sentence, written: Written) -> Explained | None:
    """`The amplitude of a wave is ...` says what amplitude is."""
    if (match := patterns.IS_OF.match(sentence.plain)) is None:
        return None
    term, rest = match["term"], patterns.GOES_ON.sub("", match["rest"])
    known = usable(term) and written.times(term) > 2 and sound(rest, term) and defines(rest)
    return Explained(term, "is", rest, sentence) if known else None


def _by_called(sentence: Sentence, written: Written) -> Explained | None:
    match = patterns.CALLED.match(sentence.plain)
    if match is None or not fit(match["term"], match["rest"]) or patterns.PLAIN_VERB.search(match["rest"]):
        return None
    return Explained(match["term"], "called", match["rest"].strip(), sentence)


def _by_second(sentence: Sentence, written: Written) -> Explained | None:
    match = patterns.SECOND.match(sentence.plain)
    if match is None or not fit(match["term"], match["rest"]):
        return None
    verb, rest = match["verb"], match["rest"]
    if verb in ("is", "are") and not defines(rest, plural=verb == "are"):
        return None
    if verb == "means":
        return Explained(match["term"], "verb", f"means {rest}", sentence)
    return Explained(match["term"], "is", rest, sentence)


def _by_naming(sentence: Sentence, written: Written) -> Explained | None:
    said = sentence.plain
    for match in patterns.NAMED.finditer(said):
        term = match["term"]
        if not usable(term, explained=True):
            continue
        thing = patterns.SOMETHING.search(said[: match.start()])
        if thing is not None and tells_enough(thing[1]) and sound(thing[1], term, most=0):
            return Explained(term, "called", thing[1], sentence)
        if by_itself(said) and sound(said.replace(term, "", 1), term, most=0):
            return Explained(term, "within", said, sentence)
    return None


def _by_apposition(sentence: Sentence, written: Written) -> Explained | None:
    said = sentence.plain
    if (match := patterns.APPOSED.match(said)) is not None:
        apposed, rest = written.plain_case(match["term"], said), match["rest"]
        if fit(apposed, rest) and defines(rest) and not a_first_name(apposed, written):
            return Explained(apposed, "is", rest, sentence)
    for pattern in (patterns.BESIDE, patterns.WHICH_IS, patterns.IN_BRACKETS):
        for match in pattern.finditer(said):
            rest = match["rest"].strip()
            if patterns.BEGINS_A_CLAUSE.match(said[: match.end("term")]) or patterns.VERB_FIRST.search(rest):
                continue
            term = last_phrase(match["term"], said, written)
            if term is None or patterns.NO_TERM_AFTER.search(said[: match.end("term") - len(term)]):
                continue
            if defines(rest) and sound(rest, term) and not a_first_name(term, written):
                return Explained(term, "is", rest, sentence)
    return None


def _in_it(sentence: Sentence, written: Written) -> Explained | None:
    """`In shaping, behavior is ...` says what shaping is."""
    said = sentence.plain
    match = patterns.IN_IT.match(said)
    if match is None or leans_outside(said) or not by_itself(match["rest"][:1].upper() + match["rest"][1:]):
        return None
    term = match["term"]
    known = usable(term) and written.times(term) > 1 and not is_name(term) and not verb_like(term.split()[-1][:-3])
    return Explained(term, "within", said, sentence) if known and not share_root(term, match["rest"]) else None


def _as_subject(sentence: Sentence, written: Written) -> Explained | None:
    said = sentence.plain
    match = patterns.SUBJECT.match(said)
    if match is None or not by_itself(said) or patterns.NO_FACT.search(said) or written.tells_a_story(said):
        return None
    term = written.plain_case(match["term"], said)
    known = usable(term) and written.times(term) > 1 and not verb_like(term.split()[-1])
    return Explained(term, "fact", said, sentence) if known and not a_first_name(term, written) else None


def _small_vi(term: str) -> str:
    words = term.split()
    named = len(words) > 1 and all(word[:1].isupper() for word in words)
    return term if named else term[:1].lower() + term[1:]
