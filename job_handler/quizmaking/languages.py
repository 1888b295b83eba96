"""Which language a text is in, and the few words of ours that a question needs. Pure."""

# ruff: noqa: SIM905 - a list of words reads better as words

from typing import NamedTuple

from job_handler.documents.shape import Document
from job_handler.quizmaking.words import WORD

SAMPLE = 40_000
_COMMON = {
    "en": "the of and to in is that was for with as are by from this which have not they be".split(),
    "vi": "và của là các những được cho trong không có một người này với để khi đã từ như trên".split(),
    "fr": "le la les des et est une dans que pour qui sur pas plus avec sont par au ce il".split(),
    "de": "der die und das ist nicht von zu den mit ein eine auf für sich dem auch als werden im".split(),
    "es": "el la los las que y en un una por con para es del se su al más como son".split(),
    "it": "il di che la e un una per non sono del della con gli nel alla si come più dei".split(),
    "pt": "o a os as que e do da em um uma para com não por dos no na é mais".split(),
    "nl": "de het een van en is dat niet op te zijn voor met aan er door ook als bij wordt".split(),
}


class Wording(NamedTuple):
    """What a question says around the words of the text."""

    described: str
    who: str
    called: str
    gap: str
    statement: str
    yes: str
    no: str
    number: str = ""
    either: str = ""
    which: str = ""
    """Empty: such a question is not asked in this language."""


WORDING = {
    "en": Wording(
        "Which term is described here?", "Who is described here?", "What is this called?", "What is missing?",
        "True or false?", "True", "False", "Which number is missing?",
        "Who or what is described here?", "Which description fits the term “{}”?",
    ),
    "vi": Wording(
        "Thuật ngữ nào được mô tả ở đây?", "Ai được mô tả ở đây?", "Điều này được gọi là gì?", "Từ nào còn thiếu?",
        "Đúng hay sai?", "Đúng", "Sai",
    ),
    "fr": Wording("", "", "", "Quel mot manque ?", "Vrai ou faux ?", "Vrai", "Faux"),
    "de": Wording("", "", "", "Was fehlt?", "Richtig oder falsch?", "Richtig", "Falsch"),
    "es": Wording("", "", "", "¿Qué falta?", "¿Verdadero o falso?", "Verdadero", "Falso"),
}  # fmt: skip


def language_of(document: Document) -> str | None:
    """The two letters of the language whose most common words are most common here; None when none are."""
    return language_of_text(document.text[:SAMPLE])


def language_of_text(text: str) -> str | None:
    """The same of some sentences."""
    words = [match[0] for match in WORD.finditer(text.casefold())]
    if not words:
        return None
    shares = {language: sum(word in common for word in words) / len(words) for language, common in _COMMON.items()}
    best = max(shares, key=lambda language: shares[language])
    return best if shares[best] > 0.06 else None


def wording(language: str | None) -> Wording:
    """Ours in that language; where we have none, in English."""
    return WORDING.get(language or "en", WORDING["en"])
