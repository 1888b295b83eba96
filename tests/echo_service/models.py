"""One table of counters."""

from sqlalchemy import Column, Integer, Table

from edkit.db.tables import add_message_tables
from edkit.db.types import TABLE_OPTIONS, key_text, new_metadata

metadata = new_metadata()
add_message_tables(metadata)
counters = Table(
    "counters",
    metadata,
    Column("name", key_text(), primary_key=True),
    Column("value", Integer, nullable=False),
    **TABLE_OPTIONS,
)
