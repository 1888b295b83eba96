"""Index inbox."""

from edkit.db import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    tables.index_inbox()
