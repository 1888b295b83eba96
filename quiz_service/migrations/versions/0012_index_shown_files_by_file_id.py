"""Index the shown_files table."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index(op.f("ix_shown_files_file_id"), "shown_files", ["file_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_shown_files_file_id"), "shown_files")
