"""Nothing here is unique by operation: a fault that makes two rows of one must show."""

from sqlalchemy import Column, Integer, Table

from edkit.db.tables import add_message_tables
from edkit.db.types import TABLE_OPTIONS, key_text, millis, new_metadata

ACCOUNTS = 40

metadata = new_metadata()
add_message_tables(metadata)
entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("op", key_text(), nullable=False),
    Column("account", key_text(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("plan", key_text(), nullable=False),
    Column("made_at", millis(), nullable=False),
    **TABLE_OPTIONS,
)
accounts = Table(
    "accounts",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("version", Integer, nullable=False),
    **TABLE_OPTIONS,
)
heard = Table(
    "heard",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_id", key_text(), nullable=False),
    Column("op", key_text(), nullable=False),
    **TABLE_OPTIONS,
)
