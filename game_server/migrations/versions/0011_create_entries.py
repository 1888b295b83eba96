"""Create the entries table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, long_text, short_text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("game_id", key_text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("body", long_text(), nullable=False),
        sa.Column("previous", short_text(64), nullable=False),
        sa.Column("hash", short_text(64), nullable=False),
        sa.PrimaryKeyConstraint("game_id", "seq", name=op.f("pk_entries")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("entries")
