"""What differs between two versions of a quiz, for a writer who comes too late. Pure."""

from edkit.contracts.quizzes import QuizFields


def changed_fields(before: QuizFields, after: QuizFields) -> list[str]:
    """Paths of what differs: `title`, `questions.3` (its place now), `questions` when one came, went or moved."""
    changed = [
        name for name in ("title", "description", "language", "tags") if getattr(before, name) != getattr(after, name)
    ]
    known = {question.id: question for question in before.questions}
    if [question.id for question in before.questions] != [question.id for question in after.questions]:
        changed.append("questions")
    changed += [
        f"questions.{index}"
        for index, question in enumerate(after.questions)
        if question.id in known and known[question.id] != question
    ]
    return changed
