"""The sentences of a text: which can be asked about by themselves, and how they read without references. Pure."""

import re
from dataclasses import dataclass

from job_handler.documents.sentences import sentences
from job_handler.documents.shape import Document, Paragraph
from job_handler.quizmaking.words import stands_alone

SENTENCE_MIN, SENTENCE_MAX = 40, 300
LONGEST = 2_000
"""What goes on longer is no sentence."""
_CITED = re.compile(
    r" ?\((?:[^()]*\b(?:\d{4}[a-z]?|n\.d\.)(?:[,;][^()]*)?|(?i:see|refer to|figure|fig\.|table|chapter|section|photo|"
    r"image|credit)[^()]*|"
    r"[\s,;&.]*)\)|(?<=[\w.,”]) ?\[(?:\d+[,–\- ]*)+\]"
)
"""Where something was published or shown, and what is left of such a reference when its link was taken out."""
_YEARS = re.compile(r"^ ?\((?:b\. |born |c\. )?\d{3,4}(?:[–-](?:\d{2,4}|present))?\)$")
"""When somebody lived is no reference."""
_TORN = re.compile(
    r"(?i)\b(?:in|see|as|by|from|of|with|and|the|a|an) ?[,.;:)]|\( ?[,;]| ,|\ba as\b|\bas shows\b|\( ?\)|^shows\b|"
    r"\b(?:in|see|from) (?:and|shows?|for example)\b|\.\.\.|…"
)
"""A hole where a reference was."""


_LINK = re.compile(
    r"^(?:(?:Thus|Therefore|Hence|However|Moreover|Furthermore|In addition|Additionally|In contrast|By contrast|"
    r"Similarly|Likewise|Conversely|Finally|On the other hand|In other words|In fact|Indeed|Interestingly|Surprisingly|"
    r"Not surprisingly|Unfortunately|Fortunately|Nevertheless|Nonetheless|Also|Specifically|In particular|Typically|"
    r"In the meantime|Historically|Importantly|Obviously|Generally|In general|Basically|Essentially|"
    r"Simply put|Tuy nhiên|Do đó|Vì vậy|Ngoài ra|Như vậy),|(?:Thus|Therefore|Recall that|Remember that|Note that),?) "
)
_ALOUD = re.compile(r", (?:however|therefore|for example|for instance|thus|moreover|though|of course),")
"""What links a sentence to the one before from within, with its commas."""
_CUT = re.compile(r"\b[A-Z]\.[A-Z]\.$")
"""The stop of an abbreviation, such as U.S., seldom ends a sentence."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a document. `text` is [start, end) of it; `plain` is the same without references."""

    text: str
    plain: str
    start: int
    end: int
    paragraph: Paragraph
    place: int


def every_sentence(document: Document) -> list[Sentence]:
    """All of them, in their order; `place` is the number of the paragraph."""
    found = []
    for place, paragraph in enumerate(document.paragraphs):
        text = document.of(paragraph)
        for start, end in sentences(text):
            if end - start > LONGEST:
                continue
            said = text[start:end]
            at = paragraph.start
            found.append(Sentence(said, plain_of(said), at + start, at + end, paragraph, place))
    return found


def plain_of(said: str) -> str:
    """The sentence without references and without the word that links it to the one before, in single spaces."""
    without = _CITED.sub(lambda cited: cited[0] if _YEARS.match(cited[0]) else "", said)
    spaced = re.sub(r"\s+", " ", without).replace(" .", ".").replace(" ,", ",").strip()
    spaced = _ALOUD.sub("", spaced)
    spaced = re.sub(r"^([^,]*) also (?=[a-z])(?!known|called|referred|termed|spelled)", r"\1 ", spaced)
    linked = _LINK.match(spaced)
    return spaced if linked is None else spaced[linked.end() :][:1].upper() + spaced[linked.end() + 1 :]


def can_be_asked(sentence: Sentence) -> bool:
    """Whether it is a whole statement that points at nothing outside itself."""
    return whole(sentence) and stands_alone(sentence.plain)


def whole(sentence: Sentence) -> bool:
    """Whether it is a whole statement of bearable length."""
    said = sentence.plain
    return (
        SENTENCE_MIN <= len(said) <= SENTENCE_MAX
        and said[-1:] in ".!"
        and (said[:1].isupper() or said[:1].isdigit())
        and not _TORN.search(said)
        and not _CUT.search(said)
        and balanced(said)
    )


def balanced(said: str) -> bool:
    """Whether every bracket and quotation mark that is opened is closed."""
    pairs = (("(", ")"), ("“", "”"))
    return all(said.count(left) == said.count(right) for left, right in pairs) and said.count('"') % 2 == 0
