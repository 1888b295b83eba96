"""The job `regenerate_question`: another question in the place of one that the teacher does not want."""

from job_handler.jobs.batches import make_batch
from job_handler.jobs.generate_quiz import NothingMade, generate_quiz, save
from job_handler.jobs.sources import DraftArguments, read_texts, source_of, twice_as_asked
from job_handler.kinds import Json, Kind, Step, Work


class NoOther(NothingMade):
    """Everything that the text gives has been asked."""

    code = "no_other_question"
    message = "The text gives no other good question. Edit this one, or drop it."


async def make_another(work: Work) -> Json:
    """A step: one question that the draft does not hold yet."""
    batch = await make_batch(work, await source_of(work), 1)
    if not batch.items:
        raise NoOther()
    return batch.model_copy(update={"remarks": ()}).model_dump(mode="json")


regenerate_question = Kind(
    "regenerate_question",
    arguments=DraftArguments,
    steps=(
        Step("read", "Reading the text", read_texts, weight=1),
        Step("make", "Writing a question", make_another, weight=2, timeout_s=600.0),
        Step("save", "Storing the question", save, weight=0.5),
    ),
    result=generate_quiz.result,
    per_day=twice_as_asked,
    at_once=3,
)
