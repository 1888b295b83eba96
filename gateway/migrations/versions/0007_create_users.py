"""Create the users table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, millis, short_text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("email", short_text(254), nullable=False),
        sa.Column("email_key", short_text(254), nullable=False),
        sa.Column("name", short_text(200), nullable=False),
        sa.Column("name_key", short_text(200), nullable=False),
        sa.Column("role", key_text(), nullable=False),
        sa.Column("password_hash", short_text(200), nullable=False),
        sa.Column("created_at", millis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("users")
