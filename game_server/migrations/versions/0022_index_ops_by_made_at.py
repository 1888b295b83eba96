"""Index the ops table."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_index(op.f("ix_ops_made_at"), "ops", ["made_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_ops_made_at"), "ops")
