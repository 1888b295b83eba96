"""Create the steps table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, long_text, millis, short_text

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "steps",
        sa.Column("job_id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("input_hash", short_text(64), nullable=False),
        sa.Column("state", key_text(), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("started_at", millis(), nullable=False),
        sa.Column("spent_ms", millis(), nullable=True),
        sa.Column("result", long_text(), nullable=True),
        sa.Column("error", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "name", name=op.f("pk_steps")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("steps")
