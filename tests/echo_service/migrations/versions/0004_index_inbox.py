"""Index inbox."""

from edkit.db import table_steps

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    table_steps.index_inbox()
