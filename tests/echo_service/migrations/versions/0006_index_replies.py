"""Index replies."""

from edkit.db import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    tables.index_replies()
