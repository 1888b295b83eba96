"""Quizzes over the bus: what is stored comes back, and nobody reaches what is not theirs."""

import asyncio

import pytest

from edkit.contracts.common import PageQuery
from edkit.contracts.game_messages import GetQuizForGame
from edkit.contracts.quizzes import (
    CreateQuiz,
    DeleteQuiz,
    DuplicateQuiz,
    GetQuiz,
    ListQuizzes,
    Quiz,
    QuizFields,
    ReplaceQuiz,
    RestoreQuiz,
)
from edkit.errors import Conflict, Forbidden, Invalid, NotFound
from edkit.message import Request
from quiz_service.repository.quizzes import VERSIONS_KEPT
from quiz_service.sweep import sweep
from tests.quiz_service.conftest import MAI, OTHER, STUDENT, World, make_quiz

DAY = 24 * 3600


async def test_what_is_written_is_read_with_ids_everywhere(either_world: World) -> None:
    world = either_world
    made = await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz("Sông ngòi", tags=["geo"], language="vi")))
    read = await world.ask(GetQuiz(quiz_id="q1"))
    assert read == made
    assert (read.title, read.tags, read.version) == ("Sông ngòi", ("geo",), 1)
    ids = [read.questions[0].id, *(option.id for option in read.questions[0].options)]
    assert all(ids)
    assert len(set(ids)) == 3


async def test_the_same_id_twice_is_the_same_quiz(either_world: World) -> None:
    first = await either_world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz("One")))
    assert await either_world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz("Two"))) == first
    with pytest.raises(NotFound):
        await either_world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz("Mine")), OTHER)


async def test_students_write_no_quizzes(world: World) -> None:
    with pytest.raises(Forbidden) as refusal:
        await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()), STUDENT)
    assert refusal.value.code == "teachers_only"


@pytest.mark.parametrize(
    "request_",
    [
        GetQuiz(quiz_id="q1"),
        ReplaceQuiz(quiz_id="q1", version=1, fields=QuizFields(title="Mine now")),
        DeleteQuiz(quiz_id="q1"),
        RestoreQuiz(quiz_id="q1"),
        DuplicateQuiz(quiz_id="q1", new_quiz_id="q2"),
    ],
    ids=lambda request: type(request).__name__,
)
async def test_somebody_else_s_quiz_is_not_there(world: World, request_: Request[Quiz]) -> None:
    await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    with pytest.raises(NotFound):
        await world.ask(request_, OTHER)
    assert (await world.ask(GetQuiz(quiz_id="q1"))).title == "Rivers"


async def test_a_stale_writer_is_told_what_changed(either_world: World) -> None:
    world = either_world
    first = await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    question = first.questions[0].model_copy(update={"text": "Which river is longer?"})
    fields = QuizFields(title="Long rivers", questions=(question,))
    second = await world.ask(ReplaceQuiz(quiz_id="q1", version=1, fields=fields))
    assert second.version == 2
    with pytest.raises(Conflict) as refusal:
        await world.ask(ReplaceQuiz(quiz_id="q1", version=1, fields=make_quiz("Late")))
    assert refusal.value.code == "stale_version"
    assert refusal.value.extra == {"version": 2, "changed": ["title", "questions.0"]}
    assert await world.ask(GetQuiz(quiz_id="q1")) == second


async def test_two_writers_at_once_one_wins(either_world: World) -> None:
    world = either_world
    await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    writes = [world.ask(ReplaceQuiz(quiz_id="q1", version=1, fields=make_quiz(f"W{n}"))) for n in range(6)]
    ends = await asyncio.gather(*writes, return_exceptions=True)
    won = [end for end in ends if isinstance(end, Quiz)]
    assert len(won) == 1
    assert all(isinstance(end, Conflict) for end in ends if end not in won)
    assert (await world.ask(GetQuiz(quiz_id="q1"))).title == won[0].title


async def test_old_versions_are_let_go(world: World) -> None:
    await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    for version in range(1, VERSIONS_KEPT + 5):
        await world.ask(ReplaceQuiz(quiz_id="q1", version=version, fields=make_quiz(f"V{version}")))
    with pytest.raises(Conflict) as refusal:
        await world.ask(ReplaceQuiz(quiz_id="q1", version=1, fields=make_quiz("Late")))
    assert refusal.value.extra["changed"] is None
    with pytest.raises(Conflict) as refusal:
        await world.ask(ReplaceQuiz(quiz_id="q1", version=VERSIONS_KEPT, fields=make_quiz("Late")))
    assert "title" in refusal.value.extra["changed"]


async def test_an_unsound_quiz_names_its_fields_and_changes_nothing(world: World) -> None:
    made = await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    broken = QuizFields.model_validate({"title": "T", "questions": [{"type": "typed", "text": "?"}]})
    with pytest.raises(Invalid) as refusal:
        await world.ask(ReplaceQuiz(quiz_id="q1", version=1, fields=broken))
    assert [error.field for error in refusal.value.errors] == ["questions.0.accepted"]
    assert await world.ask(GetQuiz(quiz_id="q1")) == made


async def test_search_minds_neither_case_nor_accents_nor_order(either_world: World) -> None:
    world = either_world
    for number, title in enumerate(["Điện học", "Điện từ 100% chắc", "Plants_and light", "Plants without"]):
        await world.ask(CreateQuiz(quiz_id=f"q{number}", fields=make_quiz(title, tags=[f"Class {number}"])))
        await world.clock.advance(1)

    async def found(query: str) -> list[str]:
        page = await world.ask(ListQuizzes(query=PageQuery(q=query)))
        return [item.title for item in page.items]

    assert await found("dien") == ["Điện từ 100% chắc", "Điện học"]
    assert await found("HOC điện") == ["Điện học"]
    assert await found("100%") == ["Điện từ 100% chắc"]
    assert await found("s_a") == ["Plants_and light"]
    assert await found("class 3 nile") == ["Plants without"]
    assert await found("nothing") == []


async def test_pages_follow_each_other_without_holes_or_doubles(either_world: World) -> None:
    world = either_world
    for number in range(7):
        await world.ask(CreateQuiz(quiz_id=f"q{number}", fields=make_quiz(f"Quiz {number}")))
        if number % 2:
            await world.clock.advance(1)
    await world.ask(CreateQuiz(quiz_id="other", fields=make_quiz("Other's")), OTHER)
    seen: list[str] = []
    cursor: str | None = None
    while not seen or cursor:
        page = await world.ask(ListQuizzes(query=PageQuery(limit=3, cursor=cursor)))
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
    assert seen == ["q6", "q5", "q4", "q3", "q2", "q1", "q0"]
    with pytest.raises(Invalid):
        await world.ask(ListQuizzes(query=PageQuery(cursor="nonsense")))


async def test_a_deletion_can_be_taken_back_for_thirty_days(either_world: World) -> None:
    world = either_world
    made = await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    await world.ask(DeleteQuiz(quiz_id="q1"))
    with pytest.raises(NotFound):
        await world.ask(GetQuiz(quiz_id="q1"))
    with pytest.raises(NotFound):
        await world.ask(DeleteQuiz(quiz_id="q1"))
    assert (await world.ask(ListQuizzes(query=PageQuery()))).items == ()
    await world.clock.advance(29 * DAY)
    await sweep(world.quizzes)
    assert await world.ask(RestoreQuiz(quiz_id="q1")) == made
    await world.ask(DeleteQuiz(quiz_id="q1"))
    await world.clock.advance(31 * DAY)
    with pytest.raises(NotFound):
        await world.ask(RestoreQuiz(quiz_id="q1"))
    await sweep(world.quizzes)
    fresh = await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz("Anew")))
    assert fresh.version == 1


async def test_a_copy_stands_on_its_own(world: World) -> None:
    source = await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz("T" * 200)))
    copy = await world.ask(DuplicateQuiz(quiz_id="q1", new_quiz_id="q2"))
    assert copy.title == "T" * 190 + " (copy)"
    assert copy.questions[0].text == source.questions[0].text
    assert copy.questions[0].id != source.questions[0].id
    assert await world.ask(DuplicateQuiz(quiz_id="q1", new_quiz_id="q2")) == copy


async def test_only_the_game_server_takes_a_quiz_into_a_game_and_only_for_its_owner(world: World) -> None:
    made = await world.ask(CreateQuiz(quiz_id="q1", fields=make_quiz()))
    await world.ask(CreateQuiz(quiz_id="empty", fields=QuizFields(title="Nothing yet")))
    assert await world.games.bus.call(GetQuizForGame(quiz_id="q1"), actor=MAI) == made
    with pytest.raises(NotFound):
        await world.games.bus.call(GetQuizForGame(quiz_id="q1"), actor=OTHER)
    with pytest.raises(Conflict, match="no questions"):
        await world.games.bus.call(GetQuizForGame(quiz_id="empty"), actor=MAI)
    with pytest.raises(Forbidden):
        await world.ask(GetQuizForGame(quiz_id="q1"))
