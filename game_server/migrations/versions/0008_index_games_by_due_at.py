"""Index the games table."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index(op.f("ix_games_due_at"), "games", ["due_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_games_due_at"), "games")
