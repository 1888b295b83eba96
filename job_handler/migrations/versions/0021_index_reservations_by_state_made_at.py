"""Index the reservations table."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index(op.f("ix_reservations_state_made_at"), "reservations", ["state", "made_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_reservations_state_made_at"), "reservations")
