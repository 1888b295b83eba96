"""Statements that are true as the text says, or made false in the word that carries the claim. Pure but for `Terms`."""

import re
from collections.abc import Iterator

from edkit.chance import Chance
from edkit.contracts.drafts import Difficulty
from edkit.contracts.questions import Option, Question
from job_handler.quizmaking.asking import Reading, place_of, source_of, topic_of
from job_handler.quizmaking.numbers import claimed, wrong_numbers
from job_handler.quizmaking.opposites import opposites
from job_handler.quizmaking.said import Sentence
from job_handler.quizmaking.shape import SECONDS, Made
from job_handler.quizmaking.words import sets_a_scene

STATEMENT_MAX = 200
"""Letters of a statement: a longer one claims several things at once."""
_BEFORE_A_BARE_TERM = re.compile(
    r"(?:^|\b(?:of|in|and|or|by|with|from|to|for|on|as|between|through|during|called|that|than|like) )$"
)


def of_statement(
    term: str, sentence: Sentence, text: Reading, dice: Chance, difficulty: Difficulty, *, truth: bool, explains: bool
) -> Made | None:
    """The sentence, or one that is false by it. `explains`: it says what the term is, so that no other fits it."""
    said = sentence.plain
    if len(said) > STATEMENT_MAX or sets_a_scene(said):
        return None
    false = list(_false(term, sentence, text, dice, difficulty, explains=explains))
    if not false:
        return None
    shown = said if truth else false[0]
    options = (Option(text=text.words.yes, correct=truth), Option(text=text.words.no, correct=not truth))
    question = Question(
        type="true_false",
        text=f"{text.words.statement} “{shown}”",
        options=options,
        explanation=said,
        topic=topic_of(term, sentence, text),
        time_limit_s=SECONDS[difficulty],
    )
    return Made(question=question, source=source_of(sentence, text))


def _false(
    term: str, sentence: Sentence, text: Reading, dice: Chance, difficulty: Difficulty, *, explains: bool
) -> Iterator[str]:
    """What is false if the sentence is true; the surest first."""
    said = sentence.plain
    yield from (one for one in opposites(said) if not text.says(one))
    number = claimed(said)
    if number is not None:
        for other in wrong_numbers(number.of(said), number.sort, dice, said)[:1]:
            yield said[: number.start] + other + said[number.end :]
    span = place_of(term, said)
    if not explains or span is None:
        return
    before, after = said[: span[0]], said[span[1] :]
    wrong = text.terms.beside(
        said[span[0] : span[1]],
        said,
        before + " " + after,
        difficulty,
        listed=True,
        bare=_BEFORE_A_BARE_TERM.search(before) is not None,
        counted=before.casefold().endswith((" a ", " an ")) or before in ("A ", "An "),
        definite=before.casefold().endswith(("the ",)),
        explained=True,
    )
    for other in wrong[:2]:
        yield fitting_article(before, other) + (other if before else other[:1].upper() + other[1:]) + after


def fitting_article(before: str, other: str) -> str:
    """With `a` or `an`, as the next word wants it."""
    vowel = other[:1].casefold() in "aeiou"
    return re.sub(r"(?i)\b(a)n? $", lambda match: match[1] + ("n " if vowel else " "), before)
