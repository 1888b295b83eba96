"""The grammar of Moodle's GIFT: text to entries, each with its row. Knows nothing of our questions.

Follows Moodle's own importer where documents and habits differ, and goes on after what Moodle would stumble over: a
missing blank line, a blank line inside the answers, one broken question among good ones.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Literal, cast

Format = Literal["moodle", "html", "markdown", "plain"]
Kind = Literal["description", "essay", "true_false", "short", "choice", "matching", "numerical"]

ESCAPE = re.compile(r"\\([\\:#={}~n])")
MARKED = "\\:#={}~\n"
MARKS = {sign: chr(0xFDD0 + index) for index, sign in enumerate("\\:#={}~n")}
UNMARK = str.maketrans({chr(0xFDD0 + index): sign for index, sign in enumerate(MARKED)})
FORMAT = re.compile(r"\s*\[(moodle|html|markdown|plain)\]")
WEIGHT = re.compile(r"\s*%\s*(-?\s*\d{1,3}(?:\.\d{0,10})?)\s*%")
TAG = re.compile(r"\[tag:((?:[^\]\\]|\\.){1,200})\]")
IDENTITY = re.compile(r"\[id:((?:[^\]\\]|\\.){1,200})\]")
CLOZE = re.compile(r"\d{0,3}:[A-Z_]{2,20}:")
PARAGRAPH_MAX = 100_000  # characters
ANSWERS_MAX = 100  # of one question
RUN_ON_MAX = 200  # questions in one paragraph, where blank lines were forgotten
TRUE, FALSE = ("T", "TRUE"), ("F", "FALSE")


@dataclass(frozen=True)
class Rich:
    """A text and the format it is written in. Escapes are resolved."""

    format: Format
    text: str


@dataclass(frozen=True)
class Choice:
    """One `=` or `~` answer. `weight` is in percent, None where the file gives none."""

    row: int
    right: bool
    weight: Decimal | None
    text: Rich
    feedback: Rich | None


@dataclass(frozen=True)
class Pair:
    """One line of a matching question; an empty `left` is an answer that matches nothing."""

    row: int
    left: Rich
    right: str


@dataclass(frozen=True)
class Category:
    """Where the following questions belong."""

    row: int
    path: str


@dataclass(frozen=True)
class Broken:
    """A question that cannot be read, and why."""

    row: int
    message: str


@dataclass(frozen=True)
class Entry:
    """One question as the file has it. `embedded`: the answers stood where the stem now has a blank."""

    row: int
    kind: Kind
    title: str
    stem: Rich
    embedded: bool = False
    is_true: bool = False
    choices: tuple[Choice, ...] = ()
    pairs: tuple[Pair, ...] = ()
    general: Rich | None = None
    identity: str = ""
    tags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


Item = Category | Broken | Entry


def read(text: str) -> Iterator[Item]:
    """Everything the text holds, in its order; rows count from 1. Needs plain newlines, no noncharacters."""
    text = ESCAPE.sub(lambda escape: MARKS[escape[1]], text)
    block = _Block()
    lines = text.split("\n")
    for index, line in enumerate(lines):
        bare = line.strip()
        if bare.startswith("//"):
            block.note(bare)
        elif bare.startswith("$CATEGORY:") and not block.inside:
            yield from block.items()
            block = _Block()
            yield Category(index + 1, bare.removeprefix("$CATEGORY:").strip().translate(UNMARK))
        elif bare:
            block.add(index + 1, line)
        elif block.inside and _closes(lines, index + 1):
            block.remark("A blank line stood inside the answers and was passed over.")
        elif block.lines:
            yield from block.items()
            block = _Block()
    yield from block.items()


class _Block:
    """The lines of one question as they come in."""

    def __init__(self) -> None:
        self.row = 0
        self.lines: list[str] = []
        self.tags: list[str] = []
        self.identity = ""
        self.remarks: list[str] = []
        self.inside = False

    def note(self, comment: str) -> None:
        """A comment: it may carry an id and tags, and counts as a line of the question it stands in."""
        comment = comment.translate(UNMARK)
        self.tags += [tag.replace("\\]", "]").strip() for tag in TAG.findall(comment)]
        identity = IDENTITY.search(comment)
        if identity:
            self.identity = identity[1].replace("\\]", "]").strip()

    def remark(self, message: str) -> None:
        self.remarks.append(message)

    def add(self, row: int, line: str) -> None:
        if not self.lines:
            self.row = row
        self.lines += [""] * (row - self.row - len(self.lines)) + [line]
        opened, closed = line.rfind("{"), line.rfind("}")
        if opened != closed:
            self.inside = opened > closed

    def items(self) -> Iterator[Item]:
        """What the lines say. Ids, tags and remarks belong to the first question among them."""
        text = "\n".join(self.lines)
        if len(text) > PARAGRAPH_MAX:
            yield Broken(self.row, f"more than {PARAGRAPH_MAX} characters follow without a blank line.")
            return
        for position, item in enumerate(_parse(text, self.row) if text else ()):
            if isinstance(item, Entry) and position == 0:
                yield replace(
                    item, identity=self.identity, tags=tuple(self.tags), remarks=(*item.remarks, *self.remarks)
                )
            else:
                yield item


def _closes(lines: Sequence[str], start: int) -> bool:
    """Whether open answers go on after a blank line: in the next paragraph a `}` comes before any `{`."""
    begun = False
    for line in lines[start : start + 50]:
        bare = line.strip()
        if not bare:
            if begun:
                return False
            continue
        if bare.startswith("//"):
            continue
        begun = True
        opened, closed = line.find("{"), line.find("}")
        if closed >= 0:
            return opened < 0 or closed < opened
        if opened >= 0 or bare.startswith(("::", "$CATEGORY:")):
            return False
    return False


def _parse(text: str, row: int) -> Iterator[Item]:
    """One paragraph: one question, or several where a blank line was forgotten."""
    remarks: tuple[str, ...] = ()
    for _ in range(RUN_ON_MAX):
        lead = len(text) - len(text.lstrip())
        row += text.count("\n", 0, lead)
        text = text[lead:]
        body, title = _split_title(text)
        offset = text.count("\n") - body.count("\n")
        opened, closed = body.find("{"), body.find("}")
        if opened < 0 and closed < 0:
            stem = _rich(body, "moodle")
            yield Entry(row, "description", title, stem, remarks=remarks)
            return
        if opened < 0 or 0 <= closed < opened:
            yield Broken(row, "a } closes answers that no { opened. Write \\} where the sign itself is meant.")
            return
        if closed < 0:
            yield Broken(row, "the answers begin with { but no } closes them.")
            return
        if "{" in body[opened + 1 : closed]:
            yield Broken(row, "a { stands inside the answers. Write \\{ and \\} where the signs themselves are meant.")
            return
        tail = _without_comment(body[closed + 1 :])
        following = ""
        if "{" in tail or "}" in tail:
            tail, _, following = tail.partition("\n")
            if "{" in tail or "}" in tail:
                yield Broken(
                    row, "there are braces after the answers. Write \\{ and \\} where the signs themselves are meant."
                )
                if not following:
                    return
                tail = ""
                opened = -1
        if opened >= 0:
            answers_row = row + offset + body.count("\n", 0, opened)
            yield _entry(row, title, body[:opened], body[opened + 1 : closed], tail, answers_row, remarks)
        if not following:
            return
        row += text.count("\n") - following.count("\n")
        text = following
        remarks = ("No blank line stood before this question.",)
    yield Broken(row, f"more than {RUN_ON_MAX} questions follow without a blank line.")


def _split_title(text: str) -> tuple[str, str]:
    if text.startswith("::"):
        end = text.find("::", 2)
        if end > 0:
            return text[end + 2 :].lstrip(), " ".join(text[2:end].translate(UNMARK).split())
    return text, ""


def _without_comment(tail: str) -> str:
    """What follows the answers, less a comment on the same line."""
    line, newline, rest = tail.partition("\n")
    return newline + rest if line.strip().startswith("//") else tail


def _entry(
    row: int, title: str, before: str, answers: str, after: str, answers_row: int, remarks: tuple[str, ...]
) -> Item:
    if answers.count("=") + answers.count("~") > ANSWERS_MAX:
        return Broken(answers_row, f"it has more than {ANSWERS_MAX} answers.")
    embedded = bool(after.strip())
    stem = _rich(f"{before}_____{after}" if embedded else before, "moodle")
    start = answers.rfind("####")
    general = None
    if start >= 0:
        general = _rich(answers[start + 4 :], stem.format)
        answers = answers[:start]
    bare = answers.strip()
    kind: Kind
    choices: list[Choice] = []
    pairs: list[Pair] = []
    is_true = False
    if not bare:
        kind = "essay"
    elif bare.startswith("#"):
        kind = "numerical"
        choices = _choices(answers.replace("#", " ", 1), answers_row, stem.format, right=True)
    elif "~" in bare:
        kind = "choice"
        choices = _choices(answers, answers_row, stem.format, right=False)
    elif CLOZE.match(bare):
        return Broken(answers_row, "this is a Cloze question, which is not GIFT.")
    elif any("->" in body.partition("#")[0] for sign, body, _ in _segments(bare, 0) if sign):
        kind = "matching"
        pairs = _pairs(answers, answers_row, stem.format)
        if not pairs:
            return Broken(answers_row, "in a matching question every answer reads =left -> right.")
    elif bare.partition("#")[0].strip() in TRUE + FALSE:
        kind = "true_false"
        word, *feedback = (part.strip() for part in bare.split("#", 2))
        is_true = word in TRUE
        texts = [_rich(part, stem.format) if part else None for part in (*feedback, "", "")]
        choices = [
            Choice(answers_row, False, None, Rich("plain", ""), texts[0]),
            Choice(answers_row, True, None, Rich("plain", ""), texts[1]),
        ]
    else:
        kind = "short"
        choices = _choices(answers, answers_row, stem.format, right=True)
    return Entry(row, kind, title, stem, embedded, is_true, tuple(choices), tuple(pairs), general, remarks=remarks)


def _choices(answers: str, row: int, format: Format, *, right: bool) -> list[Choice]:
    """The answers at their `=` and `~`. `right`: what an answer without either sign is."""
    found = []
    for sign, body, at in _segments(answers, row):
        weight = WEIGHT.match(body)
        text, _, feedback = (body[weight.end() :] if weight else body).partition("#")
        found.append(
            Choice(
                row=at,
                right=sign == "=" or (not sign and right),
                weight=Decimal(weight[1].replace(" ", "")) if weight else None,
                text=_rich(text, format),
                feedback=_rich(feedback.lstrip("#"), format) if feedback.strip("# \t\n") else None,
            )
        )
    return found


def _pairs(answers: str, row: int, format: Format) -> list[Pair]:
    found = []
    for _, body, at in _segments(answers, row):
        left, arrow, right = body.partition("->")
        if not arrow:
            return []
        found.append(Pair(at, _rich(left, format), " ".join(right.partition("#")[0].translate(UNMARK).split())))
    return found


def _segments(answers: str, row: int) -> Iterator[tuple[str, str, int]]:
    starts = [match.start() for match in re.finditer("[=~]", answers)]
    first = starts[0] if starts else len(answers)
    if answers[:first].strip():
        yield "", answers[:first], row
    counted = 0
    for start, end in pairwise([*starts, len(answers)]):
        row += answers.count("\n", counted, start)
        counted = start
        yield answers[start], answers[start + 1 : end], row


def _rich(text: str, default: Format) -> Rich:
    """Resolves the format and the escapes. Newlines of the source are spaces in all but HTML and Markdown."""
    match = FORMAT.match(text)
    format = cast(Format, match[1]) if match else default
    if match:
        text = text[match.end() :]
    text = text.strip()
    if format in ("moodle", "plain"):
        text = " ".join(line.strip() for line in text.split("\n"))
    return Rich(format, text.translate(UNMARK).strip())
