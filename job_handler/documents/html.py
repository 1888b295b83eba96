"""HTML, by selectolax: what a reader sees of the page, without what surrounds it on every page."""

import html
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from job_handler.documents.cleaning import decoded, one_line
from job_handler.documents.shape import Document, Outline, Piece, assemble

DEPTH_MAX, ELEMENTS_MAX, ATTRIBUTES_MAX = 1_000, 300_000, 500
"""Beyond these a page is read by its text alone: the parser takes the square of the depth, and of the attributes of an
element. What is drawn in an element's attributes may have ten times as many spaces.
"""

LEFT_OUT = frozenset(
    (
        *("script", "style", "noscript", "template", "iframe", "object", "svg", "canvas", "audio", "video", "map"),
        *("nav", "footer", "aside", "button", "select", "textarea", "input", "datalist", "dialog", "title", "head"),
        *("rt", "rp", "annotation", "annotation-xml", "math-annotation"),
    )
)
ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "menu", "menubar", "toolbar", "complementary"))
BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "form", "header", "hr", "html", "legend", "li", "main", "ol", "p"),
        *("pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    )
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
IMPLIED = frozenset(
    (
        *("p", "li", "dt", "dd", "tr", "td", "th", "option", "thead", "tbody", "tfoot", "html", "head", "body"),
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
        *("path", "rect", "circle", "ellipse", "line", "polygon", "polyline", "use", "stop"),
    )
)
"""Elements that need no end, or have none."""

ENCODINGS = re.compile(
    rb"(?i)(utf-?8|us-ascii|windows-125[0-8]|iso-8859-\d{1,2}|koi8-[ru]|gbk|gb2312|gb18030|big5|shift_jis|euc-(?:jp|kr))$"
)
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
"""They say more of the encoding than the page does."""

_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{5000,}")
_MUTE = re.compile(r"(?i)<(/?)(?:script|style)\b|(<!--)|(-->)")
_MARKUP = re.compile(r"<[^<>]*>?")
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
_NOTE = re.compile(r"\s*\[?\s*(?:\d{1,3}|[a-z*\u2020\u2021])\s*\]?\s*")
_GAP = re.compile(r"\n[ |]*\n")
_SPACE = re.compile(r"\s+")


def read_html(data: bytes, title: str) -> Document:
    """Raises Empty, or NotReadHere for what is no text."""
    text = _text(data)
    if _is_tangled(text):
        remark = "This page's structure is too tangled to follow: its text was read without headings."
        return assemble(title, _crude(text), [remark])
    tree = LexborHTMLParser(text)
    named = tree.css_first("head > title") or tree.css_first("h1")
    words = one_line(named.text()) if named is not None else ""
    root = _main(tree) or tree.body
    return assemble(words or title, _walk(root) if root else ())


def pieces_of(fragment: str) -> list[Piece]:
    """The paragraphs of a part of a page."""
    if _is_tangled(fragment):
        return list(_crude(fragment))
    root = LexborHTMLParser(fragment).body
    return list(_walk(root)) if root else []


def _text(data: bytes) -> str:
    named = _CHARSET.search(data[:4096])
    if named is not None and ENCODINGS.match(named[1]) and not data.startswith(MARKS):
        encoding = named[1].decode("ascii").casefold()
        if "utf" not in encoding:
            return data.decode("cp1252" if encoding in ("iso-8859-1", "us-ascii") else encoding, errors="replace")
    return decoded(data)


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    """The part that the page itself calls its content, if it holds most of the words."""
    whole = len(tree.body.text()) if tree.body else 0
    for selector in ("main", "[role=main]", "article"):
        found = tree.css(selector)
        if len(found) == 1 and len(found[0].text()) > 0.3 * whole:
            return found[0]
    return None


def _is_tangled(text: str) -> bool:
    for tag in _LONG_TAG.finditer(text):
        if tag[0].count("=") > ATTRIBUTES_MAX or len(_SPACE.findall(tag[0])) > 10 * ATTRIBUTES_MAX:
            return True
    depth = 0
    for elements, tag in enumerate(_TAG.finditer(text)):
        if tag[2].casefold() not in IMPLIED:
            depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > DEPTH_MAX or elements > ELEMENTS_MAX:
            return True
    return False


def _crude(text: str) -> Iterator[Piece]:
    """The text between tags, line by line; scripts, styles and comments left out."""
    for line in _MARKUP.sub("\n", "".join(_spoken(text))).split("\n"):
        if line.strip():
            yield Piece(one_line(html.unescape(line)))


def _spoken(text: str) -> Iterator[str]:
    at, mute = 0, ""
    for mark in _MUTE.finditer(text):
        opens = "comment" if mark[2] else "" if mark[3] or mark[1] else "script"
        if not mute and opens:
            yield text[at : mark.start()]
            mute = opens
        elif mute and not opens and (mute == "comment") == bool(mark[3]):
            at, mute = mark.end(), ""
    if not mute:
        yield text[at:]


def _walk(root: LexborNode) -> Iterator[Piece]:
    """The paragraphs below `root`, in order. Goes by hand over the tree, which may be deeper than Python's stack."""
    outline, said = Outline(), []
    node, depth = root, 0
    while True:
        tag = str(node.tag)
        child = None
        if node.is_text_node:
            said.append(_SPACE.sub(" ", node.text_content or ""))
        elif node.is_element_node and not _left_out(node, tag):
            if tag in HEADINGS or (tag in BLOCKS and tag != "dd"):
                yield from _said(said, outline)
            if tag == "br":
                said.append("\n")
            child = node.first_child
        if child is not None:
            node, depth = child, depth + 1
            continue
        while depth and node.next is None:
            node, depth = node.parent or root, depth - 1
            yield from _left(str(node.tag), said, outline)
        if depth == 0:
            break
        node = node.next or root
    yield from _said(said, outline)


def _left(tag: str, said: list[str], outline: Outline) -> Iterator[Piece]:
    """An element is over."""
    if tag in HEADINGS:
        words = one_line("".join(said))
        said.clear()
        if words:
            outline.enter(HEADINGS[tag], words)
    elif tag == "dt":
        said.append(": ")
    elif tag in ("td", "th"):
        said.append(" | ")
    elif tag in BLOCKS:
        yield from _said(said, outline)


def _said(said: list[str], outline: Outline) -> Iterator[Piece]:
    text = "".join(said)
    said.clear()
    for part in _GAP.split(text):
        words = one_line(part).strip("| ")
        if words:
            yield Piece(words, None, outline.path)


def _left_out(node: LexborNode, tag: str) -> bool:
    if tag in LEFT_OUT:
        return True
    if tag == "sup":  # the number of a note is no part of the sentence
        return node.css_first("a") is not None and _NOTE.fullmatch(node.text()) is not None
    about = node.attributes
    if not about:
        return False
    return (
        "hidden" in about
        or about.get("aria-hidden") == "true"
        or about.get("role") in ROLES
        or _HIDDEN.search(about.get("style") or "") is not None
    )
