"""Index the connections table."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index(op.f("ix_connections_player_id"), "connections", ["player_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_connections_player_id"), "connections")
