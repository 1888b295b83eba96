"""Index the connections table."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index(op.f("ix_connections_game_id"), "connections", ["game_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_connections_game_id"), "connections")
