"""How good the questions are that are made without a model: measured on a real textbook by a checker of its own.

`EDTECH_REAL_DATA=FOLDER python -m tests.bench.quizmaking [--show N]`: one quiz of each section. The checker below
shares no code with the maker, so that it can find what the maker has missed. `--show N` prints some.
"""

import argparse
import json
import os
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from edkit.llm.minilm import MiniLM
from job_handler.documents.shape import Document, Piece, assemble
from job_handler.quizmaking.making import make
from job_handler.quizmaking.shape import Made, Order

COUNT = 10
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
    if max(sizes) > 4 * min(sizes) + 4 or len(set(plural)) > 1 or len(set(capital)) > 1:
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


def main() -> int:
    """Make, check, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", type=int, default=0)
    arguments = parser.parse_args()
    folder = os.environ.get("EDTECH_REAL_DATA")
    if not folder:
        print("Set EDTECH_REAL_DATA to the folder that holds openstax/psychology-2e.paragraphs.jsonl.")
        return 2
    model, began = MiniLM(), time.process_time()
    whole: list[tuple[str, Made, list[str]]] = []
    asked = sections_made = 0
    for name, document in sections(Path(folder)):
        order: Any = {"types": ("single_choice", "true_false", "typed"), "difficulty": "medium", "seed": name}
        batch = make(Order(documents=(document,), names=(None,), count=COUNT, **order), model.embed, lambda _: None)
        asked, sections_made = asked + COUNT, sections_made + 1
        for number, made in enumerate(batch.items):
            whole.append((name, made, list(broken(made, document, batch.items[:number]))))
    passed = sum(not faults for _, _, faults in whole)
    spent = time.process_time() - began
    print(f"{sections_made} sections, {asked} asked for, {len(whole)} offered, {spent:.0f} s of CPU")
    print(f"pass every check: {passed} ({100 * passed / max(1, len(whole)):.1f} %)")
    for fault, times in Counter(fault for _, _, faults in whole for fault in faults).most_common():
        print(f"  {times:4} {fault}")
    print("by type:", dict(Counter(made.question.type for _, made, _ in whole)))
    every = max(1, len(whole) // arguments.show) if arguments.show else len(whole) + 1
    for name, made, faults in whole[every - 1 :: every]:
        options = " | ".join(("*" if option.correct else "") + option.text for option in made.question.options)
        print(f"\n{name} [{made.question.type}] {made.question.text}\n   {options or made.question.accepted} {faults}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
