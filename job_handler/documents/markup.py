"""HTML by selectolax, Markdown by markdown-it, and plain text."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser, LexborNode

from job_handler.documents.cleaning import decoded, one_line, tidy
from job_handler.documents.shape import Document, Piece, assemble

DROPPED = (
    "script, style, noscript, template, nav, header, footer, aside, form, iframe, object, svg, canvas, button, select, "
    "[hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none'], [style*='visibility:hidden']"
)
BLOCKS = "h1, h2, h3, h4, h5, h6, p, li, dt, dd, td, th, blockquote, pre, figcaption, caption"
HEADINGS = {f"h{level}": level for level in range(1, 7)}
NESTED_MAX = 100_000
_TAGS = re.compile(rb"<[a-zA-Z]")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})", re.IGNORECASE)


def read_html(data: bytes, title: str) -> Document:
    """What a reader sees of the page. Raises Empty or TooBig."""
    from job_handler.documents.shape import TooBig

    if len(_TAGS.findall(data)) > NESTED_MAX:
        raise TooBig("This page has too many elements to read. Copy its text into a new file.")
    tree = LexborHTMLParser(_text(data))
    head = tree.css_first("title")
    named = one_line(head.text()) if head is not None else ""
    for node in tree.css(DROPPED):
        node.decompose()
    pieces = list(_html_pieces(tree))
    if not pieces and tree.body is not None:
        pieces = [Piece(one_line(line)) for line in tidy(tree.body.text(separator="\n")).split("\n")]
    return assemble(named or title, pieces)


def _text(data: bytes) -> str:
    named = _CHARSET.search(data[:4096])
    if named is not None and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return data.decode(named[1].decode("ascii"), errors="replace")
        except LookupError:
            pass
    return decoded(data)


def _html_pieces(tree: LexborHTMLParser) -> Iterator[Piece]:
    path: list[tuple[int, str]] = []
    for node in tree.css(BLOCKS):
        if _holds_a_block(node):
            continue
        text = one_line(node.text(separator=" " if node.tag in ("td", "th") else ""))
        level = HEADINGS.get(str(node.tag))
        if level is not None and text:
            path = [*(mark for mark in path if mark[0] < level), (level, text[:200])]
        elif text:
            yield Piece(text, None, tuple(words for _, words in path))


def _holds_a_block(node: LexborNode) -> bool:
    return node.tag in ("li", "td", "th", "blockquote", "dd") and node.css_first("p, li, pre, blockquote") is not None


def read_markdown(data: bytes, title: str) -> Document:
    """The words without their marks. Raises Empty."""
    text = decoded(data)
    path: list[tuple[int, str]] = []
    pieces, named = [], ""
    heading: int | None = None
    for token in MarkdownIt("commonmark", {"maxNesting": 20, "html": False}).enable("table").parse(tidy(text)):
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type == "inline":
            words = one_line("".join(child.content if child.content else " " for child in token.children or ()))
            if heading is not None and words:
                named = named or words
                path = [*(mark for mark in path if mark[0] < heading), (heading, words[:200])]
            else:
                pieces.append(Piece(words, None, tuple(one for _, one in path)))
            heading = None
        elif token.type in ("fence", "code_block"):
            pieces.append(Piece(tidy(token.content), None, tuple(one for _, one in path)))
    return assemble(named or title, pieces)


def read_text(data: bytes, title: str) -> Document:
    """Paragraphs are set apart by empty lines, or else each line is one. Raises Empty."""
    text = tidy(decoded(data))
    parts = re.split(r"\n\s*\n", text)
    if len(parts) == 1 and max(map(len, text.split("\n"))) > 120:
        parts = text.split("\n")
    return assemble(title, (Piece(one_line(part)) for part in parts))
