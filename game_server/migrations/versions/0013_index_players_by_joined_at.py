"""Index the players table."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index(op.f("ix_players_game_id_joined_at_id"), "players", ["game_id", "joined_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_players_game_id_joined_at_id"), "players")
