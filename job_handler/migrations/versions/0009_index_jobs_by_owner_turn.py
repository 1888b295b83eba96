"""Index the jobs table."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index(op.f("ix_jobs_owner_turn"), "jobs", ["owner", "turn"])


def downgrade() -> None:
    op.drop_index(op.f("ix_jobs_owner_turn"), "jobs")
