"""Index the quotas table."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index(op.f("ix_quotas_day"), "quotas", ["day"])


def downgrade() -> None:
    op.drop_index(op.f("ix_quotas_day"), "quotas")
