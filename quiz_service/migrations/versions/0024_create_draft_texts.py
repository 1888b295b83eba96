"""Create the draft_texts table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, long_text

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "draft_texts",
        sa.Column("draft_id", key_text(), nullable=False),
        sa.Column("text", long_text(), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_draft_texts")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("draft_texts")
