"""Create the memberships table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "memberships",
        sa.Column("class_id", key_text(), nullable=False),
        sa.Column("user_id", key_text(), nullable=False),
        sa.Column("joined_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("class_id", "user_id", name=op.f("pk_memberships")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("memberships")
