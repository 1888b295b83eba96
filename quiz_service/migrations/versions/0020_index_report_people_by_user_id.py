"""Index the report_people table."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_index(op.f("ix_report_people_user_id"), "report_people", ["user_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_report_people_user_id"), "report_people")
