"""Index the inbox table."""

from alembic import op

from edkit.db import table_steps

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    table_steps.index_inbox()


def downgrade() -> None:
    op.drop_index(op.f("ix_inbox_done_at"), "inbox")
