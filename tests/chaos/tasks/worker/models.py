"""Nothing here is unique by message: a fault that makes two effects of one must show."""

from sqlalchemy import Column, Integer, Table

from edkit.db.tables import add_message_tables
from edkit.db.types import TABLE_OPTIONS, key_text, new_metadata

metadata = new_metadata()
add_message_tables(metadata)
effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_id", key_text(), nullable=False),
    Column("type", key_text(), nullable=False),
    Column("op", key_text(), nullable=False),
    Column("replica", key_text(), nullable=False),
    **TABLE_OPTIONS,
)
accounts = Table(
    "accounts",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("version", Integer, nullable=False),
    **TABLE_OPTIONS,
)
account_writes = Table(
    "account_writes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", key_text(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("message_id", key_text(), nullable=False),
    **TABLE_OPTIONS,
)
