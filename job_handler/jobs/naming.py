"""What a quiz is called when nobody has said: a few words that tell what its text is about. Pure."""

import re
from collections import Counter

from job_handler.quizmaking.words import STOP, WORD

LONGEST = 60
"""Of what stands as a title, in characters: it has to fit on one line of a phone's list."""
SAMPLE = 20_000
SUBJECT_WORDS_MAX = 4
OFTEN = 3
"""How often a word has to come before a text can be said to be about it."""
TELLING = 5
"""Letters of the shortest word that tells something by itself."""
_END = re.compile(r"(?<=[.!?…])\s")
_ARTICLE = re.compile(r"(?i)^(?:the|an?|der|die|das|eine?|les?|la|une?|el|los|las|o|a|os|as|il|lo|de|het)\s+(?=\S)")
_SUBJECT = re.compile(r"^([^.,;:!?()]+?)\s+(?:is|are|was|were|ist|sind|war|est|sont|es|son|é|são|è|sono|là)\s")


def short_title(text: str, language: str | None) -> str:
    """The text's own heading; else what its first sentence explains; else its most frequent words; else how it
    begins. Empty for a text without a word."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(line) <= LONGEST and not line.endswith((".", "!", "?", "…", ":", ";", ",")):
        return line
    sentence = _END.split(line, maxsplit=1)[0]
    return _explained(sentence) or (_frequent(text) if language == "en" else "") or _beginning(sentence)


def _explained(sentence: str) -> str:
    found = _SUBJECT.match(sentence)
    if found is None:
        return ""
    subject = _ARTICLE.sub("", found[1])
    words = subject.split()
    told = len(words) <= SUBJECT_WORDS_MAX and not any(word.casefold() in STOP - {"of"} for word in words)
    return _upper(subject) if told and len(subject) <= LONGEST else ""


def _frequent(text: str) -> str:
    words = (word.casefold() for word in WORD.findall(text[:SAMPLE]))
    counted = Counter(word for word in words if len(word) >= TELLING and word not in STOP and not word[0].isdigit())
    return _upper(", ".join(word for word, times in counted.most_common(2) if times >= OFTEN))


def _beginning(sentence: str) -> str:
    if len(sentence) <= LONGEST:
        return sentence.rstrip(".,:; ")
    kept = sentence[:LONGEST].rsplit(" ", 1)[0] if " " in sentence[:LONGEST] else sentence[: LONGEST - 1]
    return f"{kept.rstrip('.,:; ')}…"


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
