"""Create the games table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis, short_text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "games",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("pin", short_text(6), nullable=False),
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("quiz_id", key_text(), nullable=False),
        sa.Column("title", short_text(200), nullable=False),
        sa.Column("language", key_text()),
        sa.Column("question_count", sa.Integer(), nullable=False),
        sa.Column("created_at", millis(), nullable=False),
        sa.Column("started_at", millis()),
        sa.Column("ended_at", millis()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", short_text(64), nullable=False),
        sa.Column("phase", key_text(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("question_id", key_text()),
        sa.Column("opens_at", millis()),
        sa.Column("since", millis()),
        sa.Column("closes_at", millis()),
        sa.Column("gate", key_text()),
        sa.Column("due_at", millis()),
        sa.Column("host_command_at", millis(), nullable=False),
        sa.Column("host_key_seq", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("kicked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_games")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("games")
