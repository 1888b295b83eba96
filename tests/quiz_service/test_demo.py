"""The demo school's quizzes: flawless, of all ten types, there once."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import get_args

from edkit.contracts.common import PageQuery
from edkit.contracts.demo import DEMO_TEACHER_ID
from edkit.contracts.questions import SCORED, QuestionType
from edkit.contracts.quizzes import DeleteQuiz, ListQuizzes, ReplaceQuiz
from edkit.message import Actor
from quiz_service import rules
from quiz_service.demo import demo_quizzes, seed_demo
from tests.quiz_service.conftest import World, make_quiz, open_world

MAI_TRAN = Actor(id=DEMO_TEACHER_ID, role="teacher")


def test_the_demo_quizzes_are_sound_and_cover_every_type() -> None:
    quizzes = demo_quizzes()
    assert len(quizzes) == 6
    for quiz in quizzes.values():
        rules.check_questions(quiz.questions)
        assert 8 <= len(quiz.questions) <= 10
        assert all(question.topic for question in quiz.questions)
        assert all(question.explanation for question in quiz.questions if question.type in SCORED)
        assert quiz.description
        assert quiz.language
    types = {question.type for quiz in quizzes.values() for question in quiz.questions}
    assert types == set(get_args(QuestionType))
    assert {"within", "proximity"} == {q.number.scoring for z in quizzes.values() for q in z.questions if q.number}


async def titles(world: World) -> list[str]:
    page = await world.ask(ListQuizzes(query=PageQuery()), MAI_TRAN)
    return sorted(item.title for item in page.items)


async def test_a_first_start_seeds_and_later_ones_change_nothing(tmp_path: Path) -> None:
    async with open_world(tmp_path, demo=True) as world:
        first = await titles(world)
        assert len(first) == 6
        await world.ask(DeleteQuiz(quiz_id="demo-fractions"), MAI_TRAN)
        await world.ask(ReplaceQuiz(quiz_id="demo-networks", version=1, fields=make_quiz("Mine")), MAI_TRAN)
        await seed_demo(world.quizzes)
        second = await titles(world)
        assert len(second) == 5
        assert "Mine" in second


async def test_services_that_start_at_the_same_moment_seed_one_set_of_quizzes(
    tmp_path: Path, database_url: str
) -> None:
    async with open_world(tmp_path, database_url=database_url) as world:
        settings = world.quizzes.settings.model_copy(update={"demo": True})
        shown = replace(world.quizzes, settings=settings)
        await asyncio.gather(*(seed_demo(shown) for _ in range(3)))
        assert len(await titles(world)) == 6


async def test_without_demo_there_is_nothing(tmp_path: Path) -> None:
    async with open_world(tmp_path, demo=False) as world:
        assert await titles(world) == []
