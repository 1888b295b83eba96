"""Index the jobs table."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index(op.f("ix_jobs_turn_created_at_id"), "jobs", ["turn", "created_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_jobs_turn_created_at_id"), "jobs")
