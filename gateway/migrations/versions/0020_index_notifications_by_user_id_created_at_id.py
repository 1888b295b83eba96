"""Index the notifications table."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_index(op.f("ix_notifications_user_id_created_at_id"), "notifications", ["user_id", "created_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_notifications_user_id_created_at_id"), "notifications")
