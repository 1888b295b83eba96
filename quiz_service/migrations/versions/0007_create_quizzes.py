"""Create the quizzes table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, long_text, millis, short_text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "quizzes",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("title", short_text(200), nullable=False),
        sa.Column("description", long_text(), nullable=False),
        sa.Column("language", short_text(20)),
        sa.Column("tags", JsonText(), nullable=False),
        sa.Column("question_count", sa.Integer, nullable=False),
        sa.Column("words", long_text(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", millis(), nullable=False),
        sa.Column("updated_at", millis(), nullable=False),
        sa.Column("deleted_at", millis()),
        sa.Column("played_at", millis()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("quizzes")
