"""Create the files table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis, short_text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("owner", key_text(), nullable=False),
        sa.Column("name", short_text(200), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", short_text(64), nullable=False),
        sa.Column("media_type", short_text(100), nullable=False),
        sa.Column("area", key_text(), nullable=False),
        sa.Column("created_at", millis(), nullable=False),
        sa.Column("deleted_at", millis()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("files")
