"""Create replies."""

from edkit.db import table_steps

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    table_steps.create_replies()
