"""Another question in the place of one: it comes once, and never over what the teacher decided meanwhile."""

import asyncio

import pytest

from edkit.contracts.drafts import AcceptDraft
from edkit.contracts.jobs import GetQuizIntent
from edkit.contracts.quizzes import GetQuiz
from edkit.errors import Conflict, TooMany
from quiz_service.repository.draft_jobs import AT_ONCE
from tests.quiz_service.conftest import World
from tests.quiz_service.drafting import (
    TEXT,
    begin,
    decide,
    ended,
    look,
    make_item,
    make_question,
    ready,
    regenerating,
    save,
    source,
    until,
)


async def test_another_question_comes_in_the_place_of_one(either_world: World) -> None:
    world = either_world
    await ready(world)
    before = await decide(world, "b", 2, state="dropped")
    begun = await asyncio.gather(*(world.ask(regenerating("b")) for _ in range(3)))
    assert {(one.job_id, one.draft_id) for one in begun} == {("quiz-r", "d")}
    waiting = (await look(world)).items[1]
    assert (waiting.job_id, waiting.state) == ("quiz-r", "proposed")
    with pytest.raises(Conflict) as refusal:
        await world.ask(regenerating("b", job_id="quiz-other"))
    assert refusal.value.code == "under_way"
    intent = await world.ask(GetQuizIntent(job_id="quiz-r"))
    assert (intent.kind, intent.title) == ("regenerate_question", "Another question for Rivers")
    given = await source(world, "quiz-r")
    assert given.instead_of is not None
    assert (given.instead_of.question, given.wish.text) == (before.items[1].question, TEXT)
    assert given.taken == tuple(item.question for item in before.items)
    await save(world, "quiz-r", make_item("new"), title="Not this one")
    await save(world, "quiz-r", make_item("newer"))
    after = await look(world)
    assert after.title == "Rivers"
    assert [item.question.text[:3] for item in after.items] == ["a: ", "new", "c: "]
    assert (after.items[1].id, after.items[1].job_id, after.items[1].state) == ("b", None, "proposed")
    assert (after.items[0], after.items[2]) == (before.items[0], before.items[2])
    await until(lambda: _told(world, 2))
    assert world.tasks[1].arguments == {"draft_id": "d", "item_id": "b"}


async def _told(world: World, count: int) -> bool:
    return len(world.tasks) >= count


@pytest.mark.parametrize("decision", ["kept", "dropped", "edited"])
async def test_what_the_teacher_decided_meanwhile_stays(world: World, decision: str) -> None:
    await ready(world)
    await world.ask(regenerating("a"))
    what = {"question": make_question("Mine?")} if decision == "edited" else {"state": decision}
    decided = await decide(world, "a", 3, **what)
    assert decided.items[0].job_id is None
    with pytest.raises(Conflict) as refusal:
        await source(world, "quiz-r")
    assert refusal.value.code == "decided"
    with pytest.raises(Conflict, match="left as it is"):
        await save(world, "quiz-r", make_item("new"))
    assert await look(world) == decided


async def test_a_failure_leaves_the_question_and_a_later_try_may_bring_another(either_world: World) -> None:
    world = either_world
    await ready(world)
    await decide(world, "a", 2, question=make_question("Mine?"))
    await world.ask(regenerating("a"))
    await world.jobs.bus.publish(ended("quiz-r", "failed", 4, "No answer came."))
    await until(lambda: _free(world))
    failed = await look(world)
    assert (failed.status, failed.remarks, failed.items[0].edited) == ("ready", (), True)
    assert failed.items[0].question.text == "Mine?"
    await save(world, "quiz-r", make_item("new"))
    item = (await look(world)).items[0]
    assert (item.question.text[:3], item.edited) == ("new", False)


async def _free(world: World) -> bool:
    return (await look(world)).items[0].job_id is None


async def test_two_that_race_for_one_place_bring_one_question(either_world: World) -> None:
    world = either_world
    await ready(world)
    await world.ask(regenerating("a"))
    await world.jobs.bus.publish(ended("quiz-r", "cancelled", 4))
    await until(lambda: _free(world))
    await world.ask(regenerating("a", job_id="quiz-s"))
    ends = await asyncio.gather(
        save(world, "quiz-r", make_item("r")), save(world, "quiz-s", make_item("s")), return_exceptions=True
    )
    (refusal,) = [end for end in ends if isinstance(end, BaseException)]
    assert isinstance(refusal, Conflict)
    won = "rs"[[isinstance(end, BaseException) for end in ends].index(False)]
    assert (await look(world)).items[0].question.text.startswith(f"{won}: ")


async def test_single_questions_have_their_own_count(world: World) -> None:
    await ready(world, count=AT_ONCE + 1)
    for place, item_id in enumerate("abcde"):
        await world.ask(regenerating(item_id, job_id=f"quiz-r{place}"))
    with pytest.raises(TooMany) as refusal:
        await world.ask(regenerating("f", job_id="quiz-r9"))
    assert refusal.value.code == "jobs_under_way"
    assert (await look(world)).items[5].job_id is None
    await begin(world, "whole")


async def test_accepting_and_what_a_job_brings_at_the_same_moment_agree(either_world: World) -> None:
    """The quiz holds what the draft holds, whoever came first, and nothing is changed afterwards."""
    world = either_world
    for number in range(4):
        name = f"d{number}"
        await ready(world, name, count=2)
        await world.ask(regenerating("a", name, f"quiz-r{number}"))
        brings = save(world, f"quiz-r{number}", make_item("new"))
        accepts = world.ask(AcceptDraft(draft_id=name, quiz_id=f"q{number}", rest=True))
        both = (brings, accepts) if number % 2 else (accepts, brings)
        ends = await asyncio.gather(*both, return_exceptions=True)
        refused = [end for end in ends if isinstance(end, BaseException)]
        assert all(isinstance(end, Conflict) and end.code == "draft_accepted" for end in refused)
        draft, quiz = await look(world, name), await world.ask(GetQuiz(quiz_id=f"q{number}"))
        assert tuple(item.question for item in draft.items) == quiz.questions
        assert quiz.questions[0].text.startswith("a: ") is bool(refused)
        with pytest.raises(Conflict):
            await world.ask(regenerating("a", name, f"quiz-s{number}"))
