"""Create the answers table."""

import sqlalchemy as sa
from alembic import op

from edkit.db.types import TABLE_OPTIONS, JsonText, key_text, millis

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("game_id", key_text(), nullable=False),
        sa.Column("question_id", key_text(), nullable=False),
        sa.Column("player_id", key_text(), nullable=False),
        sa.Column("answer_id", key_text(), nullable=False),
        sa.Column("choice", JsonText(), nullable=False),
        sa.Column("received_at", millis(), nullable=False),
        sa.Column("received_ms", millis(), nullable=False),
        sa.Column("credit_ms", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("game_id", "question_id", "player_id", name=op.f("pk_answers")),
        sa.UniqueConstraint("game_id", "answer_id", name=op.f("uq_answers_game_id_answer_id")),
        **TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("answers")
