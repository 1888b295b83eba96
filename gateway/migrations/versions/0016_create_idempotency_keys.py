"""Create the idempotency_keys table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("body_hash", key_text(), nullable=False),
        sa.Column("message_id", key_text(), nullable=False),
        sa.Column("made_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("idempotency_keys")
