"""Create the report_people table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "report_people",
        sa.Column("game_id", key_text(), nullable=False),
        sa.Column("user_id", key_text(), nullable=False),
        sa.PrimaryKeyConstraint("game_id", "user_id", name=op.f("pk_report_people")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("report_people")
