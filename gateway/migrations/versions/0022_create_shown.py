"""Create the shown table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "shown",
        sa.Column("notification_id", key_text(), nullable=False),
        sa.Column("session_id", key_text(), nullable=False),
        sa.Column("shown_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("notification_id", "session_id", name=op.f("pk_shown")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("shown")
