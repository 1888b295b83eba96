"""The quiz service on one screen."""

from edkit.contracts.accounts import ExportQuizData, UserErased
from edkit.contracts.drafts import (
    AcceptDraft,
    ChangeItem,
    DeleteDraft,
    GenerateQuiz,
    GetDraft,
    GetWishSource,
    ListDrafts,
    RegenerateItem,
    SaveGeneratedQuiz,
)
from edkit.contracts.files import DeleteFile, PromoteFile, ReadFile, StageFile
from edkit.contracts.game_messages import GameFinished, GameRegraded, GetQuizForGame
from edkit.contracts.jobs import GetQuizIntent, JobEnded
from edkit.contracts.quizzes import (
    CreateQuiz,
    DeleteQuiz,
    DuplicateQuiz,
    GetQuiz,
    ImportQuiz,
    ListQuizzes,
    ReplaceQuiz,
    RestoreQuiz,
)
from edkit.contracts.reports import GetGameReport
from edkit.service import Service, read, write
from quiz_service import models
from quiz_service.demo import seed_demo
from quiz_service.handlers.drafts import accept_draft, change_item, delete_draft, get_draft, list_drafts
from quiz_service.handlers.files import check_bytes, delete_file, promote_file, read_file, stage_file
from quiz_service.handlers.generating import (
    generate_quiz,
    get_quiz_intent,
    get_wish_source,
    note_end,
    regenerate_item,
    save_generated_quiz,
)
from quiz_service.handlers.imports import import_quiz, read_import
from quiz_service.handlers.people import export_quiz_data, forget_user
from quiz_service.handlers.quizzes import (
    create_quiz,
    delete_quiz,
    duplicate_quiz,
    find_kept,
    get_quiz,
    get_quiz_for_game,
    list_quizzes,
    replace_quiz,
    restore_quiz,
)
from quiz_service.handlers.reports import check_pending, fetch_results, get_game_report, record_results
from quiz_service.sweep import sweep_forever

service = Service(
    "quiz_service",
    metadata=models.metadata,
    requests={
        CreateQuiz: write(create_quiz),
        GetQuiz: read(get_quiz, prepare=find_kept),
        ListQuizzes: read(list_quizzes),
        ReplaceQuiz: write(replace_quiz),
        DeleteQuiz: write(delete_quiz),
        RestoreQuiz: write(restore_quiz),
        DuplicateQuiz: write(duplicate_quiz),
        ImportQuiz: write(import_quiz, prepare=read_import),
        GenerateQuiz: write(generate_quiz),
        RegenerateItem: write(regenerate_item),
        ListDrafts: read(list_drafts),
        GetDraft: read(get_draft),
        ChangeItem: write(change_item),
        AcceptDraft: write(accept_draft),
        DeleteDraft: write(delete_draft),
        GetQuizIntent: read(get_quiz_intent),
        GetWishSource: read(get_wish_source),
        SaveGeneratedQuiz: write(save_generated_quiz),
        GetQuizForGame: read(get_quiz_for_game),
        StageFile: write(stage_file),
        PromoteFile: write(promote_file, prepare=check_bytes),
        ReadFile: read(read_file),
        DeleteFile: write(delete_file),
        GetGameReport: read(get_game_report, prepare=check_pending),
        ExportQuizData: read(export_quiz_data),
    },
    events={
        GameFinished: write(record_results, prepare=fetch_results),
        GameRegraded: write(record_results, prepare=fetch_results),
        UserErased: write(forget_user),
        JobEnded: write(note_end),
    },
    issuers={
        GetQuizForGame: ("game_server",),
        ReadFile: ("gateway", "game_server"),
        GetWishSource: ("job_handler",),
        SaveGeneratedQuiz: ("job_handler",),
        JobEnded: ("job_handler",),
        GameFinished: ("game_server",),
        GameRegraded: ("game_server",),
    },
    start=(seed_demo,),
    background=(sweep_forever,),
)
