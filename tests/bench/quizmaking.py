"""How good the questions are that are made without a model: measured on real texts by a checker of its own.

`EDTECH_REAL_DATA=FOLDER make bench ARGS="quizmaking [--show N --seed S]"`: one quiz of each section and article.
The checker below shares no code with the maker, so that it can find what the maker has missed. `--show N` prints some,
drawn by the seed.
"""

import argparse
import json
import os
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from edkit.chance import SeededChance
from edkit.llm.minilm import MiniLM
from job_handler.documents.shape import Document, Piece, assemble
from job_handler.quizmaking.making import make
from job_handler.quizmaking.shape import Made, Order

COUNT = 10
PAGE = 2_500
"""Letters of a page."""
PHRASE = 5
ENDINGS = ("ical", "ally", "ment", "tion", "ness", "ing", "ies", "ed", "es", "ly", "al", "ic", "s")
STARTS = re.compile(
    r"(this|that|these|those|it|they|he|she|such|however|thus|therefore|also|then|another|here|there)\b", re.I
)
POINTS = re.compile(
    r"\b(figures?|tables?|chapters?|above|below|previous section|as shown|you|your|we|our|this|these)\b", re.I
)
LITTLE = frozenset("a an the of and or to in on for with by from is are was were that which who as at".split())  # noqa: SIM905


def flat(text: str) -> str:
    """Small letters and digits alone, in single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign))))


def roots(text: str) -> set[str]:
    """Its longer words without their endings."""
    found = set()
    for word in flat(text).split():
        if word not in LITTLE:
            for ending in ENDINGS:
                if word.endswith(ending) and len(word) - len(ending) > 3:
                    word = word[: -len(ending)]
                    break
            found.add(word)
    return found


def inner(stem: str) -> str:
    """What the question quotes or describes, without our words around it."""
    match = re.match(r"[^“]*“(.*)”\s*$", stem, re.DOTALL)
    return match[1] if match else stem


def broken(made: Made, document: Document, before: Sequence[Made]) -> Iterator[str]:
    """The stated self-checks that a question does not pass, by their numbers."""
    question, quote = made.question, made.source.quote
    right = [option.text for option in question.options if option.correct]
    wrong = [option.text for option in question.options if not option.correct]
    keys = right or list(question.accepted[:1])
    asked, said = inner(question.text), f" {flat(quote)} "
    if question.type != "true_false" and not all(roots(key) <= roots(quote) for key in keys):
        yield "1 key not in the quoted sentence"
    if document.text[made.source.start : made.source.end] != quote:
        yield "2 quote not in the text"
    if STARTS.match(asked) or POINTS.search(asked) or (not asked[:1].isalnum() and asked[:1] != "_"):
        yield "3 does not stand alone"
    if asked.count("(") != asked.count(")") or len(asked.split()) < 4 or len(question.text) > 400:
        yield "3 torn, too short or too long"
    if question.type != "true_false" and any(f" {flat(key)} " in f" {flat(asked)} " for key in keys):
        yield "4 holds its key"
    if question.type == "true_false":
        whole = flat(document.text)
        states = flat(asked) in whole
        if right == ["False"] and states:
            yield "5 said to be false, and stands in the text"
        if right == ["True"] and len(roots(asked) - roots(quote)) > 0:
            yield "5 said to be true, and not what the text says"
    if question.type == "single_choice":
        yield from _options(keys, wrong, said, document)
    for other in before:
        mine, theirs = roots(asked), roots(inner(other.question.text))
        if other.source.quote == quote or len(mine & theirs) > 0.7 * len(mine | theirs):
            yield "7 asked twice"
            break


def _options(keys: Sequence[str], wrong: Sequence[str], said: str, document: Document) -> Iterator[str]:
    if len(keys) != 1 or len(wrong) < 2 or len({flat(text) for text in [*keys, *wrong]}) != len(wrong) + 1:
        yield "5 not one right and several wrong options"
    if any(f" {flat(text)} " in said for text in wrong):
        yield "5 a wrong option stands in the sentence"
    whole = flat(document.text)
    if any(
        f" {flat(keys[0])} or {flat(text)} " in whole or f" {flat(text)} or {flat(keys[0])} " in whole for text in wrong
    ):
        yield "5 a wrong option is another name of the key"
    sizes = [len(text) for text in [*keys, *wrong]]
    plural = [text.endswith("s") and not text.endswith(("ss", "sis", "us", "cs")) for text in [*keys, *wrong]]
    capital = [text[:1].isupper() for text in [*keys, *wrong]]
    phrases = max(len(text.split()) for text in [*keys, *wrong]) > PHRASE  # their last word does not tell their number
    if max(sizes) > 4 * min(sizes) + 4 or (len(set(plural)) > 1 and not phrases) or len(set(capital)) > 1:
        yield "6 options unlike in form"


def sections(folder: Path) -> Iterator[tuple[str, Document]]:
    """Every section of the book: its chapter and name, and its paragraphs."""
    with (folder / "openstax" / "psychology-2e.paragraphs.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for name, group in groupby(rows, key=lambda row: row["module"]):
        some = list(group)
        yield (
            f"{some[0]['chapter']}/{name}",
            assemble("", [Piece(row["text"], None, tuple(row["headings"])) for row in some]),
        )


def articles(folder: Path) -> Iterator[tuple[str, Document]]:
    """Every article of the encyclopedia: its name, and its paragraphs."""
    with (folder / "squad" / "paragraphs.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for name, group in groupby(rows, key=lambda row: row["article"]):
        yield name, assemble(name.replace("_", " "), [Piece(row["text"]) for row in group])


Offered = tuple[str, Made, list[str]]


def measured(what: str, texts: Sequence[tuple[str, Document]], model: MiniLM) -> list[Offered]:
    """One quiz of each text, checked; says how many there are, how many pass, and what they cost."""
    whole: list[Offered] = []
    pages = of_pages = 0
    began = time.process_time()
    for name, document in texts:
        order: Any = {"types": ("single_choice", "true_false", "typed"), "difficulty": "medium", "seed": name}
        batch = make(Order(documents=(document,), names=(None,), count=COUNT, **order), model.embed, lambda _: None)
        for number, made in enumerate(batch.items):
            whole.append((name, made, list(broken(made, document, batch.items[:number]))))
        if len(document.text) >= PAGE:
            pages, of_pages = pages + 1, of_pages + len(batch.items)
    spent = time.process_time() - began
    passed = sum(not faults for _, _, faults in whole)
    print(f"{what}: {len(texts)} texts, {COUNT * len(texts)} asked for, {len(whole)} offered")
    print(f"  of a page or more: {pages} texts, {of_pages} offered ({100 * of_pages / max(1, COUNT * pages):.0f} %)")
    print(f"  {spent:.0f} s of CPU, {spent / max(1, len(texts)):.2f} s a text")
    print(f"  pass every check: {passed} ({100 * passed / max(1, len(whole)):.1f} %)")
    for fault, times in Counter(fault for _, _, faults in whole for fault in faults).most_common():
        print(f"  {times:4} {fault}")
    print("  by type:", dict(Counter(made.question.type for _, made, _ in whole)))
    return whole


def main(arguments: list[str]) -> None:
    """Make, check, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", default="1")
    given = parser.parse_args(arguments)
    folder = os.environ.get("EDTECH_REAL_DATA")
    if not folder:
        raise SystemExit("Set EDTECH_REAL_DATA to the folder that holds openstax/ and squad/.")
    model = MiniLM()
    whole = measured("textbook", list(sections(Path(folder))), model)
    whole += measured("encyclopedia", list(articles(Path(folder))), model)
    for name, made, faults in SeededChance(given.seed).shuffled(whole)[: given.show]:
        options = " | ".join(("*" if option.correct else "") + option.text for option in made.question.options)
        print(f"\n{name} [{made.question.type}] {made.question.text}\n   {options or made.question.accepted} {faults}")
