"""Index the jobs table."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index(op.f("ix_jobs_updated_at_id"), "jobs", ["updated_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_jobs_updated_at_id"), "jobs")
