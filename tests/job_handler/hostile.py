"""Files that are made to hurt, and what becomes of each: a text that holds these words, or an error with this code.

More than one code stands where it depends on the library's version which wall is met first.
"""

from collections.abc import Callable
from typing import NamedTuple

from tests.job_handler import hostile_pdf, hostile_word
from tests.job_handler.hostile_pdf import PLANTS, TEXT, noise
from tests.job_handler.hostile_word import word
from tests.job_handler.papers import pdf


class Hostile(NamedTuple):
    name: str
    make: Callable[[], bytes]
    ends: frozenset[str]


def each() -> dict[str, Hostile]:
    """By what is wrong with them."""
    rows = [*hostile_pdf.FILES, *hostile_word.FILES, *_FILES]
    return {title: Hostile(name, make, frozenset(ends.split())) for title, name, make, ends in rows}


_FILES: list[tuple[str, str, Callable[[], bytes], str]] = [
    # Pages of the web
    ("a page a hundred thousand deep", "a.html", lambda: b"<div>" * 100_000 + PLANTS.encode(), TEXT),
    ("a page of tables in tables", "a.html", lambda: b"<table>" * 20_000 + PLANTS.encode(), TEXT),
    ("marks that overlap", "a.html", lambda: b"<p><b><i><u>" * 5_000 + PLANTS.encode() + b"</b></i>" * 5_000, TEXT),
    ("signs below a million times", "a.html", lambda: b"<p>" + PLANTS.encode() + b"<" * 1_000_000, TEXT),
    ("tags without an end", "a.html", lambda: b"<p>" + PLANTS.encode() + b"<a b=c " * 200_000, TEXT),
    (
        "a hundred thousand attributes",
        "a.html",
        lambda: b"<p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">" + PLANTS.encode(),
        TEXT,
    ),
    ("a comment without an end", "a.html", lambda: f"<p>{PLANTS}</p><!-- ".encode() + b"--" * 1_000_000, TEXT),
    (
        "scripts, styles and links elsewhere",
        "a.html",
        lambda: f"<script>while(1){{}}</script><link href=//x><p>{PLANTS}<img src=file:///etc/passwd>".encode(),
        TEXT,
    ),
    (
        "a page with a wrong encoding",
        "a.html",
        lambda: b"<meta charset=utf-7><p>" + PLANTS.encode() + b"\xff\xfe\xfd",
        TEXT,
    ),
    (
        "a page with entities elsewhere",
        "a.xhtml",
        lambda: f'<!DOCTYPE html [<!ENTITY b SYSTEM "file:///etc/passwd">]><p>{PLANTS} &b;</p>'.encode(),
        TEXT,
    ),
    (
        "a picture inside a page",
        "a.html",
        lambda: b"<p><img src='data:image/png;base64," + b"QUJD" * 1_000_000 + b"'>" + PLANTS.encode(),
        TEXT,
    ),
    # Markdown
    (
        "pages in Markdown",
        "a.md",
        lambda: f"{PLANTS}\n\n".encode() + b"<div><script>while(1){}</script>\n\n" * 3_000,
        TEXT,
    ),
    ("quotes in quotes", "a.md", lambda: b">" * 50_000 + PLANTS.encode() + b"\n\n" + PLANTS.encode(), TEXT),
    (
        "lists in lists",
        "a.md",
        lambda: f"{PLANTS}\n\n".encode() + "\n".join(" " * (2 * n) + "- a" for n in range(1_000)).encode(),
        TEXT,
    ),
    ("brackets without an end", "a.md", lambda: f"{PLANTS}\n\n".encode() + b"[" * 20_000, "text too_hard"),
    ("stars without an end", "a.md", lambda: f"{PLANTS}\n\n".encode() + b"*a **b " * 10_000, "text too_hard"),
    (
        "code without an end",
        "a.md",
        lambda: f"{PLANTS}\n\n".encode() + b"".join(b"`" * (n % 300) + b"a" for n in range(5_000)),
        "text too_hard",
    ),
    ("links to nowhere", "a.md", lambda: f"{PLANTS}\n\n".encode() + b"[a](" * 8_000 + b"<" * 8_000, "text too_hard"),
    # Text
    ("a line of more letters than are read", "a.txt", lambda: PLANTS.encode() + b" word" * 500_000, TEXT),
    ("ten million empty lines", "a.txt", lambda: PLANTS.encode() + b"\n" * 10_000_000, TEXT),
    ("a hundred thousand paragraphs", "a.txt", lambda: PLANTS.encode() + b"\n\na" * 100_000, TEXT),
    ("marks that turn the direction", "a.txt", lambda: ("\u202e\u2066\u200b" * 10_000 + PLANTS).encode(), TEXT),
    ("a million accents on a letter", "a.txt", lambda: (PLANTS + " a" + "\u0301\u0323" * 500_000).encode(), TEXT),
    ("UTF-8 with faults", "a.txt", lambda: PLANTS.encode() + "é".encode() * 30 + b"\xff\xc0\x80\xed\xa0\x80", TEXT),
    ("UTF-16 with an odd byte", "a.txt", lambda: b"\xff\xfe" + PLANTS.encode("utf-16-le") + b"\0\xd8a", TEXT),
    ("zero bytes in a text", "a.txt", lambda: PLANTS.encode() + b"\0" * 1_000, "text format_not_read"),
    ("noise that says it is a text", "a.txt", lambda: noise(500_000), "format_not_read"),
    ("form feeds", "a.txt", lambda: PLANTS.encode() + b"\x0c" * 500_000, TEXT),
    ("zero bytes alone", "a.txt", lambda: bytes(1_000_000), "no_text"),
    # Names that lie
    ("a PDF with the name of a text", "a.txt", lambda: pdf(PLANTS), TEXT),
    ("a Word file with the name of a PDF", "a.pdf", word, TEXT),
    ("a picture with the name of a text", "a.md", lambda: b"\x89PNG\r\n\x1a\n" + noise(1_000), "format_not_read"),
    ("a program with the name of a text", "a.txt", lambda: b"\x7fELF" + noise(1_000), "format_not_read"),
    ("a name that leads elsewhere", "../../../etc/\0passwd.txt", PLANTS.encode, TEXT),
    ("a name of a million letters", "a" * 1_000_000 + ".txt", PLANTS.encode, TEXT),
    ("more than a document may have", "a.txt", lambda: bytes(50 * 2**20 + 1), "document_too_large"),
]
