"""Index the games table."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index(op.f("ix_games_owner_created_at_id"), "games", ["owner", "created_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_games_owner_created_at_id"), "games")
