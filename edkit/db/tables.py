"""The three tables that every service's database carries for its messages, and the migration steps that make them."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, Index, MetaData, Table

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, long_text, millis

PENDING, CLAIMED, SENT = "pending", "claimed", "sent"


def _outbox() -> list[Column[Any]]:
    return [
        Column("id", key_text(), primary_key=True),
        Column("status", key_text(), nullable=False),
        Column("changed_at", millis(), nullable=False),
        Column("envelope", JsonText(), nullable=False),
    ]


def _inbox() -> list[Column[Any]]:
    return [
        Column("message_id", key_text(), primary_key=True),
        Column("done_at", millis(), nullable=False),
    ]


def _replies() -> list[Column[Any]]:
    return [
        Column("message_id", key_text(), primary_key=True),
        Column("body", long_text(), nullable=False),
        Column("made_at", millis(), nullable=False),
    ]


def add_message_tables(metadata: MetaData) -> None:
    """Declare outbox, inbox and replies in a service's metadata."""
    Table("outbox", metadata, *_outbox(), Index(None, "status", "changed_at"), **TABLE_OPTIONS)
    Table("inbox", metadata, *_inbox(), Index(None, "done_at"), **TABLE_OPTIONS)
    Table("replies", metadata, *_replies(), Index(None, "made_at"), **TABLE_OPTIONS)


def create_outbox() -> None:
    """Migration step: messages that a transaction has decided to send."""
    op.create_table("outbox", *_outbox(), sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")), **TABLE_OPTIONS)


def index_outbox() -> None:
    """Migration step: the relay looks for pending rows, the oldest first."""
    op.create_index(op.f("ix_outbox_status_changed_at"), "outbox", ["status", "changed_at"])


def create_inbox() -> None:
    """Migration step: tasks and events whose effect has happened."""
    op.create_table("inbox", *_inbox(), sa.PrimaryKeyConstraint("message_id", name=op.f("pk_inbox")), **TABLE_OPTIONS)


def index_inbox() -> None:
    """Migration step: old rows are swept by time."""
    op.create_index(op.f("ix_inbox_done_at"), "inbox", ["done_at"])


def create_replies() -> None:
    """Migration step: answers kept for callers that repeat a request under the same id."""
    op.create_table(
        "replies", *_replies(), sa.PrimaryKeyConstraint("message_id", name=op.f("pk_replies")), **TABLE_OPTIONS
    )


def index_replies() -> None:
    """Migration step: old rows are swept by time."""
    op.create_index(op.f("ix_replies_made_at"), "replies", ["made_at"])
