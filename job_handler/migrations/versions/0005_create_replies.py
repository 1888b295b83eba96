"""Create the replies table."""

from alembic import op

from edkit.db import table_steps

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    table_steps.create_replies()


def downgrade() -> None:
    op.drop_table("replies")
