"""Create the marks table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("name", key_text(), nullable=False),
        sa.Column("made_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("marks")
