"""Create the notifications table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, millis, short_text

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("user_id", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("title", short_text(200), nullable=False),
        sa.Column("text", short_text(1000), nullable=False),
        sa.Column("level", key_text(), nullable=False),
        sa.Column("link", short_text(300), nullable=True),
        sa.Column("job_id", key_text(), nullable=True),
        sa.Column("job_kind", key_text(), nullable=True),
        sa.Column("job_status", key_text(), nullable=True),
        sa.Column("job_version", sa.Integer(), nullable=True),
        sa.Column("error", JsonText(), nullable=True),
        sa.Column("created_at", millis(), nullable=False),
        sa.Column("read_at", millis(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("notifications")
