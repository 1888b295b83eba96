"""The same measure as `quizmaking`, through files: sections of the book as PDF, DOCX, HTML, Markdown and plain text.

`EDTECH_REAL_DATA=FOLDER make bench ARGS="quizmaking_files [--files N]"`: a file is written, read and asked about.
"""

import argparse
import html
import io
import os
import textwrap
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx

from edkit.llm.minilm import MiniLM
from job_handler.documents.reading import read_document
from job_handler.documents.shape import Document
from job_handler.quizmaking.making import make
from job_handler.quizmaking.shape import Order
from tests.bench.quizmaking import COUNT, broken, sections
from tests.job_handler.papers import pdf

FORMATS = ("pdf", "docx", "html", "md", "txt")
LEAST_PARAGRAPHS = 6
LINE, LINES_A_PAGE = 92, 40
PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "é": "e"})


def written(paragraphs: Sequence[str], form: str) -> bytes:
    """A file of this format with these paragraphs in it."""
    if form == "docx":
        document = docx.Document()
        for text in paragraphs:
            document.add_paragraph(text)
        store = io.BytesIO()
        document.save(store)
        return store.getvalue()
    if form == "html":
        body = "\n".join(f"<p>{html.escape(text)}</p>" for text in paragraphs)
        return f"<!doctype html><html><body>{body}</body></html>".encode()
    if form == "pdf":
        lines: list[str] = []
        for text in paragraphs:
            plain = text.translate(PLAIN).encode("ascii", "ignore").decode()
            lines += [*textwrap.wrap(plain, LINE), ""]
        safe = [line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for line in lines]
        return pdf(*("\n".join(safe[at : at + LINES_A_PAGE]) for at in range(0, len(safe), LINES_A_PAGE)))
    return ("\n\n".join(paragraphs) + "\n").encode()


def main(arguments: list[str]) -> None:
    """Write, read, make, check, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=20)
    given = parser.parse_args(arguments)
    folder = os.environ.get("EDTECH_REAL_DATA")
    if not folder:
        raise SystemExit("Set EDTECH_REAL_DATA to the folder that holds openstax/psychology-2e.paragraphs.jsonl.")
    model = MiniLM()
    offered: defaultdict[str, int] = defaultdict(int)
    passed: defaultdict[str, int] = defaultdict(int)
    faults: Counter[str] = Counter()
    long = [(name, text) for name, text in sections(Path(folder)) if len(text.paragraphs) >= LEAST_PARAGRAPHS]
    for number, (name, section) in enumerate(long[: given.files]):
        form = FORMATS[number % len(FORMATS)]
        paragraphs = [section.of(paragraph) for paragraph in section.paragraphs]
        document: Document = read_document(written(paragraphs, form), f"section.{form}")
        order: Any = {"types": ("single_choice", "true_false", "typed"), "difficulty": "medium", "seed": name}
        batch = make(Order(documents=(document,), names=(None,), count=COUNT, **order), model.embed, lambda _: None)
        for place, made in enumerate(batch.items):
            found = list(broken(made, document, batch.items[:place]))
            offered[form] += 1
            passed[form] += not found
            faults.update(found)
        print(f"{name} as {form}: {len(batch.items)} of {COUNT}", flush=True)
    for form in FORMATS:
        print(f"{form:5} {passed[form]} of {offered[form]} pass every check")
    whole = sum(offered.values())
    print(f"all   {sum(passed.values())} of {whole} ({100 * sum(passed.values()) / max(1, whole):.1f} %)")
    for fault, times in faults.most_common():
        print(f"  {times:4} {fault}")
