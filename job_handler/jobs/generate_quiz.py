"""The job `generate_quiz`: read what the teacher brought, make questions, hand them to the quiz service."""

from collections.abc import Mapping
from typing import cast

from edkit.contracts.drafts import GeneratedItem, SavedDraft, SaveGeneratedQuiz
from edkit.errors import Conflict, Invalid
from edkit.llm import OFFLINE
from job_handler.jobs.batches import make_batch
from job_handler.jobs.models import llm_of
from job_handler.jobs.sources import (
    DraftArguments,
    Texts,
    language_and_title,
    read_texts,
    source_of,
    twice_as_asked,
)
from job_handler.kinds import Json, Kind, Step, Work
from job_handler.quizmaking.shape import Batch

MAKE_TIMEOUT_S = 1_800.0
"""Four Asks of four calls, each of which may take two minutes, do not all do so."""
REMARKS_MAX = 20


class NothingMade(Invalid):
    """The text gave no question that passed the checks."""

    code = "nothing_made"
    message = "No good question could be made of this text. Choose a text that explains things in whole sentences."


class NothingFit(Conflict):
    """Nothing passed the checks; the model, which may not have answered, may do better the next time."""

    code = "nothing_made"
    message = "None of the questions that the model wrote passed the checks. Try again, or choose another text."


async def make(work: Work) -> Json:
    """A step: the questions that passed every check."""
    source = await source_of(work)
    batch = await make_batch(work, source, source.wish.count)
    if not batch.items:
        why = batch.remarks[-1] if batch.engine == OFFLINE and batch.remarks else None
        raise NothingMade(why) if llm_of(work.runtime).engine == OFFLINE else NothingFit(why)
    return batch.model_dump(mode="json")


async def save(work: Work) -> Json:
    """A step: the draft has the questions."""
    source, batch = await source_of(work), Batch.model_validate(work.results["make"])
    texts = Texts.model_validate(work.results["read"])
    language, title = language_and_title(texts, source.wish)
    items = tuple(
        GeneratedItem(
            id=f"{work.job_id}-{number}",
            question=made.question,
            source=made.source,
            demand=made.demand,
            engine=batch.engine,
        )
        for number, made in enumerate(batch.items, 1)
    )
    read = (*texts.unread, *(remark for document in texts.documents for remark in document.remarks))
    work.done_by(batch.engine)
    await work.progress(0.1, "Storing the questions")
    saved: SavedDraft = await work.ask(
        SaveGeneratedQuiz(
            job_id=work.job_id,
            title=title,
            language=language,
            engine=batch.engine,
            items=items,
            remarks=(*read, *batch.remarks)[:REMARKS_MAX],
            source_names=tuple(name for name in texts.names if name is not None),
        )
    )
    return saved.model_dump(mode="json")


def _result(results: Mapping[str, Json]) -> dict[str, Json]:
    return cast(dict[str, Json], results["save"])


generate_quiz = Kind(
    "generate_quiz",
    arguments=DraftArguments,
    steps=(
        Step("read", "Reading the text", read_texts, weight=1),
        Step("make", "Writing questions", make, weight=3, timeout_s=MAKE_TIMEOUT_S),
        Step("save", "Storing the questions", save, weight=0.5),
    ),
    result=_result,
    per_day=twice_as_asked,
    at_once=3,
)
