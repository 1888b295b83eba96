"""Create the reservations table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "reservations",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("state", key_text(), nullable=False),
        sa.Column("made_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("reservations")
