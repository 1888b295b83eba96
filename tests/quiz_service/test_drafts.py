"""Drafts: the teacher decides on each question, a job may bring another one, and what was kept becomes a quiz."""

import asyncio
from typing import Any

import pytest

from edkit.contracts.accounts import ExportQuizData, UserErased
from edkit.contracts.common import PageQuery
from edkit.contracts.drafts import AcceptDraft, ChangeItem, DeleteDraft, GetDraft, ListDrafts, QuizDraft
from edkit.contracts.jobs import GetQuizIntent
from edkit.contracts.quizzes import CreateQuiz, DeleteQuiz, ListQuizzes, Quiz
from edkit.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from edkit.message import Actor, Request
from quiz_service.handlers.people import DRAFTS_MAX
from quiz_service.sweep import sweep
from tests.quiz_service.conftest import OTHER, PNG, STUDENT, World, make_quiz
from tests.quiz_service.drafting import (
    TEXT,
    begin,
    decide,
    look,
    make_question,
    ready,
    regenerating,
    source,
    until,
)

DAY = 24 * 3600
ADMIN = Actor(id="anna", role="admin")
NO_LONGER = Actor(id="mai", role="student")
"""Mai, were she no teacher any more."""


async def accept(world: World, quiz_id: str = "q", **more: Any) -> Quiz:
    quiz: Quiz = await world.ask(AcceptDraft(draft_id="d", quiz_id=quiz_id, **more))
    return quiz


async def test_each_question_is_kept_dropped_edited_and_taken_back(either_world: World) -> None:
    world = either_world
    await ready(world)
    draft = await decide(world, "a", 2, state="kept")
    draft = await decide(world, "b", 3, state="dropped")
    assert ([item.state for item in draft.items], draft.decided, draft.version) == (
        ["kept", "dropped", "proposed"],
        2,
        4,
    )
    draft = await decide(world, "b", 4, state="proposed")
    draft = await decide(world, "a", 5, question=make_question("Which river is longest?", id="mine"))
    first = draft.items[0]
    assert (first.question.text, first.edited, first.state) == ("Which river is longest?", True, "kept")
    assert first.question.id not in (None, "mine")
    assert all(option.id for option in first.question.options)
    assert await decide(world, "a", 6, question=first.question, state="kept") == draft, "it says so already"
    assert await look(world) == draft
    assert draft.decided == 1


async def test_who_saw_another_version_changes_nothing(either_world: World) -> None:
    """Of six at the same moment one is taken."""
    world = either_world
    await ready(world)
    states = ("kept", "dropped")
    ends = await asyncio.gather(
        *(decide(world, "abc"[n % 3], 2, state=states[n % 2]) for n in range(6)), return_exceptions=True
    )
    (won,) = [end for end in ends if isinstance(end, QuizDraft)]
    lost = [end for end in ends if isinstance(end, Conflict)]
    assert len(lost) == 5
    assert {(end.code, end.extra["version"]) for end in lost} == {("stale_version", 3)}
    assert await look(world) == won


async def test_an_edited_question_is_checked_as_one_of_a_quiz_is(world: World) -> None:
    before = await ready(world)
    with pytest.raises(Invalid) as refusal:
        await decide(world, "a", 2, question=make_question(options=[{"text": "Nile"}, {"text": "Nile"}]))
    assert [error.field for error in refusal.value.errors] == ["question.options.1.text", "question.options"]
    theirs = await world.upload(PNG, "nile.png", OTHER)
    with pytest.raises(Invalid) as refusal:
        await decide(world, "a", 2, question=make_question(media={"url": f"/api/files/{theirs.file_id}"}))
    assert [error.field for error in refusal.value.errors] == ["question.media.url"]
    with pytest.raises(NotFound) as missing:
        await decide(world, "z", 2, state="kept")
    assert missing.value.code == "item_not_found"
    assert await look(world) == before


async def test_what_was_kept_becomes_a_quiz_once(either_world: World) -> None:
    """Again, and at the same moment, it is the same quiz, whatever id it was to get."""
    world = either_world
    await ready(world)
    await decide(world, "a", 2, state="kept")
    draft = await decide(world, "b", 3, state="dropped")
    quizzes = await asyncio.gather(*(accept(world, f"q{n}") for n in range(4)))
    quiz = quizzes[0]
    assert quizzes == [quiz] * 4
    assert (await world.ask(ListQuizzes(query=PageQuery()))).items[0].id == quiz.id
    assert len((await world.ask(ListQuizzes(query=PageQuery()))).items) == 1
    assert quiz.title == "Rivers"
    assert quiz.questions == (draft.items[0].question,), "by its id the draft says where it comes from"
    accepted = await look(world)
    assert (accepted.status, accepted.quiz_id) == ("accepted", quiz.id)
    assert accepted.items == (draft.items[0],)
    assert (await world.ask(ListDrafts(query=PageQuery()))).items == ()
    with pytest.raises(Conflict) as refusal:
        await decide(world, "a", accepted.version, state="dropped")
    assert refusal.value.code == "draft_accepted"


async def test_the_rest_is_taken_where_that_is_asked_for(world: World) -> None:
    await ready(world)
    with pytest.raises(Invalid) as refusal:
        await accept(world)
    assert refusal.value.code == "nothing_kept"
    await decide(world, "b", 2, state="dropped")
    quiz = await accept(world, rest=True, title="Long rivers")
    assert [question.text[:1] for question in quiz.questions] == ["a", "c"]
    assert (quiz.title, (await look(world)).title) == ("Long rivers", "Long rivers")
    assert {item.state for item in (await look(world)).items} == {"kept"}


async def test_nothing_is_decided_before_the_questions_are_there(world: World) -> None:
    await begin(world)
    for request in (
        ChangeItem(draft_id="d", item_id="a", version=1, state="kept"),
        AcceptDraft(draft_id="d", quiz_id="q", rest=True),
        regenerating("a"),
    ):
        with pytest.raises(Conflict) as refusal:
            await world.ask(request)
        assert refusal.value.code == "draft_not_ready"


async def test_once_it_is_a_quiz_its_text_is_gone_and_a_job_is_told_so(either_world: World) -> None:
    world = either_world
    text = f"{TEXT} {'And so on. ' * 100}".strip()
    await ready(world, text=text)
    await world.ask(regenerating("b"))
    await accept(world, rest=True)
    assert (await look(world)).items[1].job_id is None
    with pytest.raises(Conflict) as refusal:
        await source(world, "quiz-r")
    assert refusal.value.code == "draft_accepted"
    shown = await source(world, "quiz-d")
    assert shown.wish.text != text, "a job that has stored its questions may ask again, and gets what there is"


async def test_lists_have_pages_and_a_search(either_world: World) -> None:
    world = either_world
    file = await world.upload(b"The Nile.", "điện học.txt")
    await ready(world, "d0", title="Sông dài")
    await ready(world, "d1", file_ids=(file.file_id,))
    await world.clock.advance(1)
    await ready(world, "d2", title="Rivers 100%")
    await begin(world, "theirs", OTHER, title="Rivers")
    seen: list[str] = []
    cursor: str | None = None
    while not seen or cursor:
        page = await world.ask(ListDrafts(query=PageQuery(limit=2, cursor=cursor)))
        seen += [draft.id for draft in page.items]
        cursor = page.next_cursor
    assert seen == ["d2", "d1", "d0"]
    for query, found in {"song": ["d0"], "dien": ["d1"], "100%": ["d2"], "rivers 100": ["d2"], "0_0": []}.items():
        page = await world.ask(ListDrafts(query=PageQuery(q=query)))
        assert [draft.id for draft in page.items] == found, query
    await world.clock.advance(1)
    await world.ask(ChangeItem(draft_id="d0", item_id="a", version=2, state="kept"))
    first = (await world.ask(ListDrafts(query=PageQuery()))).items[0]
    assert (first.id, first.item_count, first.decided, first.status) == ("d0", 3, 1, "ready")


THEIRS = (
    GetDraft(draft_id="d"),
    ChangeItem(draft_id="d", item_id="a", version=2, state="kept"),
    AcceptDraft(draft_id="d", quiz_id="q", rest=True),
    DeleteDraft(draft_id="d"),
    GetQuizIntent(job_id="quiz-d"),
    regenerating("a"),
)


@pytest.mark.parametrize("actor", [OTHER, ADMIN, STUDENT], ids=lambda actor: actor.role)
@pytest.mark.parametrize("request_", THEIRS, ids=lambda request: type(request).__name__)
async def test_nobody_else_reaches_a_draft(world: World, request_: Request[Any], actor: Actor) -> None:
    before = await ready(world)
    with pytest.raises((NotFound, Forbidden)) as refusal:
        await world.ask(request_, actor)
    assert isinstance(refusal.value, Forbidden) <= (actor.role == "student")
    assert await look(world) == before
    assert (await world.ask(ListDrafts(query=PageQuery()), actor)).items == ()


@pytest.mark.parametrize("request_", THEIRS, ids=lambda request: type(request).__name__)
async def test_who_is_no_teacher_any_more_looks_and_throws_away(world: World, request_: Request[Any]) -> None:
    await ready(world)
    if isinstance(request_, (GetDraft, DeleteDraft, GetQuizIntent)):
        await world.ask(request_, NO_LONGER)
    else:
        with pytest.raises(Forbidden):
            await world.ask(request_, NO_LONGER)


async def test_what_is_thrown_away_is_gone(either_world: World) -> None:
    world = either_world
    await ready(world)
    await world.ask(DeleteDraft(draft_id="d"))
    for request in (*THEIRS, DeleteDraft(draft_id="d")):
        with pytest.raises(NotFound):
            await world.ask(request)
    assert (await world.ask(ListDrafts(query=PageQuery()))).items == ()


async def test_drafts_go_after_ninety_days_untouched_or_with_their_quiz(either_world: World) -> None:
    world = either_world
    await ready(world, "old")
    await ready(world)
    await accept(world, rest=True)
    await world.clock.advance(50 * DAY)
    await ready(world, "touched")
    await world.clock.advance(39 * DAY)
    await sweep(world.quizzes)
    assert (await look(world, "old")).status == "ready"
    await world.ask(ChangeItem(draft_id="touched", item_id="a", version=2, state="kept"))
    await world.clock.advance(DAY)
    await sweep(world.quizzes)
    with pytest.raises(NotFound):
        await look(world, "old")
    with pytest.raises(NotFound):
        await world.ask(GetQuizIntent(job_id="quiz-old"))
    await world.clock.advance(60 * DAY)
    await sweep(world.quizzes)
    assert (await look(world, "touched")).decided == 1
    assert (await look(world)).status == "accepted"
    await world.ask(DeleteQuiz(quiz_id="q"))
    await world.clock.advance(31 * DAY)
    await sweep(world.quizzes)
    for name in ("d", "touched"):
        with pytest.raises(NotFound):
            await look(world, name)


async def test_an_erased_account_leaves_no_draft(either_world: World) -> None:
    world = either_world
    await ready(world)
    await ready(world, "theirs", actor=OTHER)
    await world.ask(CreateQuiz(quiz_id="q", fields=make_quiz()))
    await world.gateway.bus.publish(UserErased(user_id="mai"))
    await until(lambda: _gone(world))
    with pytest.raises(NotFound):
        await world.ask(GetQuizIntent(job_id="quiz-d"))
    with pytest.raises(NotFound):
        await source(world, "quiz-d")
    assert await world.ask(ExportQuizData()) == await world.ask(ExportQuizData(), ADMIN)
    assert (await look(world, "theirs", OTHER)).item_count == 3


async def _gone(world: World) -> bool:
    try:
        await look(world)
    except AppError:
        return True
    return False


async def test_an_export_holds_drafts_with_the_whole_of_their_texts(world: World) -> None:
    """As long as it can travel: what is too much is named."""
    text = f"{TEXT} {'And so on. ' * 100}".strip()
    await ready(world, text=text)
    await ready(world, "theirs", actor=OTHER)
    (drafts,) = [file.content for file in await world.ask(ExportQuizData()) if file.name == "drafts.json"]
    assert [(draft["id"], draft["wish"]["text"], len(draft["items"])) for draft in drafts] == [("d", text, 3)]
    longest = "x" * 400_000
    for number in range(DRAFTS_MAX // len(longest)):
        await ready(world, f"long{number}", text=longest)
        await world.clock.advance(1)
    (drafts,) = [file.content for file in await world.ask(ExportQuizData()) if file.name == "drafts.json"]
    assert [draft["id"] for draft in drafts if "left_out" in draft] == ["long0", "d"]
