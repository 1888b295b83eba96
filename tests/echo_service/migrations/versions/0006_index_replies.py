"""Index replies."""

from edkit.db import table_steps

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    table_steps.index_replies()
