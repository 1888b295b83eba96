"""Let no two jobs share a seat."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_index(op.f("uq_jobs_seat"), "jobs", ["seat"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("uq_jobs_seat"), "jobs")
