"""Index outbox."""

from edkit.db import table_steps

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    table_steps.index_outbox()
