"""What every reader gives back, and the notebook it fills on the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from edkit.contracts.questions import Question
from edkit.contracts.quizzes import ImportWarning
from quiz_service import rules

QUESTIONS_MAX = 200
OPTIONS_MAX = 10
WARNINGS_MAX = 500  # a hostile file must not make an answer of megabytes
TEXT_MAX = 2000
OPTION_MAX = 500
TOPIC_MAX = 100


@dataclass(frozen=True)
class Parsed:
    """What a file held. `questions` all pass the rules; `warnings` are sorted by row and name all that was lost."""

    title: str
    questions: tuple[Question, ...]
    warnings: tuple[ImportWarning, ...]
    description: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()


class Unreadable(Exception):
    """The file as a whole cannot be read. Says why, and at which row."""

    def __init__(self, message: str, row: int = 1) -> None:
        super().__init__(message)
        self.message, self.row = message, row


@dataclass
class Notebook:
    """Collects questions and warnings in the order of the file."""

    questions: list[Question] = field(default_factory=list)
    warnings: list[ImportWarning] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    description: str = ""
    language: str | None = None
    _counted: dict[str, tuple[int, int]] = field(default_factory=dict)
    _beyond: tuple[int, int] = (0, 0)

    def warn(self, row: int, message: str) -> None:
        """Record what was changed or lost at this row."""
        self.warnings.append(ImportWarning(row=max(row, 1), message=message))

    def skip(self, row: int, message: str) -> None:
        """Record that the question at this row was left out."""
        self.warn(row, f"Left out: {message}")

    def count(self, row: int, message: str) -> None:
        """Record something harmless that may happen on every row: it becomes one warning, at the first such row."""
        first, times = self._counted.get(message, (row, 0))
        self._counted[message] = (first, times + 1)

    def tag(self, tags: Iterable[str]) -> None:
        """Add tags of the quiz, each once, as many as a quiz may have."""
        for tag in tags:
            short = " ".join(tag.split())[:40].strip()
            if short and short not in self.tags and len(self.tags) < 20:
                self.tags.append(short)

    @property
    def is_full(self) -> bool:
        """Whether the quiz has all the questions it may have; the rest need only be passed over."""
        return len(self.questions) >= QUESTIONS_MAX

    def pass_over(self, row: int) -> None:
        """Count a question for which there is no room any more."""
        self._beyond = (self._beyond[0] or row, self._beyond[1] + 1)

    def add(
        self,
        row: int,
        type_: str,
        text: str,
        *,
        options: Sequence[tuple[str, bool]] = (),
        accepted: Sequence[str] = (),
        explanation: str = "",
        topic: str = "",
        **rest: Any,
    ) -> None:
        """Take one question, shortened where it is too long, or record at its row why it cannot be taken."""
        options = self._few(row, _distinct(self, row, options), type_)
        values = {
            "type": type_,
            "text": self._short(row, "question", text, TEXT_MAX),
            "options": [
                {"text": self._short(row, "option", option, OPTION_MAX), "correct": correct}
                for option, correct in options
            ],
            "accepted": [self._short(row, "answer", answer, OPTION_MAX) for answer in accepted][:50],
            "explanation": self._short(row, "explanation", explanation, TEXT_MAX) or None,
            "topic": topic[:TOPIC_MAX].strip() or None,
            **rest,
        }
        self.offer(row, values)

    def offer(self, row: int, values: dict[str, Any]) -> None:
        """Take the question that these values make if it is sound and there is room, or record why not."""
        try:
            question = Question.model_validate(values)
        except ValidationError as error:
            self.skip(row, "; ".join(_said(detail) for detail in error.errors()[:5]))
            return
        wrong = [f"{problem.message}" for problem in rules.problems(question, "question")]
        if wrong:
            self.skip(row, " ".join(wrong[:5]))
        elif self.is_full:
            self.pass_over(row)
        else:
            self.questions.append(question)

    def parsed(self, title: str) -> Parsed:
        """The finished account."""
        if self._beyond[1]:
            self.skip(self._beyond[0], f"a quiz holds {QUESTIONS_MAX} questions; {self._beyond[1]} more begin here.")
        for message, (row, times) in self._counted.items():
            self.warn(row, message if times == 1 else f"{message} ({times} times, first here)")
        warnings = sorted(self.warnings, key=lambda warning: warning.row)
        if len(warnings) > WARNINGS_MAX:
            left = len(warnings) - WARNINGS_MAX
            warnings = warnings[:WARNINGS_MAX]
            warnings.append(ImportWarning(row=warnings[-1].row, message=f"{left} more warnings are not listed."))
        return Parsed(
            title=" ".join(title.split())[:200].strip() or "Imported quiz",
            questions=tuple(self.questions),
            warnings=tuple(warnings),
            description=self.description,
            language=self.language,
            tags=tuple(self.tags),
        )

    def _short(self, row: int, what: str, text: str, limit: int) -> str:
        text = text.strip()
        if len(text) <= limit:
            return text
        self.warn(row, f"The {what} was longer than {limit} characters and was cut.")
        return text[: limit - 1].rstrip() + "…"

    def _few(self, row: int, options: list[tuple[str, bool]], type_: str) -> list[tuple[str, bool]]:
        excess = len(options) - OPTIONS_MAX
        if excess <= 0:
            return options
        wrong = [index for index, (_, correct) in enumerate(options) if not correct]
        dropped = set(wrong[-excess:] if len(wrong) >= excess else range(OPTIONS_MAX, len(options)))
        self.warn(row, f"A question holds {OPTIONS_MAX} options; the last {excess} wrong ones were left out.")
        return [option for index, option in enumerate(options) if index not in dropped]


def _distinct(notes: Notebook, row: int, options: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Each text once; correct if any of its doubles was."""
    kept: dict[str, bool] = {}
    for text, correct in options:
        text = text.strip()
        if text in kept:
            notes.warn(row, f"The option “{text[:60]}” stood there twice and was taken once.")
        kept[text] = kept.get(text, False) or correct
    return list(kept.items())


def _said(detail: Any) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    return f"{where}: {detail['msg']}" if where else str(detail["msg"])
