"""Drafts for tests: a teacher asks, a job handler brings questions."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from edkit.contracts.drafts import (
    ChangeItem,
    GeneratedItem,
    GenerateQuiz,
    Generating,
    GetDraft,
    GetWishSource,
    QuizDraft,
    QuizWish,
    RegenerateItem,
    SavedDraft,
    SaveGeneratedQuiz,
    WishSource,
)
from edkit.contracts.jobs import JobEnded, JobError, JobStatus
from edkit.contracts.questions import Question
from edkit.message import Actor
from tests.quiz_service.conftest import MAI, World

TEXT = "The Nile is the longest river of Africa. It flows into the Mediterranean Sea."


def make_question(text: str = "Which river is the longest of Africa?", **more: Any) -> Question:
    options = [{"text": "Nile", "correct": True}, {"text": "Congo"}]
    return Question.model_validate({"type": "single_choice", "text": text, "options": options} | more)


def make_item(item_id: str, **question: Any) -> GeneratedItem:
    """A proposed question, sound unless `question` says otherwise."""
    quote = {"quote": "The Nile is the longest river of Africa.", "start": 0, "end": 40}
    made = make_question(**{"text": f"{item_id}: which river is the longest of Africa?", **question})
    return GeneratedItem.model_validate({"id": item_id, "question": made, "source": quote, "engine": "offline"})


def asking(name: str = "d", **wish: Any) -> GenerateQuiz:
    """A wish for a quiz of a pasted text, unless another source is named."""
    source = {} if wish.keys() & {"topic", "file_ids", "document_ids"} else {"text": TEXT}
    return GenerateQuiz(job_id=f"quiz-{name}", draft_id=name, wish=QuizWish.model_validate(source | wish))


def regenerating(item_id: str, draft_id: str = "d", job_id: str = "quiz-r") -> RegenerateItem:
    return RegenerateItem(job_id=job_id, draft_id=draft_id, item_id=item_id)


async def begin(world: World, name: str = "d", actor: Actor = MAI, **wish: Any) -> Generating:
    """A draft under way."""
    begun: Generating = await world.ask(asking(name, **wish), actor)
    return begun


async def save(
    world: World, job_id: str, *items: GeneratedItem, actor: Actor = MAI, title: str = "Rivers", **more: Any
) -> SavedDraft:
    """What the job brings."""
    brought = SaveGeneratedQuiz(job_id=job_id, title=title, engine="offline", items=items, **more)
    saved: SavedDraft = await world.jobs.bus.call(brought, actor=actor)
    return saved


async def source(world: World, job_id: str, actor: Actor = MAI) -> WishSource:
    """What the job gets to work with."""
    found: WishSource = await world.jobs.bus.call(GetWishSource(job_id=job_id), actor=actor)
    return found


async def look(world: World, name: str = "d", actor: Actor = MAI) -> QuizDraft:
    draft: QuizDraft = await world.ask(GetDraft(draft_id=name), actor)
    return draft


async def ready(world: World, name: str = "d", count: int = 3, actor: Actor = MAI, **wish: Any) -> QuizDraft:
    """A draft with questions to look through: `a`, `b`, `c`, ..."""
    await begin(world, name, actor, **wish)
    await save(world, f"quiz-{name}", *(make_item("abcdefghij"[place]) for place in range(count)), actor=actor)
    return await look(world, name, actor)


async def decide(world: World, item_id: str, version: int, actor: Actor = MAI, **what: Any) -> QuizDraft:
    """The draft `d` once a teacher has kept, dropped or edited a question of it."""
    draft: QuizDraft = await world.ask(ChangeItem(draft_id="d", item_id=item_id, version=version, **what), actor)
    return draft


def ended(job_id: str, status: JobStatus, version: int = 5, why: str = "", owner: str = "mai") -> JobEnded:
    """How a job ended, as the job handler tells it."""
    error = JobError(code="model_failed", message=why) if why else None
    about = {"job_kind": "generate_quiz", "title": "Quiz", "status": status, "error": error}
    return JobEnded.model_validate({"job_id": job_id, "version": version, "owner": owner, **about})


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until what was told has been taken in."""
    async with asyncio.timeout(10):
        while not await holds():
            await asyncio.sleep(0.005)
