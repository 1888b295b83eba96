"""Index the outbox table."""

from alembic import op

from edkit.db import table_steps

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    table_steps.index_outbox()


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_status_changed_at"), "outbox")
