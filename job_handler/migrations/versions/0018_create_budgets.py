"""Create the budgets table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("day", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.Column("reserved", sa.BigInteger, nullable=False),
        sa.Column("cost_micros", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("owner", "day", name=op.f("pk_budgets")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("budgets")
