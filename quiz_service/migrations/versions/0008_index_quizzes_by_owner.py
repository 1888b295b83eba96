"""Index the quizzes table."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index(op.f("ix_quizzes_owner_updated_at_id"), "quizzes", ["owner", "updated_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quizzes_owner_updated_at_id"), "quizzes")
