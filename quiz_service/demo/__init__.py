"""Six quizzes of our own writing for the demo school, as files of our own JSON format."""

from pathlib import Path

from edkit.contracts.demo import DEMO_TEACHER_ID
from edkit.contracts.quizzes import CreateQuiz, QuizFields
from edkit.errors import NotFound
from edkit.message import Actor
from edkit.runner import LocalCalls
from edkit.service import Runtime
from quiz_service.importing.own_json import read_own_json

HOME = Path(__file__).parent
NAMES = ("photosynthesis", "fractions", "vietnam", "water-cycle", "everyday-english", "networks")


async def seed_demo(runtime: Runtime) -> None:
    """Give the demo teacher the quizzes, where the settings ask for a demo.

    Done at every start, effective once: what is there is left as it is, and what was deleted is not brought back while
    it could still be restored.
    """
    if not runtime.settings.demo:
        return
    local, teacher = LocalCalls(runtime), Actor(id=DEMO_TEACHER_ID, role="teacher")
    for name, fields in demo_quizzes().items():
        try:
            await local.call(CreateQuiz(quiz_id=f"demo-{name}", fields=fields), actor=teacher)
        except NotFound:
            continue  # deleted by the teacher


def demo_quizzes() -> dict[str, QuizFields]:
    """The quizzes by name. Raises ValueError if a file is not flawless."""
    quizzes = {}
    for name in NAMES:
        parsed = read_own_json((HOME / f"{name}.json").read_bytes(), name)
        if parsed.warnings:
            raise ValueError(f"{name}.json: {parsed.warnings}")
        quizzes[name] = QuizFields(
            title=parsed.title,
            description=parsed.description,
            language=parsed.language,
            tags=parsed.tags,
            questions=parsed.questions,
        )
    return quizzes
