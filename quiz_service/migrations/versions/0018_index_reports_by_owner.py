"""Index the reports table."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index(op.f("ix_reports_owner"), "reports", ["owner"])


def downgrade() -> None:
    op.drop_index(op.f("ix_reports_owner"), "reports")
