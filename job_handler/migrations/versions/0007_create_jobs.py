"""Create the jobs table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, millis, short_text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("role", key_text(), nullable=False),
        sa.Column("request_id", key_text(), nullable=True),
        sa.Column("title", short_text(200), nullable=False),
        sa.Column("arguments", JsonText(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("progress", sa.Integer, nullable=False),
        sa.Column("stage", short_text(200), nullable=False),
        sa.Column("engine", short_text(100), nullable=True),
        sa.Column("result", JsonText(), nullable=True),
        sa.Column("error", JsonText(), nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=True),
        sa.Column("due_at", millis(), nullable=True),
        sa.Column("expected_ms", millis(), nullable=True),
        sa.Column("holder", key_text(), nullable=True),
        sa.Column("seat", short_text(120), nullable=True),
        sa.Column("unended", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("after_left", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", millis(), nullable=False),
        sa.Column("updated_at", millis(), nullable=False),
        sa.Column("finished_at", millis(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("jobs")
