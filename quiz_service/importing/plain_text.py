"""Marked-up text to the plain text a question holds. Every function is linear in its input."""

import html
import re
from dataclasses import dataclass, field

MARKUP_MAX = 50_000  # characters of markup looked at for one text; a question holds 2,000 in the end
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:[\s/][^<>]*)?)>")
ATTRIBUTE = re.compile(r"""\b(alt|src|href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
# fmt: off
BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol",
        "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
    }
)
# fmt: on
# fmt: off
INLINE = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "center", "cite", "code", "col", "colgroup", "data",
        "del", "dfn", "em", "font", "i", "img", "ins", "kbd", "label", "mark", "o", "q", "rp", "rt", "ruby", "s",
        "samp", "small", "span", "strike", "strong", "sub", "sup", "td", "th", "time", "tt", "u", "var", "wbr",
        "script", "style", "video", "audio", "iframe", "object", "embed", "math", "svg", "source", "input",
        "button", "textarea", "select", "option",
    }
)
# fmt: on
UNSEEN = frozenset({"script", "style", "svg"})
LOSSES = {
    "img": "a picture",
    "video": "a video",
    "audio": "a sound",
    "iframe": "an embedded page",
    "object": "an embedded object",
    "embed": "an embedded object",
    "math": "a formula",
    "svg": "a drawing",
    "script": "a script",
    "table": "the layout of a table",
    "input": "a form field",
    "textarea": "a form field",
    "select": "a form field",
}
SUPERSCRIPT = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
RAISED = {"sup": (SUPERSCRIPT, "^"), "sub": (SUBSCRIPT, "_")}


@dataclass
class Plain:
    """Plain text, and in words what could not be put into it."""

    text: str
    lost: list[str] = field(default_factory=list)


def from_plain(text: str) -> Plain:
    """Text that is plain already."""
    return Plain(_spaced(text))


def from_html(text: str, *, newlines_count: bool = False) -> Plain:
    """The words of an HTML fragment, a line for each block.

    Emphasis and fonts are dropped; pictures, links, tables and the like are named in `lost`. With `newlines_count` a
    newline of the source is a line break, as in Moodle's own format.
    """
    lost: list[str] = []
    if len(text) > MARKUP_MAX:
        text, lost = text[:MARKUP_MAX], ["the end of a very long text"]
    text = _without_comments(text)
    pieces: list[str] = []
    position, unseen, preformatted = 0, "", 0
    raised: list[tuple[str, int]] = []
    for tag in TAG.finditer(text):
        closing, name, attributes = tag[1] == "/", tag[2].lower(), tag[3]
        if not _is_tag(name, attributes):
            continue
        if not unseen:
            pieces.append(_flowing(text[position : tag.start()], keep=newlines_count or preformatted > 0))
        position = tag.end()
        if unseen:
            unseen = "" if closing and name == unseen else unseen
            continue
        if name in UNSEEN and not closing:
            unseen = name
        if not closing:
            _note_loss(name, attributes, lost)
        if name == "pre":
            preformatted = max(preformatted + (-1 if closing else 1), 0)
        if name in RAISED:
            if not closing:
                raised.append((name, len(pieces)))
            elif raised and raised[-1][0] == name:
                _raise(pieces, *raised.pop())
        elif name in BLOCKS:
            pieces.append("\n- " if name == "li" and not closing else "\n")
        elif name in {"td", "th"}:
            pieces.append(" ")
    if not unseen:
        pieces.append(_flowing(text[position:], keep=newlines_count or preformatted > 0))
    return Plain(_spaced("".join(pieces)), _once(lost))


def from_moodle(text: str) -> Plain:
    """Moodle's automatic format: plain text in which the HTML tags and entities it knows still count."""
    return _with_formulas(from_html(text, newlines_count=True))


MARKDOWN_IMAGE = re.compile(r"!\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)")
MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,2000}\)")
MARKDOWN_EMPHASIS = tuple(
    re.compile(rf"(?<![\w\\{sign}]){mark}(?![\s{sign}])([^\n{sign}]{{1,500}})(?<![\s\\]){mark}(?![\w{sign}])")
    for sign, mark in (("*", r"\*\*"), ("_", "__"), ("*", r"\*"), ("_", "_"), ("~", "~~"))
)
MARKDOWN_LINE = re.compile(r"^[ \t]{0,3}(?:\#{1,6}[ \t]+|>[ \t]?)", re.MULTILINE)


def from_markdown(text: str) -> Plain:
    """The words of a Markdown fragment, its marks taken off."""
    lost: list[str] = []
    text = text[:MARKUP_MAX]
    if MARKDOWN_IMAGE.search(text):
        lost.append("a picture")
        text = MARKDOWN_IMAGE.sub(r"\1", text)
    if MARKDOWN_LINK.search(text):
        lost.append("a link")
        text = MARKDOWN_LINK.sub(r"\1", text)
    text = MARKDOWN_LINE.sub("", text)
    for emphasis in MARKDOWN_EMPHASIS:
        text = emphasis.sub(r"\1", text)
    text = re.sub(r"(?<!`)`([^`\n]{1,500})`(?!`)", r"\1", text)
    plain = from_html(text, newlines_count=True)
    return Plain(plain.text, _once(lost + plain.lost))


def _without_comments(text: str) -> str:
    parts: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        parts.append(text[position:start])
        position = end + 3
    return "".join(parts) + text[position:]


def _is_tag(name: str, attributes: str) -> bool:
    """Whether this is HTML, and not a comparison such as `a<b and b>c`."""
    return (name in BLOCKS or name in INLINE) and ("=" in attributes or not attributes.strip(" /\n\t"))


def _note_loss(name: str, attributes: str, lost: list[str]) -> None:
    given = {
        match[1].lower(): match[2] or match[3] or match[4] or "" for match in ATTRIBUTE.finditer(attributes[:4000])
    }
    if name == "a" and given.get("href"):
        lost.append(f"a link to {given['href'][:80]}")
    elif name == "img":
        hint = given.get("alt") or given.get("src", "").rsplit("/", 1)[-1]
        lost.append(f"a picture ({hint[:80]})" if hint and not hint.startswith("data:") else "a picture")
    elif name in LOSSES:
        lost.append(LOSSES[name])


def _raise(pieces: list[str], name: str, start: int) -> None:
    table, mark = RAISED[name]
    inner = "".join(pieces[start:])
    del pieces[start:]
    if not inner.strip():
        return
    small = inner.translate(table)
    changed = all(before != after for before, after in zip(inner, small, strict=True))
    pieces.append(small if changed else f"{mark}{inner}" if len(inner) == 1 else f"{mark}({inner})")


def _flowing(text: str, *, keep: bool) -> str:
    text = ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text if keep else text.replace("\n", " ")


def _with_formulas(plain: Plain) -> Plain:
    if "$$" in plain.text or "\\(" in plain.text or "\\[" in plain.text:
        plain.lost.append("the typesetting of a formula")
    return plain


def _spaced(text: str) -> str:
    """Single spaces, lines trimmed at the end, at most one newline in a row; the indent of a line survives."""
    lines = []
    for line in text.replace("\t", "    ").replace("\xa0", " ").split("\n"):
        words = line.strip(" ")
        if words and words != "-":
            indent = len(line) - len(line.lstrip(" "))
            lines.append(" " * (indent if indent >= 4 else 0) + re.sub(r" {2,}", " ", words))
    return "\n".join(lines).strip()


def _once(lost: list[str]) -> list[str]:
    return list(dict.fromkeys(lost))
