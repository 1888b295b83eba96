"""Create the reset_codes table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "reset_codes",
        sa.Column("user_id", key_text(), nullable=False),
        sa.Column("mark", key_text(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("expires_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reset_codes")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("reset_codes")
