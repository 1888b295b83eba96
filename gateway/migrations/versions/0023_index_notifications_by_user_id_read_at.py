"""Index the notifications table."""

from alembic import op

revision = "0023"
down_revision = "0022"

NAME = "ix_notifications_user_id_read_at_created_at_id"


def upgrade() -> None:
    op.create_index(op.f(NAME), "notifications", ["user_id", "read_at", "created_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f(NAME), "notifications")
