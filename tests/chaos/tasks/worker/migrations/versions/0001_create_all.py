"""Create everything, and the copies of the accounts."""

from alembic import op

from tests.chaos.tasks.ledger.models import ACCOUNTS
from tests.chaos.tasks.worker.models import accounts, metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    op.bulk_insert(accounts, [{"id": f"account-{number}", "version": 0} for number in range(ACCOUNTS)])
