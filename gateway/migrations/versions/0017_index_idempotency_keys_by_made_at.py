"""Index idempotency_keys by made_at."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index(op.f("ix_idempotency_keys_made_at"), "idempotency_keys", ["made_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_idempotency_keys_made_at"), "idempotency_keys")
