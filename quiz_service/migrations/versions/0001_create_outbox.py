"""Create the outbox table."""

from alembic import op

from edkit.db import table_steps

revision = "0001"
down_revision = None


def upgrade() -> None:
    table_steps.create_outbox()


def downgrade() -> None:
    op.drop_table("outbox")
