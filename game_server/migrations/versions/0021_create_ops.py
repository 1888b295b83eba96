"""Create the ops table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, millis

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "ops",
        sa.Column("scope", key_text(), nullable=False),
        sa.Column("op_id", key_text(), nullable=False),
        sa.Column("outcome", JsonText(), nullable=False),
        sa.Column("made_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "op_id", name=op.f("pk_ops")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("ops")
