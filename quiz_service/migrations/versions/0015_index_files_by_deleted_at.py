"""Index the files table."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index(op.f("ix_files_deleted_at"), "files", ["deleted_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_files_deleted_at"), "files")
