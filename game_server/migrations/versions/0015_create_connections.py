"""Create the connections table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("game_id", key_text(), nullable=False),
        sa.Column("player_id", key_text(), nullable=False),
        sa.Column("server_id", key_text(), nullable=False),
        sa.Column("ended_at", millis()),
        sa.Column("rtt_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("connections")
