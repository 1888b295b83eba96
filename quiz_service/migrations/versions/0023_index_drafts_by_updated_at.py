"""Index the drafts table."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_index(op.f("ix_drafts_updated_at"), "drafts", ["updated_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_drafts_updated_at"), "drafts")
