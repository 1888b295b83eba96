"""Create the players table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis, short_text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "players",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("game_id", key_text(), nullable=False),
        sa.Column("nickname", short_text(64), nullable=False),
        sa.Column("nickname_key", short_text(64)),
        sa.Column("join_id", key_text(), nullable=False),
        sa.Column("team", short_text(64)),
        sa.Column("identifier", short_text(100)),
        sa.Column("user_id", key_text()),
        sa.Column("device", key_text()),
        sa.Column("joined_at", millis(), nullable=False),
        sa.Column("joined_seq", sa.Integer(), nullable=False),
        sa.Column("kicked_seq", sa.Integer()),
        sa.Column("extended", key_text()),
        sa.Column("extra_ms", millis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_players")),
        sa.UniqueConstraint("game_id", "join_id", name=op.f("uq_players_game_id_join_id")),
        sa.UniqueConstraint("game_id", "nickname_key", name=op.f("uq_players_game_id_nickname_key")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("players")
