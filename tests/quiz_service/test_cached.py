"""What is read through the cache: who may read is asked of the rows each time, and what is kept never changes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edkit.contracts.quizzes import CreateQuiz, DeleteQuiz, GetQuiz, ReplaceQuiz, RestoreQuiz
from edkit.errors import NotFound
from tests.quiz_service.conftest import MAI, OTHER, World, make_quiz, open_world


@pytest.fixture(params=["memory", "redis"])
async def school(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    url = "memory:" if request.param == "memory" else request.getfixturevalue("redis_url")
    async with open_world(tmp_path, cache_url=url) as made:
        await made.ask(CreateQuiz(quiz_id="q1", fields=make_quiz("Rivers")))
        yield made


async def kept_key(world: World) -> str:
    """The name under which the quiz is kept now."""
    quiz = await world.ask(GetQuiz(quiz_id="q1"))
    return f"quiz:q1:{quiz.version}:{round(quiz.updated_at.timestamp() * 1000)}"


async def test_the_second_read_comes_from_the_cache(school: World) -> None:
    read = await school.ask(GetQuiz(quiz_id="q1"))
    key = await kept_key(school)
    kept = await school.quizzes.cache.get(key)
    assert kept == read.model_dump_json().encode()
    await school.quizzes.cache.put(key, kept.replace(b"Rivers", b"Kept"), 10)
    assert (await school.ask(GetQuiz(quiz_id="q1"))).title == "Kept"
    await school.quizzes.cache.drop(key)
    assert (await school.ask(GetQuiz(quiz_id="q1"))).title == "Rivers"


async def test_a_new_version_is_read_at_once(school: World) -> None:
    for version in range(1, 4):
        assert (await school.ask(GetQuiz(quiz_id="q1"))).version == version
        await school.ask(ReplaceQuiz(quiz_id="q1", version=version, fields=make_quiz(f"Rivers {version}")))
        assert (await school.ask(GetQuiz(quiz_id="q1"))).title == f"Rivers {version}"


async def test_what_is_kept_opens_nothing_to_others_and_nothing_that_was_deleted(school: World) -> None:
    await school.ask(GetQuiz(quiz_id="q1"), MAI)
    with pytest.raises(NotFound):
        await school.ask(GetQuiz(quiz_id="q1"), OTHER)
    await school.ask(DeleteQuiz(quiz_id="q1"))
    with pytest.raises(NotFound):
        await school.ask(GetQuiz(quiz_id="q1"), MAI)
    await school.ask(RestoreQuiz(quiz_id="q1"))
    assert (await school.ask(GetQuiz(quiz_id="q1"), MAI)).title == "Rivers"
