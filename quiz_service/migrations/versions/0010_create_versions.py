"""Create the versions table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, millis

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "versions",
        sa.Column("quiz_id", key_text(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("content", JsonText(), nullable=False),
        sa.Column("written_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("quiz_id", "version", name=op.f("pk_versions")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("versions")
