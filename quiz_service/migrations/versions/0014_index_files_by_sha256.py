"""Index the files table."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index(op.f("ix_files_sha256"), "files", ["sha256"])


def downgrade() -> None:
    op.drop_index(op.f("ix_files_sha256"), "files")
