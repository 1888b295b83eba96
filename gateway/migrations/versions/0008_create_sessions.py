"""Create the sessions table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("user_id", key_text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", millis(), nullable=False),
        sa.Column("device", key_text(), nullable=False),
        sa.Column("created_at", millis(), nullable=False),
        sa.Column("expires_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("sessions")
