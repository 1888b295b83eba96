"""Index outbox."""

from edkit.db import tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    tables.index_outbox()
