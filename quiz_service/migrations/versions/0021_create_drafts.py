"""Create the drafts table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, long_text, millis, short_text

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("job_id", key_text(), nullable=False),
        sa.Column("title", short_text(200), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("engine", short_text(100)),
        sa.Column("language", short_text(20)),
        sa.Column("wish", JsonText(), nullable=False),
        sa.Column("source_names", JsonText(), nullable=False),
        sa.Column("remarks", JsonText(), nullable=False),
        sa.Column("items", JsonText(), nullable=False),
        sa.Column("item_count", sa.Integer, nullable=False),
        sa.Column("decided", sa.Integer, nullable=False),
        sa.Column("words", long_text(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("quiz_id", key_text()),
        sa.Column("created_at", millis(), nullable=False),
        sa.Column("updated_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("drafts")
