"""Create the reports table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, long_text, millis

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("game_id", key_text(), nullable=False),
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("quiz_id", key_text(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("report", long_text(), nullable=False),
        sa.Column("stored_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("game_id", name=op.f("pk_reports")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("reports")
