"""Quizzes that a job makes: asked for once, counted exactly, stored once, and ended as the job ended."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from edkit.contracts.common import PageQuery
from edkit.contracts.drafts import (
    AcceptDraft,
    ChangeItem,
    DeleteDraft,
    Generating,
    GetWishSource,
    ListDrafts,
    QuizWish,
    SaveGeneratedQuiz,
)
from edkit.contracts.files import DeleteFile
from edkit.contracts.jobs import GetQuizIntent
from edkit.errors import AppError, Forbidden, Invalid, NotFound, TooMany
from edkit.message import SYSTEM
from edkit.runner import Runner
from quiz_service.proposals import title_of
from quiz_service.repository.draft_jobs import AT_ONCE
from quiz_service.repository.drafts import OPENING
from tests.quiz_service.conftest import MAI, OTHER, STUDENT, World, open_world
from tests.quiz_service.drafting import (
    TEXT,
    asking,
    begin,
    ended,
    look,
    make_item,
    ready,
    regenerating,
    save,
    source,
    until,
)

NAMED = "Quiz from “The Nile is the longest river of…”"
MIDNIGHT_MS = 16 * 3_600_000
"""From the time at which a test's clock begins."""


async def test_the_intent_the_draft_and_the_task_are_there_once_it_is_answered(either_world: World) -> None:
    world = either_world
    assert await begin(world, count=4) == Generating(job_id="quiz-d", draft_id="d")
    draft = await look(world)
    assert (draft.status, draft.version, draft.items, draft.wish.count) == ("generating", 1, (), 4)
    intent = await world.ask(GetQuizIntent(job_id="quiz-d"))
    assert (intent.kind, intent.status, intent.title) == ("generate_quiz", "pending", NAMED)
    await until(lambda: _told(world, 1))
    task = world.tasks[0]
    assert (task.job_id, task.job_kind, task.owner, task.title) == ("quiz-d", "generate_quiz", "mai", intent.title)
    assert task.arguments == {"draft_id": "d"}


async def _told(world: World, count: int) -> bool:
    return len(world.tasks) >= count


async def test_the_same_ids_again_are_the_same_job(either_world: World) -> None:
    """Also at the same moment: one draft, one task, counted once."""
    world = either_world
    answers = await asyncio.gather(*(begin(world) for _ in range(5)))
    assert set(answers) == {Generating(job_id="quiz-d", draft_id="d")}
    for number in range(AT_ONCE - 1):
        await begin(world, f"more{number}")
    await until(lambda: _told(world, AT_ONCE))
    assert sorted(task.job_id for task in world.tasks) == sorted({task.job_id for task in world.tasks})
    with pytest.raises(TooMany):
        await begin(world, "last")


@pytest.mark.parametrize("names", [("quiz-d", "other"), ("quiz-other", "d")])
async def test_ids_that_stand_for_something_else_are_refused(world: World, names: tuple[str, str]) -> None:
    await begin(world)
    job_id, draft_id = names
    for actor in (MAI, OTHER):
        with pytest.raises(NotFound):
            await world.ask(asking().model_copy(update={"job_id": job_id, "draft_id": draft_id}), actor)
    assert (await look(world)).job_id == "quiz-d"


async def test_students_have_no_quizzes_made(world: World) -> None:
    with pytest.raises(Forbidden) as refusal:
        await begin(world, actor=STUDENT)
    assert refusal.value.code == "teachers_only"


async def test_a_file_of_somebody_else_is_named_and_nothing_is_begun(world: World) -> None:
    mine = await world.upload(b"The Nile.", "nile.txt")
    theirs = await world.upload(b"The Congo.", "congo.txt", OTHER)
    with pytest.raises(NotFound) as refusal:
        await begin(world, file_ids=(mine.file_id, theirs.file_id))
    assert [error.field for error in refusal.value.errors] == ["file_ids.1"]
    with pytest.raises(NotFound) as refusal:
        await begin(world, document_ids=("doc",))
    assert [error.field for error in refusal.value.errors] == ["document_ids.0"]
    assert (await world.ask(ListDrafts(query=PageQuery()))).items == ()
    with pytest.raises(NotFound):
        await world.ask(GetQuizIntent(job_id="quiz-d"))


async def test_a_job_is_called_by_what_it_is_made_of(world: World) -> None:
    files = [await world.upload(name.encode(), name) for name in ("plants.pdf", "trees.md", "x" * 200)]
    ids = [file.file_id for file in files]
    wishes: dict[str, dict[str, Any]] = {
        "Quiz about photosynthesis": {"topic": "photosynthesis"},
        "Quiz from plants.pdf": {"file_ids": (ids[0], ids[0])},
        "Quiz from plants.pdf and 1 more": {"file_ids": tuple(ids[:2])},
        "Quiz “Spring”": {"title": "Spring"},
    }
    for number, (title, wish) in enumerate(wishes.items()):
        await begin(world, f"d{number}", **wish)
        assert (await world.ask(GetQuizIntent(job_id=f"quiz-d{number}"))).title == title
    assert (await look(world, "d3")).title == "Spring"
    await begin(world, "long", file_ids=(ids[2], ids[0]))
    title = (await look(world, "long")).title
    assert len(title) == 200
    assert title.endswith("… and 1 more")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n\n Plants make\n\nsugar out of light. They need it.", "Quiz from “Plants make sugar out of light. They…”"),
        ("Rain falls.", "Quiz from “Rain falls.”"),
        ("糖" * 60, f"Quiz from “{'糖' * 39}…”"),
    ],
)
def test_a_text_names_its_quiz_by_its_first_words(text: str, title: str) -> None:
    assert title_of(QuizWish(text=text), ()) == title


async def test_at_most_five_are_made_at_once_for_one_person(either_world: World) -> None:
    """Also of twenty asked for at the same moment. One that was not heard of for a day is waited for no longer."""
    world = either_world
    ends = await asyncio.gather(*(begin(world, f"d{n}") for n in range(20)), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, TooMany)]
    assert [end for end in ends if isinstance(end, BaseException)] == refused
    assert {end.code for end in refused} == {"jobs_under_way"}
    assert len(ends) - len(refused) == AT_ONCE
    await begin(world, "theirs", OTHER)
    page = await world.ask(ListDrafts(query=PageQuery()))
    assert len(page.items) == AT_ONCE
    await save(world, page.items[0].job_id, make_item("a"))
    await world.jobs.bus.publish(ended(page.items[1].job_id, "failed"))
    await until(lambda: _is(world, page.items[1].id, "failed"))
    await begin(world, "e1")
    await begin(world, "e2")
    with pytest.raises(TooMany):
        await begin(world, "e3")
    await world.clock.advance(24 * 3600 + 1)
    await begin(world, "e3")


async def test_the_quota_of_a_day_is_exact_and_comes_back_at_midnight(tmp_path: Path, database_url: str) -> None:
    async with open_world(tmp_path, database_url, generations_per_day=3) as world:
        ends = await asyncio.gather(*(begin(world, f"d{n}") for n in range(5)), return_exceptions=True)
        refused = [end for end in ends if isinstance(end, AppError)]
        assert len(ends) - len(refused) == 3
        assert {(end.code, end.retry_after_ms) for end in refused} == {("daily_quota", MIDNIGHT_MS)}
        for draft in (await world.ask(ListDrafts(query=PageQuery()))).items:
            await world.ask(DeleteDraft(draft_id=draft.id))
        with pytest.raises(TooMany, match="3 made today"):
            await begin(world, "again")
        await world.clock.advance(MIDNIGHT_MS / 1000)
        await ready(world, "tomorrow")
        await world.ask(regenerating("a", draft_id="tomorrow"))


async def test_a_job_works_with_the_whole_wish_and_only_in_its_owner_s_name(either_world: World) -> None:
    world = either_world
    text = f"{TEXT} {'Much more is known. ' * 2000}".strip()
    await begin(world, text=text)
    assert (await source(world, "quiz-d")).wish.text == text
    shown = (await look(world)).wish.text
    assert shown is not None
    assert text.startswith(shown.removesuffix("…"))
    assert len(shown) <= OPENING + 1
    for request in (
        GetWishSource(job_id="quiz-d"),
        SaveGeneratedQuiz(job_id="quiz-d", title="T", engine="e", items=()),
    ):
        with pytest.raises(NotFound):
            await world.jobs.bus.call(request, actor=OTHER)
        with pytest.raises(Forbidden):
            await world.ask(request)
    await world.ask(DeleteDraft(draft_id="d"))
    with pytest.raises(NotFound, match="thrown away"):
        await source(world, "quiz-d")
    with pytest.raises(NotFound, match="thrown away"):
        await save(world, "quiz-d", make_item("a"))


async def test_a_job_is_told_where_the_files_lie_and_when_one_is_gone(world: World) -> None:
    file = await world.upload(b"The Nile.", "nile.txt")
    await begin(world, file_ids=(file.file_id, file.file_id))
    found = await source(world, "quiz-d")
    assert [(one.name, one.sha256, one.area) for one in found.files] == [("nile.txt", file.sha256, "stage")]
    await world.ask(DeleteFile(file_id=file.file_id))
    with pytest.raises(NotFound, match="was deleted"):
        await source(world, "quiz-d")


async def test_what_a_job_brings_is_stored_once(either_world: World) -> None:
    """A redelivery after the teacher has begun changes nothing; of two at the same moment one is stored."""
    world = either_world
    await begin(world)
    await asyncio.gather(save(world, "quiz-d", make_item("a")), save(world, "quiz-d", make_item("b"), make_item("c")))
    first = await look(world)
    assert (first.status, first.version, first.engine, first.title) == ("ready", 2, "offline", "Rivers")
    assert [item.id for item in first.items] in (["a"], ["b", "c"])
    item_id = first.items[0].id
    kept = await world.ask(ChangeItem(draft_id="d", item_id=item_id, version=2, state="kept"))
    assert (await save(world, "quiz-d", make_item("z"))).item_count == len(first.items)
    assert await look(world) == kept
    await world.ask(AcceptDraft(draft_id="d", quiz_id="q"))
    assert (await save(world, "quiz-d", make_item("z"))).item_count == 1


async def test_what_cannot_be_played_is_left_out_and_said_so(world: World) -> None:
    await begin(world, count=2, language="vi", title="Sông")
    picture = {"url": "https://tracker.example/x.png"}
    await save(
        world,
        "quiz-d",
        make_item("keyless", options=[{"text": "Nile"}, {"text": "Congo"}]),
        make_item("spy", media=picture),
        make_item("poll", type="poll"),
        make_item("same", id="x"),
        make_item("same", type="true_false", id="x", options=[{"correct": True}, {}]),
        make_item("surplus"),
        remarks=("The text is short.",),
        language="en",
        source_names=("nile.pdf",),
    )
    draft = await look(world)
    assert (draft.title, draft.language, draft.source_names, draft.item_count) == ("Sông", "vi", ("nile.pdf",), 2)
    assert draft.remarks == (
        "The text is short.",
        "Proposed question 1 was left out. Mark the correct option.",
        "Proposed question 2 was left out. It shows a picture from elsewhere.",
        "Proposed question 3 was left out. No machine makes poll questions here.",
        "More than 2 were proposed. Those from number 6 on were left out.",
    )
    assert [option.text for option in draft.items[1].question.options] == ["Đúng", "Sai"]
    ids = [item.id for item in draft.items] + [item.question.id for item in draft.items]
    assert len(set(ids)) == 4
    assert None not in ids
    assert draft.items[0].source == make_item("a").source


async def test_nothing_usable_is_a_failure_and_a_later_try_may_do_better(world: World) -> None:
    await begin(world)
    for items in ((), (make_item("poll", type="poll"),)):
        with pytest.raises(Invalid) as refusal:
            await save(world, "quiz-d", *items)
        assert refusal.value.code == "nothing_usable"
    assert (await look(world)).status == "generating"
    await save(world, "quiz-d", make_item("a"))
    assert (await look(world)).status == "ready"


async def test_a_draft_says_how_its_job_ended_and_versions_never_go_back(either_world: World) -> None:
    world = either_world
    await begin(world)
    await world.jobs.bus.publish(ended("quiz-d", "failed", 5, "No answer came."))
    await until(lambda: _is(world, "d", "failed"))
    assert (await look(world)).remarks == ("No answer came.",)
    intent = await world.ask(GetQuizIntent(job_id="quiz-d"))
    assert (intent.status, intent.error.message, intent.version) == ("failed", "No answer came.", 5)
    await world.jobs.bus.publish(ended("quiz-d", "cancelled", 4))
    await world.jobs.bus.publish(ended("quiz-d", "cancelled", 9, owner="otto"))
    await _all_taken_in(world, "after")
    assert (await look(world)).status == "failed"
    await world.jobs.bus.publish(ended("quiz-d", "cancelled", 7))
    await until(lambda: _is(world, "d", "cancelled"))
    await save(world, "quiz-d", make_item("a"))
    filled = await look(world)
    assert (filled.status, filled.remarks) == ("ready", ())
    await world.jobs.bus.publish(ended("quiz-d", "failed", 8, "Too late."))
    await _all_taken_in(world, "later")
    assert await look(world) == filled
    await world.jobs.bus.publish(ended("quiz-d", "completed", 11))
    await until(lambda: _intent_is(world, "quiz-d", "completed"))


async def test_the_end_of_a_job_whose_draft_is_gone_is_taken_in(world: World) -> None:
    """It must not fail, or it would end among the dead letters."""
    await begin(world, "gone")
    await world.ask(DeleteDraft(draft_id="gone"))
    for event in (ended("quiz-gone", "failed"), ended("quiz-unknown", "completed"), ended("deck-1", "failed")):
        envelope = world.jobs.bus.envelope(event, actor=SYSTEM).model_copy(update={"issuer": "job_handler"})
        assert (await Runner(world.quizzes).handle(envelope)).ok


async def test_only_the_job_handler_tells_of_ends(world: World) -> None:
    await begin(world)
    await world.gateway.bus.publish(ended("quiz-d", "failed"))
    await _all_taken_in(world, "after")
    assert (await look(world)).status == "generating"


async def _all_taken_in(world: World, name: str) -> None:
    """Ends are taken in one after the other: once this one is, those before it are."""
    await begin(world, name)
    await world.jobs.bus.publish(ended(f"quiz-{name}", "failed"))
    await until(lambda: _is(world, name, "failed"))


async def _is(world: World, name: str, status: str) -> bool:
    return (await look(world, name)).status == status


async def _intent_is(world: World, job_id: str, status: str) -> bool:
    return bool((await world.ask(GetQuizIntent(job_id=job_id))).status == status)
