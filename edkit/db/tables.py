"""The three tables that every service's database carries for its messages."""

from typing import Any

from sqlalchemy import Column, Index, MetaData, Table

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, long_text, millis

PENDING, CLAIMED, SENT = "pending", "claimed", "sent"


def outbox_columns() -> list[Column[Any]]:
    """What is to be sent, and how far that is."""
    return [
        Column("id", key_text(), primary_key=True),
        Column("status", key_text(), nullable=False),
        Column("changed_at", millis(), nullable=False),
        Column("envelope", JsonText(), nullable=False),
    ]


def inbox_columns() -> list[Column[Any]]:
    """Which tasks and events have had their effect."""
    return [
        Column("message_id", key_text(), primary_key=True),
        Column("done_at", millis(), nullable=False),
    ]


def replies_columns() -> list[Column[Any]]:
    """What was answered, for callers that ask again."""
    return [
        Column("message_id", key_text(), primary_key=True),
        Column("body", long_text(), nullable=False),
        Column("made_at", millis(), nullable=False),
    ]


def add_message_tables(metadata: MetaData) -> None:
    """Declare outbox, inbox and replies in a service's metadata."""
    Table("outbox", metadata, *outbox_columns(), Index(None, "status", "changed_at"), **TABLE_OPTIONS)
    Table("inbox", metadata, *inbox_columns(), Index(None, "done_at"), **TABLE_OPTIONS)
    Table("replies", metadata, *replies_columns(), Index(None, "made_at"), **TABLE_OPTIONS)
