"""Create the bans table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, key_text, short_text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "bans",
        sa.Column("game_id", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("value", short_text(64), nullable=False),
        sa.PrimaryKeyConstraint("game_id", "kind", "value", name=op.f("pk_bans")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("bans")
