"""Index the jobs table."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index(op.f("ix_jobs_kind_finished_at"), "jobs", ["kind", "finished_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_jobs_kind_finished_at"), "jobs")
