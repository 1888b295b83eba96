"""Index the quizzes table."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index(op.f("ix_quizzes_deleted_at"), "quizzes", ["deleted_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quizzes_deleted_at"), "quizzes")
