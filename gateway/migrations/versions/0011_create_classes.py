"""Create the classes table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis, short_text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "classes",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", short_text(200), nullable=False),
        sa.Column("name_key", short_text(200), nullable=False),
        sa.Column("teacher_id", key_text(), nullable=False),
        sa.Column("join_code", short_text(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classes")),
        sa.UniqueConstraint("join_code", name=op.f("uq_classes_join_code")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("classes")
