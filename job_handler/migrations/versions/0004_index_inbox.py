"""Index the inbox table."""

from alembic import op

from edkit.db import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    tables.index_inbox()


def downgrade() -> None:
    op.drop_index(op.f("ix_inbox_done_at"), "inbox")
