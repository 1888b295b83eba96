"""Create the shown_files table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "shown_files",
        sa.Column("quiz_id", key_text(), nullable=False),
        sa.Column("file_id", key_text(), nullable=False),
        sa.PrimaryKeyConstraint("quiz_id", "file_id", name=op.f("pk_shown_files")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("shown_files")
