"""Index the draft_jobs table."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_index(op.f("ix_draft_jobs_draft_id"), "draft_jobs", ["draft_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_draft_jobs_draft_id"), "draft_jobs")
