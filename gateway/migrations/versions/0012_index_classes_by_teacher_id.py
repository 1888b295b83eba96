"""Index classes by teacher_id."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index(op.f("ix_classes_teacher_id"), "classes", ["teacher_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_classes_teacher_id"), "classes")
