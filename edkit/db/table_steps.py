"""The migration steps that make the three tables of `edkit.db.tables`."""

import sqlalchemy as sa
from alembic import op

from edkit.db.tables import inbox_columns, outbox_columns, replies_columns
from edkit.db.types import TABLE_OPTIONS


def create_outbox() -> None:
    """Migration step: messages that a transaction has decided to send."""
    op.create_table("outbox", *outbox_columns(), sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")), **TABLE_OPTIONS)


def index_outbox() -> None:
    """Migration step: the relay looks for pending rows, the oldest first."""
    op.create_index(op.f("ix_outbox_status_changed_at"), "outbox", ["status", "changed_at"])


def create_inbox() -> None:
    """Migration step: tasks and events whose effect has happened."""
    op.create_table(
        "inbox", *inbox_columns(), sa.PrimaryKeyConstraint("message_id", name=op.f("pk_inbox")), **TABLE_OPTIONS
    )


def index_inbox() -> None:
    """Migration step: old rows are swept by time."""
    op.create_index(op.f("ix_inbox_done_at"), "inbox", ["done_at"])


def create_replies() -> None:
    """Migration step: answers kept for callers that repeat a request under the same id."""
    op.create_table(
        "replies", *replies_columns(), sa.PrimaryKeyConstraint("message_id", name=op.f("pk_replies")), **TABLE_OPTIONS
    )


def index_replies() -> None:
    """Migration step: old rows are swept by time."""
    op.create_index(op.f("ix_replies_made_at"), "replies", ["made_at"])
