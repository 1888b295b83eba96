"""Create the outbox table."""

from alembic import op

from edkit.db import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create_outbox()


def downgrade() -> None:
    op.drop_table("outbox")
