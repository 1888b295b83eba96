"""Create outbox."""

from edkit.db import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create_outbox()
