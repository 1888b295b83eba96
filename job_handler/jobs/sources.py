"""What both kinds of quiz jobs work with: the wish of the teacher, and the texts it names."""

from pydantic import Field

from edkit.contracts.common import Id
from edkit.contracts.drafts import GetWishSource, QuizWish, WishSource
from edkit.contracts.files import FileLocation
from edkit.errors import AppError, Conflict, Invalid
from edkit.llm import OFFLINE
from edkit.message import Frozen
from edkit.settings import Settings
from job_handler.documents.reading import read_aside
from job_handler.documents.shape import Document
from job_handler.errors import RETRIED
from job_handler.jobs.models import llm_of
from job_handler.jobs.naming import short_title
from job_handler.jobs.pasting import pasted
from job_handler.kinds import Json, Work
from job_handler.quizmaking.languages import language_of


class DraftArguments(Frozen):
    """Which draft, and which of its questions another is wanted for."""

    draft_id: Id
    item_id: Id | None = None


class NeedsAText(Invalid):
    """There is nothing to make questions of."""

    code = "needs_a_text"
    message = "Without a language model a quiz needs a text to be made of. Paste a text, or upload a file."


class FileGone(Conflict):
    """The upload is not there any more."""

    code = "file_gone"
    message = "The uploaded file is not there any more. Upload it again."


class Texts(Frozen):
    """What was read: nothing where there is only a topic. `names` are the files' names, none for a pasted text."""

    documents: tuple[Document, ...] = ()
    names: tuple[str | None, ...] = ()
    unread: tuple[str, ...] = Field(default=(), max_length=10)
    """Sentences about files that could not be read, beside others that could."""


def twice_as_asked(settings: Settings) -> int:
    """The quiz service counts at the moment of asking, and exactly. What comes late, over midnight, has room here, as
    have as many tries of what has failed: nothing that was let through there is refused here."""
    return 2 * settings.generations_per_day


async def source_of(work: Work) -> WishSource:
    """The wish as it stands. NotFound once its draft was thrown away."""
    source: WishSource = await work.ask(GetWishSource(job_id=work.job_id))
    return source


async def read_texts(work: Work) -> Json:
    """A step: every text of the wish, in paragraphs."""
    source = await source_of(work)
    wish = source.wish
    if wish.text is not None:
        texts = Texts(documents=(pasted(wish.title or "", wish.text),), names=(None,))
    elif source.files:
        texts = await _files(work, source.files)
    elif wish.topic is not None and llm_of(work.runtime).engine != OFFLINE:
        texts = Texts()
    else:
        raise NeedsAText()
    return texts.model_dump(mode="json")


async def _files(work: Work, files: tuple[FileLocation, ...]) -> Texts:
    """Those that can be read; the fault of the first if none can."""
    documents, names, unread = [], [], []
    first: AppError | None = None
    for number, file in enumerate(files):
        await work.progress(number / len(files), f"Reading {file.name}")
        try:
            documents.append(await read_aside(work.children, await _bytes(work, file), file.name))
            names.append(file.name)
        except AppError as error:
            if error.kind in RETRIED:
                raise
            first = first or error
            unread.append(f"{file.name}: {error.message}")
    if first is not None and not documents:
        raise first
    return Texts(documents=tuple(documents), names=tuple(names), unread=tuple(unread))


async def _bytes(work: Work, file: FileLocation) -> bytes:
    try:
        return await work.runtime.blobs.read(file.area, file.sha256)
    except FileNotFoundError as error:
        raise FileGone() from error


def language_and_title(texts: Texts, wish: QuizWish) -> tuple[str | None, str]:
    """As wished, or as the text or the topic suggests."""
    if not texts.documents:
        return wish.language, (wish.title or wish.topic or "Quiz")[:120]
    first = texts.documents[0]
    language = wish.language or language_of(first)
    said = wish.title or wish.topic or first.title or short_title(first.text, language)
    return language, said[:120] or "Quiz"
