"""Making a quiz of a file that came from elsewhere."""

from edkit.contracts.quizzes import ImportedQuiz, ImportQuiz, ImportWarning, QuizFields
from edkit.service import Context
from quiz_service import rules
from quiz_service.handlers.quizzes import check_writer, store_new
from quiz_service.importing.formats import TEXT_MAX, XLSX_MAX, check_size, read_aside
from quiz_service.importing.parsed import Parsed
from quiz_service.repository.files import FileNotFound, FileRepository


async def read_import(cmd: ImportQuiz, ctx: Context) -> Parsed:
    """Before the transaction: fetch the actor's file and read it, away from the event loop."""
    check_writer(ctx.actor)
    async with ctx.runtime.database.read() as session:
        file = await FileRepository(session).file_for(ctx.actor, cmd.file_id)
    check_size(file.size, max(TEXT_MAX, XLSX_MAX))
    try:
        data = await ctx.blobs.read("stage" if file.area == "stage" else "main", file.sha256)
    except FileNotFoundError as error:
        raise FileNotFound("This upload was not used for a day and is gone. Upload it again.") from error
    return await read_aside(data, cmd.file_name, cmd.format)


async def import_quiz(cmd: ImportQuiz, ctx: Context) -> ImportedQuiz:
    """The quiz that the file makes, and every warning, by row. The same quiz id twice is the same quiz."""
    parsed: Parsed = ctx.prepared
    shown = rules.file_ids(parsed.questions)
    strange = shown.keys() - await FileRepository(ctx.session).checked_of(ctx.actor, shown)
    questions, lost = rules.without_files(rules.renewed(parsed.questions), strange)
    fields = QuizFields(
        title=parsed.title,
        description=parsed.description,
        language=parsed.language,
        tags=parsed.tags,
        questions=questions,
    )
    warnings = tuple(
        ImportWarning(row=1, message=f"Question {index + 1}: a picture that is not among your files was left out.")
        for index in lost
    )
    return ImportedQuiz(quiz=await store_new(ctx, cmd.quiz_id, fields), warnings=(*warnings, *parsed.warnings))
