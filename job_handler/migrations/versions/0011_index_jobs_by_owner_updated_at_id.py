"""Index the jobs table."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index(op.f("ix_jobs_owner_updated_at_id"), "jobs", ["owner", "updated_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_jobs_owner_updated_at_id"), "jobs")
