"""Index the drafts table."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_index(op.f("ix_drafts_owner_updated_at_id"), "drafts", ["owner", "updated_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_drafts_owner_updated_at_id"), "drafts")
