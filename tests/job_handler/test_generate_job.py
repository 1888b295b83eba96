"""The jobs `generate_quiz` and `regenerate_question` from the task to the draft, with a model and without."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from edkit.contracts.drafts import (
    GeneratedItem,
    GetWishSource,
    QuizWish,
    SavedDraft,
    SaveGeneratedQuiz,
    WishSource,
    arguments_of,
)
from edkit.contracts.files import FileLocation
from edkit.contracts.jobs import GetJob, Job, JobEnded, JobMoved, RunJob
from edkit.errors import NotFound
from edkit.llm import OFFLINE, BudgetSpent, ModelFailed
from edkit.message import Actor
from edkit.service import Context, Runtime, Service, read, write
from edkit.testing import running
from job_handler.app import service
from job_handler.documents.shape import Empty
from job_handler.jobs.models import STATE
from job_handler.jobs.pasting import pasted
from tests.gateway.making import TEXT
from tests.job_handler.scripted import MODEL, Reply, Scripted
from tests.job_handler.test_quizmaking_model import DIFFUSION, OSMOSIS, item

MAI = Actor(id="mai", role="teacher")
WITHIN_S = 40.0


@dataclass
class Desk:
    """The quiz service of these tests: it gives out wishes, and keeps what it is sent."""

    sources: dict[str, WishSource] = field(default_factory=dict)
    saved: list[SaveGeneratedQuiz] = field(default_factory=list)
    moved: list[JobMoved] = field(default_factory=list)
    runtime: Runtime | None = None
    jobs: Runtime | None = None

    async def run(
        self,
        wish: dict[str, Any],
        kind: str = "generate_quiz",
        job_id: str = "quiz-1",
        attempts: int | None = None,
        **more: Any,
    ) -> Job:
        """Ask for a job, and wait for its end, or until it has failed so often."""
        assert self.runtime is not None
        self.sources[job_id] = WishSource(wish=QuizWish.model_validate(wish), **more)
        task = RunJob(
            job_id=job_id, job_kind=kind, owner=MAI.id, title="Quiz from your text", arguments=arguments_of("draft-1")
        )
        await self.runtime.bus.publish(task, actor=MAI)
        async with asyncio.timeout(WITHIN_S):
            while True:
                try:
                    job: Job = await self.runtime.bus.call(GetJob(job_id=job_id), actor=MAI)
                    if job.status in ("completed", "failed") or (attempts is not None and job.attempts >= attempts):
                        return job
                except NotFound:
                    pass
                await asyncio.sleep(0.02)


@asynccontextmanager
async def desk(folder: Path, *replies: Reply) -> AsyncIterator[Desk]:
    """The job handler at work, with a model that gives these replies; without any there is no model."""
    found = Desk()

    async def give(request: GetWishSource, ctx: Context) -> WishSource:
        assert ctx.actor == MAI
        if request.job_id not in found.sources:
            raise NotFound("This draft was thrown away.")
        return found.sources[request.job_id]

    async def keep(request: SaveGeneratedQuiz, ctx: Context) -> SavedDraft:
        found.saved.append(request)
        return SavedDraft(draft_id="draft-1", item_count=len(request.items))

    async def note(notice: JobMoved, runtime: Runtime) -> None:
        found.moved.append(notice)

    async def ended(event: JobEnded, ctx: Context) -> None:
        pass

    quizzes = Service(
        "quiz_service",
        requests={GetWishSource: read(give), SaveGeneratedQuiz: write(keep)},
        issuers={GetWishSource: ("job_handler",), SaveGeneratedQuiz: ("job_handler",)},
    )
    gateway = Service(
        "gateway",
        events={JobEnded: write(ended)},
        notices={JobMoved: note},
        issuers={JobEnded: ("job_handler",), JobMoved: ("job_handler",)},
    )
    async with running(folder, [quizzes, gateway, service]) as (quizzing, watching, jobs):
        if replies:
            jobs.state[STATE] = Scripted(replies)
        found.jobs = jobs
        found.runtime = _Both(quizzing, watching)  # type: ignore[assignment]  # one asks for jobs, the other about them
        yield found


class _Both:
    def __init__(self, quizzes: Runtime, gateway: Runtime) -> None:
        self.bus = self
        self.publish = quizzes.bus.publish
        self.call = gateway.bus.call


async def staged(found: Desk, name: str, data: bytes) -> FileLocation:
    """A file where the jobs look for it."""
    assert found.jobs is not None
    sha = hashlib.sha256(data).hexdigest()

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    await found.jobs.blobs.stage(chunks(), len(data))
    await found.jobs.blobs.promote(sha)
    return FileLocation(sha256=sha, area="main", name=name, size=len(data), media_type="application/octet-stream")


async def test_without_a_model_a_text_becomes_a_draft_that_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as found:
        job = await found.run({"text": TEXT, "count": 5})
        assert (job.status, job.engine, job.result) == ("completed", OFFLINE, {"draft_id": "draft-1", "item_count": 5})
        (saved,) = found.saved
        assert saved.engine == OFFLINE
        assert {made.engine for made in saved.items} == {OFFLINE}
        assert len({made.id for made in saved.items}) == 5
        text = TEXT.strip()
        for made in saved.items:
            assert made.source is not None
            assert text[made.source.start : made.source.end].replace("\n", " ") == made.source.quote
        stages = [notice.job.stage for notice in found.moved]
        assert "Writing questions" in stages


async def test_without_a_model_a_topic_is_refused_honestly(tmp_path: Path) -> None:
    async with desk(tmp_path) as found:
        job = await found.run({"topic": "Photosynthesis"})
        assert job.status == "failed"
        assert job.error is not None
        assert job.error.code == "needs_a_text"
        assert "needs a text" in job.error.message
        assert found.saved == []


async def test_files_are_read_and_named_and_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as found:
        good = await staged(found, "plants.md", f"# Plants\n\n{' '.join(TEXT.split())}\n".encode())
        bad = await staged(found, "scan.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
        job = await found.run({"file_ids": ["f1", "f2"], "count": 4}, files=(good, bad))
        assert job.status == "completed", job.error
        (saved,) = found.saved
        assert saved.source_names == ("plants.md",)
        assert {made.source.file_name for made in saved.items if made.source} == {"plants.md"}
        assert {made.source.heading for made in saved.items if made.source} == {"Plants"}
        assert any(remark.startswith("scan.png: ") for remark in saved.remarks)
        assert any(notice.job.stage == "Reading plants.md" for notice in found.moved)


async def test_files_none_of_which_can_be_read_fail_with_a_clear_word(tmp_path: Path) -> None:
    async with desk(tmp_path) as found:
        bad = await staged(found, "scan.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
        job = await found.run({"file_ids": ["f1"]}, files=(bad,))
        assert (job.status, job.error.code if job.error else "") == ("failed", "format_not_read")


async def test_a_file_that_is_gone_and_a_draft_that_is_gone_end_the_job(tmp_path: Path) -> None:
    async with desk(tmp_path) as found:
        gone = FileLocation(sha256="0" * 64, area="main", name="a.txt", size=1, media_type="text/plain")
        job = await found.run({"file_ids": ["f1"]}, files=(gone,))
        assert (job.status, job.error.code if job.error else "") == ("failed", "file_gone")


async def test_a_text_that_explains_nothing_gives_no_quiz(tmp_path: Path) -> None:
    async with desk(tmp_path) as found:
        job = await found.run({"text": "It was like that. They came, and so it went. This is why we like them there."})
        assert job.error is not None
        assert (job.status, job.error.code, job.error.final) == ("failed", "nothing_made", True)


async def test_a_model_whose_questions_all_fail_the_checks_may_do_better_another_time(tmp_path: Path) -> None:
    async with desk(tmp_path, lambda _: {"items": [item(quote="Nobody wrote this sentence.")]}) as found:
        job = await found.run({"text": "It was like that. They came, and so it went.", "count": 1})
        assert job.error is not None
        assert (job.status, job.error.code, job.error.final) == ("failed", "nothing_made", False)


async def test_with_a_model_its_questions_are_taken_and_it_is_named(tmp_path: Path) -> None:
    async with desk(tmp_path, lambda _: {"items": [item(quote=OSMOSIS)]}) as found:
        job = await found.run({"text": f"{OSMOSIS}\n{DIFFUSION}", "count": 1})
        assert (job.status, job.engine) == ("completed", MODEL), job.error
        (saved,) = found.saved
        assert (saved.engine, saved.items[0].engine) == (MODEL, MODEL)


async def test_a_text_in_a_language_that_is_not_served_is_refused_with_the_reason(tmp_path: Path) -> None:
    german = (
        "Die Osmose ist die Bewegung von Wasser durch eine dünne Haut. Das Chlorophyll ist der grüne Farbstoff, der "
        "das Licht in den Blättern einfängt, und ohne das Licht gibt es keinen Zucker für die Pflanze."
    )
    async with desk(tmp_path) as found:
        job = await found.run({"text": german, "count": 3})
    assert job.error is not None
    assert (job.status, job.error.code) == ("failed", "nothing_made")
    assert "English" in job.error.message


async def test_with_a_model_a_topic_is_enough(tmp_path: Path) -> None:
    async with desk(tmp_path, lambda _: {"items": [item(quote="")]}) as found:
        job = await found.run({"topic": "Water in plants", "count": 1})
        assert job.status == "completed", job.error
        (saved,) = found.saved
        assert saved.title == "Water in plants"
        assert saved.items[0].source is None


@pytest.mark.parametrize("error", [ModelFailed("The language model gave only nonsense."), BudgetSpent()])
async def test_a_model_that_fails_leaves_the_offline_result_marked_as_such(tmp_path: Path, error: Exception) -> None:
    async with desk(tmp_path, error) as found:
        job = await found.run({"text": TEXT, "count": 3})
        assert (job.status, job.engine) == ("completed", OFFLINE), job.error
        (saved,) = found.saved
        assert saved.engine == OFFLINE
        assert {made.engine for made in saved.items} == {OFFLINE}
        assert "without a language model" in saved.remarks[0]


async def test_a_budget_that_is_spent_ends_a_job_that_has_only_a_topic(tmp_path: Path) -> None:
    async with desk(tmp_path, BudgetSpent()) as found:
        job = await found.run({"topic": "Water"})
        assert (job.status, job.error.code if job.error else "") == ("failed", "budget_spent")


@pytest.mark.parametrize("with_model", [False, True])
async def test_another_question_comes_in_the_place_of_one(tmp_path: Path, with_model: bool) -> None:
    replies: tuple[Reply, ...] = (lambda _: {"items": [item(quote=OSMOSIS)]},) if with_model else ()
    async with desk(tmp_path, *replies) as found:
        await found.run({"text": TEXT, "count": 3}, job_id="quiz-1") if not with_model else None
        old: GeneratedItem | None = found.saved[0].items[0] if found.saved else None
        wish = {"text": " ".join(TEXT.split()) if with_model else TEXT, "count": 3}
        taken = tuple(made.question for made in found.saved[0].items) if found.saved else ()
        job = await found.run(wish, "regenerate_question", "quiz-2", taken=taken, instead_of=old)
        assert job.status == "completed", job.error
        (new,) = found.saved[-1].items
        assert found.saved[-1].job_id == "quiz-2"
        assert new.question.text not in {question.text for question in taken}
        assert new.engine == (MODEL if with_model else OFFLINE)


async def test_nothing_else_to_ask_is_said(tmp_path: Path) -> None:
    async with desk(tmp_path) as found:
        await found.run({"text": OSMOSIS, "count": 1, "types": ["typed"]})
        first = found.saved[0].items[0]
        job = await found.run(
            {"text": OSMOSIS, "types": ["typed"]},
            "regenerate_question",
            "quiz-2",
            taken=(first.question,),
            instead_of=first,
        )
        assert (job.status, job.error.code if job.error else "") == ("failed", "no_other_question")


def test_a_pasted_text_keeps_its_places_and_joins_the_lines_of_a_page() -> None:
    text = (
        "Water\r\n\r\nOsmosis is the movement of water through a\r\nthin skin. It goes on.\n- one\n- two\n\n\u00a0End."
    )
    document = pasted("", text)
    assert len(document.text) == len(text)
    said = [document.of(paragraph) for paragraph in document.paragraphs]
    assert [" ".join(one.split()) for one in said] == [
        "Water",
        "Osmosis is the movement of water through a thin skin. It goes on.",
        "- one",
        "- two",
        "End.",
    ]
    with pytest.raises(Empty):
        pasted("", " \n\t ")
