"""The tables of quizzes, their files and the reports of their games. Text is compared bytewise; times are epoch ms."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table

from edkit.db.tables import add_message_tables
from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, long_text, millis, new_metadata, short_text

metadata = new_metadata()
add_message_tables(metadata)

quizzes = Table(
    "quizzes",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("owner", key_text(), nullable=False),
    Column("title", short_text(200), nullable=False),
    Column("description", long_text(), nullable=False),
    Column("language", short_text(20)),
    Column("tags", JsonText(), nullable=False),
    Column("question_count", Integer, nullable=False),
    Column("words", long_text(), nullable=False, doc="everything that is searched, folded"),
    Column("version", Integer, nullable=False),
    Column("created_at", millis(), nullable=False),
    Column("updated_at", millis(), nullable=False),
    Column("deleted_at", millis(), doc="none while it is there; restorable for 30 days after"),
    Column("played_at", millis(), doc="end of the latest game"),
    Index(None, "owner", "updated_at", "id"),
    Index(None, "deleted_at"),
    **TABLE_OPTIONS,
)

versions = Table(
    "versions",
    metadata,
    Column("quiz_id", key_text(), nullable=False),
    Column("version", Integer, nullable=False, autoincrement=False),
    Column("content", JsonText(), nullable=False, doc="a QuizFields"),
    Column("written_at", millis(), nullable=False),
    PrimaryKeyConstraint("quiz_id", "version"),
    **TABLE_OPTIONS,
)

shown_files = Table(
    "shown_files",
    metadata,
    Column("quiz_id", key_text(), nullable=False),
    Column("file_id", key_text(), nullable=False),
    PrimaryKeyConstraint("quiz_id", "file_id"),
    Index(None, "file_id"),
    **TABLE_OPTIONS,
)

files = Table(
    "files",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("owner", key_text(), nullable=False),
    Column("name", short_text(200), nullable=False),
    Column("size", BigInteger, nullable=False, doc="bytes"),
    Column("sha256", short_text(64), nullable=False),
    Column("media_type", short_text(100), nullable=False, doc="as claimed while staged, as seen once checked"),
    Column("area", key_text(), nullable=False, doc="stage or main"),
    Column("created_at", millis(), nullable=False),
    Column("deleted_at", millis()),
    Index(None, "sha256"),
    Index(None, "deleted_at"),
    Index(None, "area", "created_at"),
    **TABLE_OPTIONS,
)

reports = Table(
    "reports",
    metadata,
    Column("game_id", key_text(), primary_key=True),
    Column("owner", key_text(), nullable=False),
    Column("quiz_id", key_text(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("report", long_text(), nullable=False, doc="a GameReport in JSON"),
    Column("stored_at", millis(), nullable=False),
    Index(None, "owner"),
    **TABLE_OPTIONS,
)

report_people = Table(
    "report_people",
    metadata,
    Column("game_id", key_text(), nullable=False),
    Column("user_id", key_text(), nullable=False, doc="a signed-in player named in the report"),
    PrimaryKeyConstraint("game_id", "user_id"),
    Index(None, "user_id"),
    **TABLE_OPTIONS,
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("owner", key_text(), nullable=False),
    Column("job_id", key_text(), nullable=False),
    Column("title", short_text(200), nullable=False),
    Column("status", key_text(), nullable=False),
    Column("engine", short_text(100)),
    Column("language", short_text(20)),
    Column("wish", JsonText(), nullable=False, doc="a QuizWish, of its text the beginning"),
    Column("source_names", JsonText(), nullable=False),
    Column("remarks", JsonText(), nullable=False),
    Column("items", JsonText(), nullable=False, doc="DraftItems"),
    Column("item_count", Integer, nullable=False),
    Column("decided", Integer, nullable=False, doc="items kept or dropped"),
    Column("words", long_text(), nullable=False, doc="everything that is searched, folded"),
    Column("version", Integer, nullable=False),
    Column("quiz_id", key_text(), doc="the quiz that was made of it"),
    Column("created_at", millis(), nullable=False),
    Column("updated_at", millis(), nullable=False),
    Index(None, "owner", "updated_at", "id"),
    Index(None, "updated_at"),
    **TABLE_OPTIONS,
)

draft_texts = Table(
    "draft_texts",
    metadata,
    Column("draft_id", key_text(), primary_key=True),
    Column("text", long_text(), nullable=False, doc="what was pasted; gone with the draft, or once it is a quiz"),
    **TABLE_OPTIONS,
)

draft_jobs = Table(
    "draft_jobs",
    metadata,
    Column("job_id", key_text(), primary_key=True),
    Column("draft_id", key_text(), nullable=False),
    Column("item_id", key_text(), doc="the question that another is wanted for"),
    Column("instead_of", JsonText(), doc="a GeneratedItem: that question, as it was when another was wanted"),
    Column("owner", key_text(), nullable=False),
    Column("title", short_text(200), nullable=False),
    Column("saved_at", millis(), doc="none until its questions are stored"),
    Column("ended", key_text(), doc="how the job ended, as far as is known"),
    Column("ended_version", Integer, nullable=False, doc="of the job, when it ended"),
    Column("error", JsonText(), doc="a JobError"),
    Column("created_at", millis(), nullable=False),
    Index(None, "draft_id"),
    Index(None, "owner", "created_at"),
    **TABLE_OPTIONS,
)

quotas = Table(
    "quotas",
    metadata,
    Column("owner", key_text(), nullable=False),
    Column("what", key_text(), nullable=False, doc="quiz or question"),
    Column("day", Integer, nullable=False, doc="days since the epoch, in UTC"),
    Column("used", Integer, nullable=False, doc="jobs asked for on that day"),
    PrimaryKeyConstraint("owner", "what"),
    **TABLE_OPTIONS,
)
