"""Index the connections table."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index(op.f("ix_connections_ended_at"), "connections", ["ended_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_connections_ended_at"), "connections")
