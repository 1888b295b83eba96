"""Markdown, by markdown-it: the words without their marks."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from job_handler.documents.cleaning import clean, decoded, one_line
from job_handler.documents.html import pieces_of
from job_handler.documents.shape import Document, Outline, Piece, assemble

NESTED_MAX = 20
_ABOUT = re.compile(r"\A---\n(.{0,5000}?)\n(?:---|\.\.\.)\n", re.DOTALL)
_TITLE = re.compile(r"(?m)^title:\s*[\"']?(.+?)[\"']?\s*$")
_BREAK = re.compile(r"(?i)<br\b")


def read_markdown(data: bytes, title: str) -> Document:
    """Raises Empty, or NotReadHere for what is no text."""
    text = clean(decoded(data)).lstrip("\n")
    about = _ABOUT.match(text)
    named = _TITLE.search(about[1]) if about else None
    reader = MarkdownIt("commonmark", {"maxNesting": NESTED_MAX}).enable(["table", "strikethrough"])
    tokens = reader.parse(text[about.end() :] if about else text)
    return assemble(one_line(named[1]) if named else _first_heading(tokens) or title, _pieces(tokens))


def _first_heading(tokens: Sequence[Token]) -> str:
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            return _words(content)
    return ""


def _pieces(tokens: Sequence[Token]) -> Iterator[Piece]:
    outline, level = Outline(), 0
    row: list[str] | None = None
    for token in tokens:
        match token.type:
            case "heading_open":
                level = int(token.tag[1:])
            case "tr_open":
                row = []
            case "tr_close":
                yield Piece(" | ".join(filter(None, row or ())), None, outline.path)
                row = None
            case "inline":
                words = _words(token)
                if row is not None:
                    row.append(words)
                elif level and words:
                    outline.enter(level, words)
                else:
                    yield Piece(words, None, outline.path)
                level = 0
            case "fence" | "code_block":
                yield Piece(token.content, None, outline.path)
            case "html_block":
                yield from (piece._replace(heading=outline.path) for piece in pieces_of(token.content))


def _words(inline: Token) -> str:
    said = []
    for token in inline.children or ():
        if token.type in ("text", "code_inline", "text_special"):
            said.append(token.content)
        elif token.type in ("softbreak", "hardbreak") or (token.type == "html_inline" and _BREAK.match(token.content)):
            said.append(" ")
    return one_line("".join(said))
