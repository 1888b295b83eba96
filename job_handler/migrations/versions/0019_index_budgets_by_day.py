"""Index the budgets table."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_index(op.f("ix_budgets_day"), "budgets", ["day"])


def downgrade() -> None:
    op.drop_index(op.f("ix_budgets_day"), "budgets")
