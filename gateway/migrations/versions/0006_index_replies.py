"""Index the replies table."""

from alembic import op

from edkit.db import table_steps

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    table_steps.index_replies()


def downgrade() -> None:
    op.drop_index(op.f("ix_replies_made_at"), "replies")
