"""Create the servers table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "servers",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("beat_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_servers")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("servers")
