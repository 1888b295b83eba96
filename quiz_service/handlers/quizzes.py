"""Writing, reading, finding and deleting quizzes."""

from collections.abc import Sequence

from edkit.cache import read_kept, read_through
from edkit.contracts.common import Nothing, Page
from edkit.contracts.game_messages import GetQuizForGame
from edkit.contracts.questions import Question
from edkit.contracts.quizzes import (
    CreateQuiz,
    DeleteQuiz,
    DuplicateQuiz,
    GetQuiz,
    ListQuizzes,
    Quiz,
    QuizFields,
    QuizSummary,
    ReplaceQuiz,
    RestoreQuiz,
)
from edkit.db.together import Together
from edkit.errors import Conflict, FieldError, Forbidden, Invalid
from edkit.message import Actor, Ready
from edkit.service import Context, Runtime
from quiz_service import rules
from quiz_service.repository.editions import Edition
from quiz_service.repository.files import FileRepository
from quiz_service.repository.quizzes import QuizNotFound, QuizRepository, edition_of, editions

WRITERS = ("teacher", "admin")
KEPT_S = 300.0
"""For how long a quiz stays in the cache unread."""


async def create_quiz(cmd: CreateQuiz, ctx: Context) -> Quiz:
    """Store a new quiz owned by the actor. The same id twice is the same quiz. Students: Forbidden."""
    check_writer(ctx.actor)
    return await store_new(ctx, cmd.quiz_id, cmd.fields)


async def find_kept(cmd: GetQuiz, ctx: Context) -> Ready | None:
    """The quiz, if the cache has it as it stands. Whose it is, and in which state, is one query for all who ask now."""
    found = await _editions(ctx.runtime).of(cmd.quiz_id)
    if found is None or found[0] != ctx.actor.id:
        raise QuizNotFound()
    kept = await read_kept(ctx.cache, found[1].key)
    return None if kept is None else Ready(kept)


def _editions(runtime: Runtime) -> Together[str, tuple[str, Edition]]:
    """The one of a running service."""
    known = runtime.state.get("editions")
    if not isinstance(known, Together):

        async def look(quiz_ids: Sequence[str]) -> dict[str, tuple[str, Edition]]:
            async with runtime.database.read() as session:
                return await editions(session, quiz_ids)

        known = runtime.state["editions"] = Together(look)
    return known


async def get_quiz(cmd: GetQuiz, ctx: Context) -> Ready:
    """The actor's own quiz, solutions included."""
    repository = QuizRepository(ctx.session)
    edition = await repository.edition_for(ctx.actor, cmd.quiz_id)

    async def make() -> tuple[str, bytes]:
        quiz = await repository.quiz_for(ctx.actor, cmd.quiz_id)
        return edition_of(quiz).key, quiz.model_dump_json().encode()

    return Ready(await read_through(ctx.cache, edition.key, KEPT_S, make))


async def get_quiz_for_game(cmd: GetQuizForGame, ctx: Context) -> Quiz:
    """The actor's quiz as it is to be frozen into a game. Conflict `empty_quiz` when there is nothing to play."""
    quiz = await QuizRepository(ctx.session).quiz_for(ctx.actor, cmd.quiz_id)
    if not quiz.questions:
        raise Conflict("This quiz has no questions. Write one first.", code="empty_quiz")
    return quiz


async def list_quizzes(cmd: ListQuizzes, ctx: Context) -> Page[QuizSummary]:
    """One page of the actor's quizzes."""
    return await QuizRepository(ctx.session).page(ctx.actor, cmd.query)


async def replace_quiz(cmd: ReplaceQuiz, ctx: Context) -> Quiz:
    """Write the actor's quiz anew, if nobody else has since `version`."""
    check_writer(ctx.actor)
    repository = QuizRepository(ctx.session)
    await repository.quiz_for(ctx.actor, cmd.quiz_id)  # not yours comes before not valid
    fields = await _prepared(ctx, cmd.fields)
    await repository.replace(ctx.actor, cmd.quiz_id, cmd.version, fields, now=ctx.now)
    await repository.show_files(cmd.quiz_id, rules.file_ids(fields.questions))
    return await repository.quiz_for(ctx.actor, cmd.quiz_id)


async def delete_quiz(cmd: DeleteQuiz, ctx: Context) -> Nothing:
    """Take the actor's quiz out of sight; `restore_quiz` brings it back for 30 days."""
    await QuizRepository(ctx.session).mark_deleted(ctx.actor, cmd.quiz_id, now=ctx.now)
    return Nothing()


async def restore_quiz(cmd: RestoreQuiz, ctx: Context) -> Quiz:
    """Take back a deletion."""
    repository = QuizRepository(ctx.session)
    await repository.restore(ctx.actor, cmd.quiz_id, now=ctx.now)
    return await repository.quiz_for(ctx.actor, cmd.quiz_id)


async def duplicate_quiz(cmd: DuplicateQuiz, ctx: Context) -> Quiz:
    """Copy the actor's quiz, with ids of its own. The same new id twice is the same copy."""
    check_writer(ctx.actor)
    source = await QuizRepository(ctx.session).quiz_for(ctx.actor, cmd.quiz_id)
    copy = QuizFields(
        title=f"{source.title[:190].rstrip()} (copy)",
        description=source.description,
        language=source.language,
        tags=source.tags,
        questions=rules.renewed(source.questions),
    )
    return await store_new(ctx, cmd.new_quiz_id, copy)


async def store_new(ctx: Context, quiz_id: str, fields: QuizFields) -> Quiz:
    """Store `fields` as the actor's new quiz, unless the actor's quiz with this id is there already."""
    repository = QuizRepository(ctx.session)
    if await repository.is_taken(quiz_id):
        return await repository.quiz_for(ctx.actor, quiz_id)
    fields = await _prepared(ctx, fields)
    await repository.add(quiz_id, fields, owner=ctx.actor.id, now=ctx.now)
    await repository.show_files(quiz_id, rules.file_ids(fields.questions))
    return await repository.quiz_for(ctx.actor, quiz_id)


def check_writer(actor: Actor) -> None:
    """Raise Forbidden unless the actor may write quizzes."""
    if actor.role not in WRITERS:
        raise Forbidden("Quizzes are written by teachers. Your account is a student's.", code="teachers_only")


async def _prepared(ctx: Context, fields: QuizFields) -> QuizFields:
    """The fields as they are stored. Raises Invalid naming every field that breaks a rule."""
    rules.check_questions(fields.questions)
    await check_files(ctx, fields.questions)
    return fields.model_copy(update={"questions": rules.prepare_questions(fields.questions, ctx.ids, fields.language)})


async def check_files(ctx: Context, questions: Sequence[Question]) -> None:
    """Raise Invalid naming each picture that is none of the actor's checked files."""
    shown = rules.file_ids(questions)
    if not shown:
        return
    known = await FileRepository(ctx.session).checked_of(ctx.actor, shown)
    errors = tuple(
        FieldError(field=path, message="This picture is not among your files. Upload it again.")
        for file_id, path in shown.items()
        if file_id not in known
    )
    if errors:
        raise Invalid(errors[0].message, errors=errors)
