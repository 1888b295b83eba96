"""Create the draft_jobs table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, millis, short_text

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "draft_jobs",
        sa.Column("job_id", key_text(), nullable=False),
        sa.Column("draft_id", key_text(), nullable=False),
        sa.Column("item_id", key_text()),
        sa.Column("instead_of", JsonText()),
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("title", short_text(200), nullable=False),
        sa.Column("saved_at", millis()),
        sa.Column("ended", key_text()),
        sa.Column("ended_version", sa.Integer, nullable=False),
        sa.Column("error", JsonText()),
        sa.Column("created_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_draft_jobs")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("draft_jobs")
