"""Create the pins table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis, short_text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "pins",
        sa.Column("pin", short_text(6), nullable=False),
        sa.Column("game_id", key_text(), nullable=False),
        sa.Column("free_at", millis()),
        sa.PrimaryKeyConstraint("pin", name=op.f("pk_pins")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("pins")
