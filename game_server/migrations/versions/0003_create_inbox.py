"""Create the inbox table."""

from alembic import op

from edkit.db import table_steps

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    table_steps.create_inbox()


def downgrade() -> None:
    op.drop_table("inbox")
