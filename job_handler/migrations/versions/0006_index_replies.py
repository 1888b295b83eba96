"""Index the replies table."""

from alembic import op

from edkit.db import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    tables.index_replies()


def downgrade() -> None:
    op.drop_index(op.f("ix_replies_made_at"), "replies")
