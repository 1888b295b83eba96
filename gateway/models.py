"""The tables of accounts, sessions, classes and idempotency keys. Text is compared bytewise; times are epoch ms."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from edkit.db.tables import add_message_tables
from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, millis, new_metadata, short_text

metadata = new_metadata()
add_message_tables(metadata)

users = Table(
    "users",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("email", short_text(254), nullable=False, doc="as it was typed"),
    Column("email_key", short_text(254), nullable=False, doc="folded: what makes two addresses the same"),
    Column("name", short_text(200), nullable=False),
    Column("name_key", short_text(200), nullable=False, doc="folded, for lists and searching"),
    Column("role", key_text(), nullable=False),
    Column("password_hash", short_text(200), nullable=False),
    Column("created_at", millis(), nullable=False),
    UniqueConstraint("email_key"),
    **TABLE_OPTIONS,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("user_id", key_text(), nullable=False),
    Column("generation", Integer, nullable=False, doc="the number of the one refresh token that holds"),
    Column("rotated_at", millis(), nullable=False),
    Column("device", key_text(), nullable=False, doc="who last swapped the token"),
    Column("created_at", millis(), nullable=False),
    Column("expires_at", millis(), nullable=False),
    Index(None, "user_id"),
    Index(None, "expires_at"),
    **TABLE_OPTIONS,
)

classes = Table(
    "classes",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("name", short_text(200), nullable=False),
    Column("name_key", short_text(200), nullable=False),
    Column("teacher_id", key_text(), nullable=False),
    Column("join_code", short_text(8), nullable=False),
    Column("version", Integer, nullable=False, doc="grows with every change of the class or its members"),
    Column("created_at", millis(), nullable=False),
    UniqueConstraint("join_code"),
    Index(None, "teacher_id"),
    **TABLE_OPTIONS,
)

memberships = Table(
    "memberships",
    metadata,
    Column("class_id", key_text(), nullable=False),
    Column("user_id", key_text(), nullable=False),
    Column("joined_at", millis(), nullable=False),
    PrimaryKeyConstraint("class_id", "user_id"),
    Index(None, "user_id"),
    **TABLE_OPTIONS,
)

reset_codes = Table(
    "reset_codes",
    metadata,
    Column("user_id", key_text(), primary_key=True),
    Column("mark", key_text(), nullable=False, doc="the code, under this installation's key"),
    Column("tries_left", Integer, nullable=False),
    Column("expires_at", millis(), nullable=False),
    **TABLE_OPTIONS,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("id", key_text(), primary_key=True, doc="hash of actor, route and key"),
    Column("body_hash", key_text(), nullable=False),
    Column("message_id", key_text(), nullable=False),
    Column("made_at", millis(), nullable=False),
    Index(None, "made_at"),
    **TABLE_OPTIONS,
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("user_id", key_text(), nullable=False),
    Column("kind", key_text(), nullable=False),
    Column("title", short_text(200), nullable=False),
    Column("text", short_text(1000), nullable=False),
    Column("level", key_text(), nullable=False),
    Column("link", short_text(300)),
    Column("job_id", key_text()),
    Column("job_kind", key_text()),
    Column("job_status", key_text()),
    Column("job_version", Integer(), doc="of the end that this tells of"),
    Column("error", JsonText(), doc="a JobError"),
    Column("created_at", millis(), nullable=False),
    Column("read_at", millis()),
    Index(None, "user_id", "created_at", "id"),
    Index(None, "user_id", "read_at", "created_at", "id"),
    Index(None, "created_at"),
    **TABLE_OPTIONS,
)

shown = Table(
    "shown",
    metadata,
    Column("notification_id", key_text(), nullable=False),
    Column("session_id", key_text(), nullable=False, doc="a sign-in that has shown it"),
    Column("shown_at", millis(), nullable=False),
    PrimaryKeyConstraint("notification_id", "session_id"),
    **TABLE_OPTIONS,
)

marks = Table(
    "marks",
    metadata,
    Column("name", key_text(), primary_key=True, doc="something that is done once in the life of an installation"),
    Column("made_at", millis(), nullable=False),
    **TABLE_OPTIONS,
)
