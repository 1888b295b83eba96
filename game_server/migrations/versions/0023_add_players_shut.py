"""Add the question to which a player's answer is settled for good."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import key_text

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    with op.batch_alter_table("players") as batch:
        batch.add_column(sa.Column("shut", key_text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("players") as batch:
        batch.drop_column("shut")
