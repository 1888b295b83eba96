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
