"""Index the outbox table."""

from alembic import op

from edkit.db import tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    tables.index_outbox()


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_status_changed_at"), "outbox")
