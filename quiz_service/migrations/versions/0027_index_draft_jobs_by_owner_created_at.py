"""Index the draft_jobs table."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_index(op.f("ix_draft_jobs_owner_created_at"), "draft_jobs", ["owner", "created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_draft_jobs_owner_created_at"), "draft_jobs")
