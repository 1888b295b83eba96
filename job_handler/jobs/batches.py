"""How both kinds of quiz jobs make questions: by a model where there is one, else, or when it fails, without."""

from collections.abc import Sequence

from edkit.contracts.drafts import WishSource
from edkit.contracts.questions import Question
from edkit.errors import AppError
from edkit.llm import OFFLINE, BudgetSpent, ModelFailed
from job_handler.jobs.models import llm_of
from job_handler.jobs.sources import NeedsAText, Texts
from job_handler.kinds import Work
from job_handler.prompts import prompt
from job_handler.quizmaking.checks import keys
from job_handler.quizmaking.child_make import MEMORY_MB, MODULE, SECONDS
from job_handler.quizmaking.shape import TYPES, Batch, Order
from job_handler.quizmaking.writing import PART_MAX, Asking, write

CALLS_A_JOB = 20
"""Calls of a model that a job costs at most. With a text: PARTS_MAX Asks of MOST_CALLS calls, then it is made without a
model and not asked for again. With a topic alone: one Ask in each of the five attempts. What was asked in a
step that was then cut short is asked again by the next attempt, which is not counted here.
"""
TEXT_PROMPT, TOPIC_PROMPT, OTHER_PROMPT = ("generate_quiz", 1), ("quiz_of_topic", 1), ("regenerate_question", 1)


async def make_batch(work: Work, source: WishSource, count: int) -> Batch:
    """Questions of the texts that `read` has found. Raises ModelFailed or BudgetSpent only where there is no text."""
    texts = Texts.model_validate(work.results["read"])
    llm = llm_of(work.runtime)
    if llm.engine == OFFLINE:
        return await _offline(work, source, texts, count)
    work.done_by(llm.engine)
    try:
        return await _by_model(work, source, texts, count)
    except (ModelFailed, BudgetSpent) as error:
        if not texts.documents:
            raise
        batch = await _offline(work, source, texts, count)
        return batch.model_copy(update={"remarks": (_why(error), *batch.remarks)})


def _why(error: AppError) -> str:
    return f"{error.message} These questions were made without a language model."


async def _by_model(work: Work, source: WishSource, texts: Texts, count: int) -> Batch:
    wish, instead = source.wish, source.instead_of
    name, version = OTHER_PROMPT if instead else TEXT_PROMPT
    if not texts.documents:
        name, version = TOPIC_PROMPT
    if instead is not None and instead.source is not None:
        texts = _around(texts, instead.source.file_name, instead.source.start)
    asking = Asking(
        prompt=prompt(name, version),
        owner=work.owner,
        reference=f"{work.job_id}/make",
        mark=f"[{work.runtime.chance.token(18)}]",
        avoid=[instead.question.text] if instead else (),
    )
    order = _order(source, texts, count, wish.types or TYPES, work.job_id)
    batch = await write(order, asking, llm_of(work.runtime), None if texts.documents else wish.topic, work.progress)
    work.done_by(batch.engine)
    return batch


def _around(texts: Texts, name: str | None, place: int) -> Texts:
    """The part of the text that a question came from, as the one text."""
    for document, known in zip(texts.documents, texts.names, strict=True):
        if known == name:
            inside = [one for one in document.paragraphs if abs(one.start - place) < PART_MAX // 2]
            if inside:
                near = document.model_copy(update={"paragraphs": tuple(inside)})
                return texts.model_copy(update={"documents": (near,), "names": (known,)})
    return texts


async def _offline(work: Work, source: WishSource, texts: Texts, count: int) -> Batch:
    """Made in a child of this process."""
    if not texts.documents:
        raise NeedsAText()
    order = _order(source, texts, count, source.wish.types or TYPES[:3], work.job_id)
    work.done_by(OFFLINE)
    await work.progress(0.05, "Writing questions")
    made = await work.children.run(MODULE, order.model_dump_json().encode(), memory_mb=MEMORY_MB, seconds=SECONDS)
    return Batch.model_validate_json(made)


def _order(source: WishSource, texts: Texts, count: int, types: Sequence[str], seed: str) -> Order:
    taken = source.taken + ((source.instead_of.question,) if source.instead_of else ())
    return Order.model_validate(
        {
            "documents": texts.documents,
            "names": texts.names,
            "count": count,
            "types": tuple(types),
            "difficulty": source.wish.difficulty,
            "language": source.wish.language,
            "taken": tuple(question.text for question in taken),
            "taken_keys": tuple(key for question in taken for key in _keys(question)),
            "seed": seed,
        }
    )


def _keys(question: Question) -> list[str]:
    return [] if question.type == "true_false" else keys(question)
