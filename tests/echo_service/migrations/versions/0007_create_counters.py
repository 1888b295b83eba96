"""Create counters."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", key_text(), primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
        **TABLE_OPTIONS,
    )
