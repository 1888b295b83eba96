"""Create the replies table."""

from alembic import op

from edkit.db import tables

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    tables.create_replies()


def downgrade() -> None:
    op.drop_table("replies")
