"""Create the quotas table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "quotas",
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("what", key_text(), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("owner", "what", name=op.f("pk_quotas")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("quotas")
