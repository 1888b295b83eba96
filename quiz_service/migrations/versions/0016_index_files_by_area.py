"""Index the files table."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index(op.f("ix_files_area_created_at"), "files", ["area", "created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_files_area_created_at"), "files")
